# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of every Windows hand's result: its keys and their types, in one place.

The twin checks each of its own answers against it; tests hold it against the RETURN documentation and
against what the .ps1 sets. ``changed`` goes without saying. FILETIME: 100 ns since 1601, UTC. Other
numbers are the codes that Windows gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

COLLECTION = "adops.offline_join"


@dataclass(frozen=True)
class Maybe:
    """The shape, or null."""

    shape: Any


@dataclass(frozen=True)
class Asked:
    """A key that is there only when it was asked for."""

    shape: Any


@dataclass(frozen=True)
class AnyOf:
    """One of these shapes."""

    shapes: tuple[Any, ...]


FILETIME = int

_VOLUME = {
    "drive": str,
    "volume_type": int,
    "protection_status": int,
    "conversion_status": Maybe(int),
    "encryption_method": Maybe(int),
    "protectors": [{"id": str, "type": int}],
}

_CERTIFICATE = {
    "thumbprint": str,
    "issuer": str,
    "not_before": FILETIME,
    "not_after": FILETIME,
    "key_usages": [str],
    "template": Maybe(str),
    "has_private_key": bool,
}

_TIME_SOURCE = {"type": Maybe(str), "peers": Maybe(str)}

MACHINE_INFO = {
    "identity": Asked(
        {
            "active_name": str,
            "pending_name": str,
            "serial_number": Maybe(str),
            "chassis_types": [int],
            "machine_sid": str,
        }
    ),
    "membership": Asked(
        {
            "domain_role": int,
            "part_of_domain": bool,
            "domain": str,
            "entra_join_type": Maybe(int),
            "pending_join": Maybe(
                {
                    "package_sha256": str,
                    "machine_name": str,
                    "domain": str,
                    "applied": FILETIME,
                    "last_boot": FILETIME,
                    "status": Maybe(int),
                }
            ),
        }
    ),
    "edition": Asked({"sku": int, "product_type": int, "build": int}),
    "clock": Asked(
        {
            "utc": FILETIME,
            "time_zone": str,
            "w32time": {"running": bool, "type": Maybe(str), "type_from_policy": bool, "peers": Maybe(str)},
        }
    ),
    "restart": Asked(
        {
            "last_boot": FILETIME,
            "component_servicing": bool,
            "windows_update": bool,
            "file_renames": bool,
            "policy_refresh": bool,
        }
    ),
    "security": Asked(
        {
            "elevated": bool,
            "tpm": Maybe({"enabled": bool, "activated": bool, "owned": bool, "spec_version": str}),
            "bitlocker": Maybe([_VOLUME]),
            "bitlocker_status": int,
            "administrators": [str],
        }
    ),
    "network": Asked(
        {
            "adapters": [{"interface_index": int, "addresses": [str], "dns_servers": [str]}],
            "default_gateway": Maybe({"interface_index": int, "address": str, "mac": Maybe(str)}),
        }
    ),
    "remains": Asked({"files": [{"path": str, "kind": int}]}),
}

DOMAIN_INFO = {
    "locator": Asked(
        {
            "status": int,
            "domain_controller": Maybe(str),
            "address": Maybe(str),
            "forest": Maybe(str),
            "controller_site": Maybe(str),
            "client_site": Maybe(str),
            "flags": int,
        }
    ),
    "channel": Asked(
        {
            "rediscover_status": int,
            "verify_status": int,
            "flags": int,
            "connection_status": int,
            "channel_status": int,
            "domain_controller": Maybe(str),
        }
    ),
    "clock": Asked({"status": int, "server": Maybe(str), "offset": int, "round_trip": int}),
    "policy": Asked(
        {
            "core": Maybe({"status": Maybe(int), "started": FILETIME, "ended": FILETIME}),
            "applied": [{"guid": str, "display_name": str}],
            "registry_values": [
                {"key": str, "name": str, "type": Maybe(str), "data": AnyOf((int, str, [str], type(None)))}
            ],
        }
    ),
    "certificates": Asked([_CERTIFICATE]),
    "directaccess": Asked(Maybe({"status": int, "substatus": int})),
    "events": Asked([{"id": int, "time": FILETIME, "status": Maybe(int)}]),
}

SHAPES: dict[str, dict[str, Any]] = {
    "win_machine_info": MACHINE_INFO,
    "win_join_package": {"status": int, "function": str},
    "win_provision_package": {"status": int, "package": Maybe(str)},
    "win_package_wipe": {"wiped": [str], "left": [str]},
    "win_domain_info": DOMAIN_INFO,
    "win_clock": {
        "utc_before": FILETIME,
        "utc_after": FILETIME,
        "time_zone": {"before": str, "after": str},
        "w32time": {"before": _TIME_SOURCE, "after": _TIME_SOURCE},
        "exit_codes": {"config": Maybe(int), "resync": Maybe(int)},
    },
    "win_policy_refresh": {"exit_code": int, "purge_status": Maybe(int)},
    "win_machine_password": {"status": int},
    "win_domain_leave": {"status": int, "restart_required": bool},
    "win_bitlocker_backup": {"backups": [{"id": str, "status": int}]},
    "win_winrm_teardown": {
        "parts": [{"name": str, "before": bool, "after": bool}],
        "account_sid": Maybe(str),
        "caller_sid": str,
        "listener_port": Maybe(int),
        "other_listeners": int,
    },
}


class Breach(Exception):
    """A result is not as the contract says; the message names the key."""


def check(hand: str, result: Mapping[str, Any]) -> None:
    """Hold a hand's result (short name, ``win_clock``) against its shape.

    :raises Breach: a key is missing or too many, or a value has another type
    """
    if not isinstance(result.get("changed"), bool):
        raise Breach(f"{hand}: changed is no bool")
    _check(hand, SHAPES[hand], {key: value for key, value in result.items() if key != "changed"})


def paths(shape: Any, prefix: str = "") -> Iterator[str]:
    """Every key below a shape: ``clock``, ``clock.w32time``, ``clock.w32time.type`` ..."""
    if isinstance(shape, (Maybe, Asked)):
        yield from paths(shape.shape, prefix)
    elif isinstance(shape, AnyOf):
        for one in shape.shapes:
            yield from paths(one, prefix)
    elif isinstance(shape, list):
        yield from paths(shape[0], prefix)
    elif isinstance(shape, dict):
        for key, inner in shape.items():
            yield f"{prefix}{key}"
            yield from paths(inner, f"{prefix}{key}.")


def _check(place: str, shape: Any, value: Any) -> None:
    if isinstance(shape, Maybe):
        if value is not None:
            _check(place, shape.shape, value)
    elif isinstance(shape, Asked):
        _check(place, shape.shape, value)
    elif isinstance(shape, AnyOf):
        _check_any(place, shape, value)
    elif isinstance(shape, list):
        _expect(place, list, value)
        for number, item in enumerate(value):
            _check(f"{place}[{number}]", shape[0], item)
    elif isinstance(shape, dict):
        _check_keys(place, shape, value)
    else:
        _expect(place, shape, value)


def _check_keys(place: str, shape: dict[str, Any], value: Any) -> None:
    _expect(place, dict, value)
    if extra := sorted(value.keys() - shape.keys()):
        raise Breach(f"{place}: {', '.join(extra)} not in the contract")
    for key, inner in shape.items():
        if key in value:
            _check(f"{place}.{key}", inner, value[key])
        elif not isinstance(inner, Asked):
            raise Breach(f"{place}: {key} is missing")


def _check_any(place: str, shape: AnyOf, value: Any) -> None:
    for one in shape.shapes:
        try:
            return _check(place, one, value)
        except Breach:
            continue
    raise Breach(f"{place}: {type(value).__name__} is none of the types allowed")


def _expect(place: str, kind: type, value: Any) -> None:
    # bool is an int in Python, but not in the contract.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Breach(f"{place}: {type(value).__name__} instead of {kind.__name__}")
