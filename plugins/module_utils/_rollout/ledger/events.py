# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events: what happened to a machine or its package, in fields that are hashed as one canonical text.

An empty text stands for "not known". Times are ISO 8601 in UTC with microseconds and ``+00:00``, so that they sort as
text. The canonical form is JSON with sorted keys, without white space, ASCII only, of exactly the fields of `Event`.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ..names.computer_name import fault as name_fault

_LONGEST_TEXT = 1024
_LARGEST_DETAILS = 64 * 1024
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class Kind(StrEnum):
    """What happened. ``delivered`` is a package handed to a machine that has not said yet that it applied it."""

    PLANNED = "planned"
    ISSUED = "issued"
    SEALED = "sealed"
    CARRIED = "carried"
    DELIVERED = "delivered"
    APPLIED = "applied"
    VERIFIED = "verified"
    RETIRED = "retired"
    PROMOTED = "promoted"
    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    REVOKED = "revoked"
    EXPIRED = "expired"
    CONFLICT = "conflict"
    IMPORTED = "imported"


KINDS = frozenset(kind.value for kind in Kind)
# The one kind that is about a writer and not about a machine.
WITHOUT_MACHINE = Kind.IMPORTED
# Where records lie in the details of an event.
ISSUE_RECORD, REVOCATION_RECORD = "issue_record", "revocation_record"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What is to be recorded; the ledger adds the writer and the number.

    ``kind`` is a `Kind`, or a newer version's word in what was read. ``sha256`` is the fingerprint of the package.
    """

    kind: str
    machine: str
    time: str
    who: str = ""
    why: str = ""
    branch: str = ""
    inventory_tag: str = ""
    serial_number: str = ""
    organizational_unit: str = ""
    sha256: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event(Entry):
    """An entry in its place: ``sequence`` counts the events of one writer, from 1."""

    writer: str
    sequence: int


ENTRY_FIELDS = tuple(one.name for one in dataclasses.fields(Entry))
EVENT_FIELDS = tuple(one.name for one in dataclasses.fields(Event))
_TEXTS = tuple(name for name in ENTRY_FIELDS if name != "details")


def to_fields(event: Entry) -> dict[str, Any]:
    names = EVENT_FIELDS if isinstance(event, Event) else ENTRY_FIELDS
    return {name: getattr(event, name) for name in names}


def canonical(event: Event) -> bytes:
    """The bytes that are hashed.

    :raises ValueError, TypeError: a field is not what JSON can hold
    """
    return _encode(to_fields(event)).encode("ascii")


def details_text(details: Mapping[str, Any]) -> str:
    return _encode(details)


def now() -> str:
    return _written(datetime.now(UTC))


def utc(text: str) -> str:
    """Any ISO 8601 time with an offset, in the form that events have.

    :raises ValueError: it is no such time
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without an offset from UTC")
    try:
        return _written(time.astimezone(UTC))
    except OverflowError:
        raise ValueError("a time outside of the calendar") from None


def _written(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")


def writer_fault(writer: str) -> str | None:
    """What is wrong with a writer's name, or None."""
    if writer and len(writer) <= 128 and writer.isprintable() and _encodable(writer):
        return None
    return "a writer's name has 1 to 128 printable characters"


def fault(entry: Entry) -> str | None:
    """What is wrong with an entry and how to mend it, or None."""
    texts = {name: getattr(entry, name) for name in _TEXTS}
    for name, text in texts.items():
        if not isinstance(text, str) or len(text) > _LONGEST_TEXT or _CONTROL.search(text) or not _encodable(text):
            return f"{name} is no text of at most {_LONGEST_TEXT} characters without control characters; shorten it"
    if entry.kind not in KINDS:
        return f"there is no kind {entry.kind!r}; use one of {', '.join(Kind)}"
    if not _TIME.fullmatch(entry.time) or not _is_time(entry.time):
        return f"{entry.time!r} is no time in UTC with microseconds; write it like {now()}"
    if entry.sha256 and not _SHA256.fullmatch(entry.sha256):
        return "sha256 has 64 digits and small letters a to f; give the package's fingerprint as it was told"
    return _machine_fault(entry) or _details_fault(entry.details)


def _machine_fault(entry: Entry) -> str | None:
    if entry.kind == WITHOUT_MACHINE:
        return f"an event {entry.kind} names no machine; leave it out" if entry.machine else None
    fault = name_fault(entry.machine)
    return fault and str(fault)


def _details_fault(details: Mapping[str, Any]) -> str | None:
    try:
        text = _encode(details)
        kept = isinstance(details, dict) and json.loads(text) == details
    except (TypeError, ValueError, RecursionError):
        kept, text = False, ""
    if not kept:
        return "details hold something that JSON does not keep; give texts, numbers, lists and dictionaries"
    return "details are larger than 64 KiB; say less" if len(text) > _LARGEST_DETAILS else None


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _encodable(text: str) -> bool:
    """Whether it has no lone surrogates, which databases do not take."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
