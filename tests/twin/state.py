# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything of a simulated machine that can be scripted; the defaults are a fresh Windows 11 Pro PC."""

from __future__ import annotations

import base64
import copy
import dataclasses
import hashlib
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_UNITS_PER_SECOND = 10_000_000
_EPOCH_IN_FILETIME = 116_444_736_000_000_000

WORKGROUP = "WORKGROUP"
ADMINISTRATOR = "Administrator"


class WrongSetting(Exception):
    """Somebody wants to set what a machine does not have; the message names it."""


def to_filetime(seconds: float) -> int:
    """Unix time as FILETIME."""
    return round(seconds * _UNITS_PER_SECOND) + _EPOCH_IN_FILETIME


@dataclass
class State:
    """One machine; the nested dicts and lists have the keys of the contract (``contract.py``).

    ``clock_offset`` is in seconds, positive when the machine's clock is ahead. ``network`` says whether the
    domain's network can be reached; WinRM can be reached in any case. ``files`` maps Windows paths to
    content, ``locked_files`` cannot be wiped, ``unreadable_files`` not even read, ``offline_images`` are the Windows
    directories of images. ``registry`` maps (key, name) below HKLM to (type, data), ``policy_registry`` is what
    policies will write there.
    ``bootstrap`` are the parts of what opened WinRM (``hands/winrm_teardown.py``), ``other_listeners`` the number of
    listeners beside it. ``sntp_status`` is what a time server's silence costs. ``users`` maps local account
    names to passwords.
    """

    active_name: str
    pending_name: str
    serial_number: str
    machine_sid: str
    chassis_types: list[int] = field(default_factory=lambda: [10])

    domain_role: int = 0
    part_of_domain: bool = False
    domain: str = WORKGROUP
    entra_join_type: int = 0
    marker: dict[str, Any] | None = None

    sku: int = 48
    product_type: int = 1
    build: int = 26100

    clock_offset: float = 0.0
    time_zone: str = "W. Europe Standard Time"
    w32time: dict[str, Any] = field(
        default_factory=lambda: {
            "running": False, "type": "NTP", "type_from_policy": False, "peers": "time.windows.com,0x9",
        }
    )  # fmt: skip

    component_servicing: bool = False
    windows_update: bool = False
    file_renames: bool = False
    policy_refresh: bool = False

    elevated: bool = True
    tpm: dict[str, Any] | None = field(
        default_factory=lambda: {"enabled": True, "activated": True, "owned": True, "spec_version": "2.0, 0, 1.59"}
    )
    bitlocker: list[dict[str, Any]] | None = field(
        default_factory=lambda: [
            {
                "drive": "C:",
                "volume_type": 0,
                "protection_status": 0,
                "conversion_status": 0,
                "encryption_method": 0,
                "protectors": [],
            }
        ]
    )
    # the MI_Result of asking for the volumes; other than 0 no volume is told
    bitlocker_status: int = 0
    # what Windows answers instead of backing up, such as 1 where no policy asks for it
    bitlocker_backup_status: int = 0
    administrators: list[str] = field(default_factory=list)

    adapters: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"interface_index": 7, "addresses": ["192.168.178.21"], "dns_servers": ["192.168.178.1"]}
        ]
    )
    default_gateway: dict[str, Any] | None = field(
        default_factory=lambda: {"interface_index": 7, "address": "192.168.178.1", "mac": "3C-A6-2F-10-20-30"}
    )

    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    locked_files: list[str] = field(default_factory=list)
    unreadable_files: list[str] = field(default_factory=list)
    offline_images: list[str] = field(default_factory=list)
    registry: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)

    network: bool = False
    sntp_status: int = 0
    policy_core: dict[str, int] | None = None
    policies: list[dict[str, str]] = field(default_factory=list)
    policy_registry: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)
    certificates: list[dict[str, Any]] = field(default_factory=list)
    directaccess: dict[str, int] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    bootstrap: list[str] = field(default_factory=list)
    other_listeners: int = 1

    users: dict[str, str] = field(default_factory=dict, repr=False)
    boot_seconds: float = 0.3
    shutdown_seconds: float = 0.2

    def now(self) -> int:
        """What the machine's own clock says, FILETIME."""
        return to_filetime(time.time() + self.clock_offset)

    def update(self, settings: Mapping[str, Any]) -> None:
        """Set fields from JSON values; ``w32time.type`` reaches into a field.

        :raises WrongSetting: there is no such field, or its value has another type
        """
        changed = {name: copy.deepcopy(getattr(self, name)) for name in (key.partition(".")[0] for key in settings)
                   if name in _FIELDS}  # fmt: skip
        for key, value in settings.items():
            name, _dot, inner = key.partition(".")
            if name not in _FIELDS:
                raise WrongSetting(f"a machine of the twin has no {name}; it has {', '.join(sorted(_FIELDS))}")
            changed[name] = _inside(name, changed[name], inner, value) if inner else _field_value(name, value)
        for name, value in changed.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        """Everything as JSON, without a password and without the content of a file."""
        fields = {one.name: copy.deepcopy(getattr(self, one.name)) for one in dataclasses.fields(self)}
        fields["users"] = sorted(self.users)
        fields["files"] = {path: len(content) for path, content in self.files.items()}
        for name in ("registry", "policy_registry"):
            fields[name] = {_join(place): list(value) for place, value in fields[name].items()}
        return fields


_FIELDS = {one.name: one for one in dataclasses.fields(State)}


def fresh(name: str, password: str) -> State:
    """A PC as it left its box; what is unique on it depends on ``name`` alone."""
    dice = random.Random(hashlib.sha256(name.encode()).digest())
    computer_name = "DESKTOP-" + "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=7))
    sid = "S-1-5-21-" + "-".join(str(dice.randrange(2**32)) for _number in range(3))
    return State(
        active_name=computer_name,
        pending_name=computer_name,
        serial_number="5CG" + "".join(dice.choices("0123456789BCDFGHJKLMNPQRSTVWXYZ", k=7)),
        machine_sid=sid,
        administrators=[f"{sid}-500", f"{sid}-1001"],
        users={ADMINISTRATOR: password},
    )


def _inside(name: str, whole: Any, inner: str, value: Any) -> Any:
    if not isinstance(whole, dict) or inner not in whole:
        raise WrongSetting(f"{name} has no {inner} here")
    return whole | {inner: value}


def _field_value(name: str, value: Any) -> Any:
    kind = str(_FIELDS[name].type)
    if name == "files":
        return {path: _content(content) for path, content in value.items()}
    if name in ("registry", "policy_registry"):
        return {_split(place): tuple(pair) for place, pair in value.items()}
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not _fits(kind, value):
        raise WrongSetting(f"{name} is {kind}, not {json.dumps(value)}")
    return value


def _fits(kind: str, value: Any) -> bool:
    allowed = {part.strip().partition("[")[0] for part in kind.split("|")}
    return ("None" if value is None else type(value).__name__) in allowed


def _content(value: str | bytes | dict[str, str]) -> bytes:
    """File content from JSON: a text, or ``{"base64": ...}``."""
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])


def _split(place: str | tuple[str, str]) -> tuple[str, str]:
    """``KEY!NAME`` as a pair."""
    if isinstance(place, tuple):
        return place
    key, _mark, name = place.rpartition("!")
    return key, name


def _join(place: tuple[str, str]) -> str:
    return f"{place[0]}!{place[1]}"
