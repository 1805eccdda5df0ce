# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The claims of a sealed package: for which machine it is and until when, and what proves later that it was unused."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ._sealing import canonical
from ._sealing.errors import SealError
from .names import computer_name
from .status_codes import NEW_PACKAGE
from .times import written

_FORMAT = 1
_TIMES = ("issued", "expires")
_NO_GUID = "00000000-0000-0000-0000-000000000000"
_NEVER = 1  # as a FILETIME a moment of the year 1601
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, kw_only=True)
class Claims:
    """``domain`` is its DNS name; times are in UTC and whole seconds, ``password_last_set`` is a FILETIME.

    From ``object_guid`` on they repeat the issue record, so that a place without it can judge the account, too; what a
    Windows host that made the package did not tell is None.

    :raises SealError: naming the field that cannot be
    """

    machine: str
    domain: str
    serial_number: str | None
    issued: datetime
    expires: datetime
    ledger_id: str | None
    package_sha256: str
    object_guid: str | None
    sid: str
    password_last_set: int | None
    key_version: int | None

    def __post_init__(self) -> None:
        for field, rule in _RULES.items():
            if problem := rule(getattr(self, field)):
                raise SealError(f"the claims have an impossible {field}: {problem}")
        if self.expires <= self.issued:
            raise SealError("the claims have an impossible expires: it is not after issued; give a longer lifetime")

    def to_fields(self) -> dict[str, Any]:
        """What JSON can hold; ``format`` is the version of this form."""
        times = {name: written(getattr(self, name)) for name in _TIMES}
        return {**dataclasses.asdict(self), **times, "format": _FORMAT}

    @classmethod
    def from_fields(cls, fields: Any) -> Claims:
        """
        :raises SealError: naming the field that is missing, unknown or impossible
        """
        if not isinstance(fields, dict):
            raise SealError("the claims are no JSON object; have the package sealed again")
        if not canonical.is_number(fields.get("format"), _FORMAT):
            raise SealError(f"the claims have a format other than {_FORMAT}, the only one known; update the collection")
        known = {field.name for field in dataclasses.fields(cls)} | {"format"}
        for field in sorted(known - fields.keys()):
            raise SealError(f"the claims lack the field {field}; have the package sealed again")
        for field in sorted(fields.keys() - known):
            raise SealError(f"the claims have the field {field[:40]!r}, which is not known; update the collection")
        values = {name: value for name, value in fields.items() if name != "format"}
        return cls(**_known(values) | {name: _read_time(name, fields[name]) for name in _TIMES})


@dataclass(frozen=True)
class Machine:
    """The machine that a package is offered to; None is what nobody knows of it."""

    name: str
    domain: str | None = None
    serial_number: str | None = None


def check(claims: Claims, machine: Machine, now: datetime) -> str | None:
    """Why the package must not be applied to the machine, as a sentence; None when it may."""
    return check_machine(claims, machine) or check_time(claims, now)


def check_machine(claims: Claims, machine: Machine) -> str | None:
    """Why the package is not for the machine, whatever the time."""
    if not _same(claims.machine, machine.name):
        return (
            f"the sealed package is for the machine {claims.machine}, not for {machine.name}; "
            f"fetch the one that was issued for {machine.name}"
        )
    if machine.domain is not None and not _same(claims.domain, machine.domain):
        return (
            f"the sealed package of {claims.machine} joins the domain {claims.domain}, not {machine.domain}; "
            f"issue a package in {machine.domain}"
        )
    if claims.serial_number and machine.serial_number and not _same(claims.serial_number, machine.serial_number):
        return (
            f"the sealed package of {claims.machine} is for the serial number {claims.serial_number}, but the machine "
            f"has {machine.serial_number}; look which device this is, or issue a package for it"
        )
    return None


def check_time(claims: Claims, now: datetime) -> str | None:
    """Why the package must not be used now, whatever the machine. ``now`` knows its time zone."""
    if now < claims.issued:
        return (
            f"the sealed package of {claims.machine} was issued at {written(claims.issued)}, but here it is only "
            f"{written(now)}: this clock is wrong; set it and try again"
        )
    if now >= claims.expires:
        return (
            f"the sealed package of {claims.machine} expired at {written(claims.expires)}, and it is "
            f"{written(now)}; {NEW_PACKAGE}"
        )
    return None


def _same(claimed: str, seen: str) -> bool:
    """Claims have no spaces around them; what a machine says of itself may."""
    return claimed.lower() == seen.strip().lower()


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    """Packages that were sealed by 0.5.0 or earlier have values that no account has for what nobody told."""
    unknown = {"object_guid": None} if fields["object_guid"] == _NO_GUID else {}
    if canonical.is_number(fields["password_last_set"], _NEVER):
        unknown |= {"password_last_set": None, "key_version": None}
    return fields | unknown


def _read_time(field: str, text: Any) -> datetime:
    try:
        if isinstance(text, str) and _TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise SealError(f"the claims have an impossible {field}: it is no time such as 2026-11-21T03:23:26Z")


def _name(value: Any) -> str | None:
    fault = computer_name.fault(value) if isinstance(value, str) else "it is no text"
    return fault and str(fault)


def _text(longest: int, *, optional: bool = False) -> Callable[[Any], str | None]:
    def rule(value: Any) -> str | None:
        if value is None and optional:
            return None
        if not isinstance(value, str):
            return "it is no text"
        fits = 0 < len(value) <= longest and value.isprintable() and value == value.strip()
        return None if fits else f"it wants 1 to {longest} printable characters without spaces around them"

    return rule


def _form(pattern: str, example: str, *, optional: bool = False) -> Callable[[Any], str | None]:
    form = re.compile(pattern)

    def rule(value: Any) -> str | None:
        if value is None and optional:
            return None
        return None if isinstance(value, str) and form.fullmatch(value) else f"it is nothing such as {example}"

    return rule


def _number_or_none(bits: int) -> Callable[[Any], str | None]:
    def rule(value: Any) -> str | None:
        if value is None:
            return None
        fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << bits
        return None if fits else f"it is no positive number below 2 to the {bits}th"

    return rule


def _time(value: Any) -> str | None:
    if not isinstance(value, datetime) or value.utcoffset() != timedelta(0):
        return "it is no time in UTC"
    return "it has fractions of a second; cut them off" if value.microsecond else None


_RULES: dict[str, Callable[[Any], str | None]] = {
    "machine": _name,
    "domain": _text(255),
    "serial_number": _text(128, optional=True),
    "issued": _time,
    "expires": _time,
    "ledger_id": _text(128, optional=True),
    "package_sha256": _form("[0-9a-f]{64}", "64 lower-case hexadecimal digits"),
    "object_guid": _form(
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "0a0b0c0d-0e0f-1011-1213-141516171819", optional=True
    ),
    "sid": _form("S-1-[0-9]{1,15}(-[0-9]{1,10}){1,15}", "S-1-5-21-1-2-3-1103"),
    "password_last_set": _number_or_none(63),
    "key_version": _number_or_none(32),
}
