# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has a machine's name already: everything that was seen of it in the directory, judged."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ..checks import Check, Verdict, failed, passed, skipped, unknown, warned
from .checks import ACCOUNT, COMMON_NAME, DELETED, DNS, HOST_NAME, SERVICE, Machine

_USER_EXISTS = 2224  # NERR_UserExists
_OBJECT_EXISTS = 8305  # ERROR_DS_OBJ_STRING_NAME_EXISTS
_SERVICE_EXISTS = 8647  # ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST
_TOLD = "the account that has the name has this, too"
_ANOTHER = "choose another name, or delete what has it"


@dataclass(frozen=True)
class Holder:
    """An object of the directory that has something of the name."""

    distinguished_name: str
    parent: str
    object_class: str
    object_guid: str
    account_name: str | None
    common_name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sighting:
    """What was found about one name. None is what could not be seen, and ``blind`` says why, by the check's id."""

    by_name: tuple[Holder, ...] = ()
    by_host_name: tuple[Holder, ...] = ()
    by_service: tuple[Holder, ...] = ()
    deleted: tuple[str, ...] | None = ()
    records: tuple[str, ...] | None = ()
    blind: Mapping[str, str] = field(default_factory=dict)


def check(machine: Machine, seen: Sighting, *, reuse: bool) -> list[Check]:
    """The checks of one machine. With ``reuse`` an account that exists is judged later, by the account re-use rule."""
    own = {
        one.object_guid
        for one in seen.by_name
        if _is_account(machine, one) and (reuse or machine.object_guid in ("", one.object_guid))
    }
    strangers = {one.object_guid for one in seen.by_name if _is_account(machine, one)} - own
    return [
        _account(machine, seen, own, reuse),
        _common_name(machine, seen, own),
        _strangers(HOST_NAME, "the DNS host name", seen.by_host_name, own, strangers),
        _service(seen, own, strangers),
        _deleted(seen, own),
        _dns(seen, own, strangers),
    ]


def _account(machine: Machine, seen: Sighting, own: Collection[str], reuse: bool) -> Check:
    accounts = [one for one in seen.by_name if _is_account(machine, one)]
    for one in _others(accounts, own):
        evidence = f"the account {one.account_name} exists already: {_described(one)}"
        remedy = "choose another name, delete the account, or set reuse to take it over by the re-use rule"
        return failed(ACCOUNT, evidence, remedy, _USER_EXISTS)
    for one in accounts:
        if reuse and machine.object_guid not in ("", one.object_guid):
            evidence = f"the account exists already: {_described(one)}"
            return warned(ACCOUNT, evidence, "make sure that it may be taken over", _USER_EXISTS)
        return passed(ACCOUNT, f"the account is its own: {one.distinguished_name}")
    for one in seen.by_name:
        if (one.account_name or "").lower() == machine.name.lower():
            evidence = f"a {one.object_class} has the same name: {one.distinguished_name}"
            return warned(ACCOUNT, evidence, "choose another name, because tools and logons confuse the two")
    return passed(ACCOUNT, "the login sees no account of this name")


def _common_name(machine: Machine, seen: Sighting, own: Collection[str]) -> Check:
    units = {_plain(unit) for unit in machine.organizational_units}
    for one in _others(seen.by_name, own):
        if one.common_name.lower() != machine.name.lower() or _is_account(machine, one):
            continue
        if _plain(one.parent) in units or one.object_class == "computer":
            return failed(COMMON_NAME, f"the name is taken by {_described(one)}", _ANOTHER, _OBJECT_EXISTS)
    return passed(COMMON_NAME, "the login sees no other computer of this name, and nothing in its units")


def _is_account(machine: Machine, holder: Holder) -> bool:
    return (holder.account_name or "").lower() == f"{machine.name}$".lower()


def _plain(dn: str) -> str:
    return re.sub(r"\s*,\s*", ",", dn).lower()


def _others(holders: Iterable[Holder], own: Collection[str]) -> list[Holder]:
    return [one for one in holders if one.object_guid not in own]


def _described(holder: Holder) -> str:
    account = f", account {holder.account_name}" if holder.account_name else ""
    return f"{holder.object_class} {holder.distinguished_name}{account}"


def _strangers(
    check_id: str, what: str, holders: Iterable[Holder], own: Collection[str], told: Collection[str]
) -> Check:
    """``told`` are accounts that another check has told of: what follows from them is no cause of its own."""
    others = _others(holders, own)
    first = next((one for one in others if one.object_guid not in told), None)
    if first is not None:
        evidence = f"{what} {', '.join(first.values)} belongs to {_described(first)}"
        return failed(check_id, evidence, f"choose another name, or take {what} from that object", _SERVICE_EXISTS)
    if others:
        return skipped(check_id, _TOLD)
    return passed(check_id, f"the login sees nobody else with {what} of this machine")


def _service(seen: Sighting, own: Collection[str], told: Collection[str]) -> Check:
    check = _strangers(SERVICE, "the service principal name", seen.by_service, own, told)
    if check.verdict is not Verdict.PASS or SERVICE not in seen.blind:
        return check
    evidence = f"only this domain was searched, and these names are unique in the forest: {seen.blind[SERVICE]}"
    return unknown(SERVICE, evidence, "name a global catalog in server, or open its port")


def _deleted(seen: Sighting, own: Collection[str]) -> Check:
    if seen.deleted is None:
        return unknown(
            DELETED,
            "the login sees no deleted object at all, so it cannot know",
            "let it list the container Deleted Objects (dsacls, LCRP), or look with an account that may",
        )
    if seen.deleted and own:
        return passed(DELETED, "an account of this name was deleted, and the machine has an account again")
    if seen.deleted:
        evidence = f"an account of this name was deleted: {', '.join(seen.deleted)}"
        return warned(DELETED, evidence, "restore it if this is the same machine, or choose another name")
    return passed(DELETED, "no deleted account has this name")


def _dns(seen: Sighting, own: Collection[str], told: Collection[str]) -> Check:
    if seen.records is None:
        evidence = "the login sees no zone of the domain in the directory, so it cannot know"
        return unknown(DNS, evidence, "let it read the zone, or look the name up where the zone is kept")
    if not seen.records:
        return passed(DNS, "the zone has no record of this name")
    records = ", ".join(seen.records)
    if own:
        return passed(DNS, f"the zone has {records}, and the machine has an account to own it")
    if told:
        return skipped(DNS, f"the zone has {records}; {_TOLD}")
    evidence = f"the zone has {records} for this name"
    return failed(DNS, evidence, "delete the record of a machine that is gone, or choose another name")
