# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine's account in the directory, and whether the machine's own domain controller has it as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..checks import Check, failed, passed, skipped, unknown
from .subject import Expected, Seen, Subject, container, pending, same_dn

ACCOUNT, DOUBLES, REPLICATION = "account", "doubles", "replication"
ORGANIZATIONAL_UNIT, GROUPS = "organizational_unit", "groups"
BEFORE_CHANNEL = (ACCOUNT, DOUBLES, REPLICATION)
AFTER_CHANNEL = (ORGANIZATIONAL_UNIT, GROUPS)


def before_channel(expected: Expected, subject: Subject) -> Iterator[Check]:
    account = _account(expected, subject.account)
    yield account
    if account.stops:
        yield from (skipped(one, "there is no account to compare") for one in (DOUBLES, REPLICATION))
        return
    yield _doubles(subject.account)
    yield _replication(subject)


def after_channel(expected: Expected, subject: Subject) -> Iterator[Check]:
    if not subject.account.get("exists"):
        yield from (skipped(one, "there is no account") for one in AFTER_CHANNEL)
        return
    yield _organizational_unit(expected, subject.account)
    yield _groups(expected, subject.account)


def replica_of(account: Seen, controller: str | None) -> tuple[bool, Any]:
    """Whether this domain controller was asked, and what it has of the account; host names do not differ by case."""
    by_host = {host.lower(): seen for host, seen in account.get("replicas", {}).items()}
    asked = (controller or "").lower() in by_host
    return asked, by_host.get((controller or "").lower())


def _account(expected: Expected, account: Seen) -> Check:
    if "error" in account:
        return failed(ACCOUNT, f"the directory does not tell: {account['error']}", "correct that, then run again")
    if not account.get("exists"):
        said = f"the directory has no account {expected.name}$ that the login can see"
        return failed(ACCOUNT, said, "look who deleted it; the machine needs a new package", 1787)
    dn = account["distinguished_name"]
    if account["enabled"] is False:
        return failed(ACCOUNT, f"{dn} is disabled", "find out who disabled it and why, then enable it", 1331)
    return passed(ACCOUNT, dn)


def _doubles(account: Seen) -> Check:
    if "doubles" not in account:
        return skipped(DOUBLES, "nobody looked for doubles")
    if account["doubles"]:
        said = f"{', '.join(account['doubles'])} has names of this machine, too"
        return failed(DOUBLES, said, "take them away there: services of the machine are not found by Kerberos", 8647)
    return passed(DOUBLES, "no other object has its names")


def _replication(subject: Subject) -> Check:
    if not subject.has_controller:
        return skipped(REPLICATION, "no domain controller was found")
    controller = subject.domain["locator"]["domain_controller"]
    if "replicas" not in subject.account:
        return skipped(REPLICATION, "no other domain controller was asked")
    asked, seen = replica_of(subject.account, controller)
    if seen is None:
        said = f"{controller}, which the machine uses, " + ("did not answer" if asked else "was not asked")
        return unknown(REPLICATION, said, "let the control node reach it, or trust what the machine itself tells")
    late = _late(subject.account, seen)
    if late:
        return pending(REPLICATION, f"not yet replicated to {controller}: {', '.join(late)}", "run again later")
    return passed(REPLICATION, f"{controller} has it as it was written")


def _late(account: Seen, seen: Seen) -> list[str]:
    """What the machine's controller has otherwise. A younger password is the machine's own, and only not here yet."""
    if not seen["exists"]:
        return ["the account"]
    if seen["object_guid"] != account["object_guid"]:
        return ["the account, which is still an earlier one"]
    late = []
    if seen["password_last_set"] < account["password_last_set"]:
        late.append("its password")
    if not same_dn(seen["distinguished_name"], account["distinguished_name"]):
        late.append(f"its place (still {seen['distinguished_name']})")
    if _lower(seen["groups"]) != _lower(account["groups"]):
        late.append("its groups")
    return late


def _organizational_unit(expected: Expected, account: Seen) -> Check:
    if not expected.organizational_units:
        return skipped(ORGANIZATIONAL_UNIT, "nobody said where the account should be")
    there = container(account["distinguished_name"])
    if any(same_dn(there, one) for one in expected.organizational_units):
        return passed(ORGANIZATIONAL_UNIT, f"its account is in {there}")
    said = f"its account is in {there}, not in {' or '.join(expected.organizational_units)}"
    return failed(ORGANIZATIONAL_UNIT, said, "look who moved it, then move it back or correct the inventory")


def _groups(expected: Expected, account: Seen) -> Check:
    if not expected.groups:
        return skipped(GROUPS, "no groups are expected")
    there: Sequence[str] = account.get("all_groups") or account["groups"]
    missing = [wanted for wanted in expected.groups if not any(_means(wanted, dn) for dn in there)]
    if missing:
        remedy = "make it a member and restart it, because it learns its groups when it logs on"
        return failed(GROUPS, f"it is not in {', '.join(missing)}", remedy)
    return passed(GROUPS, f"it is in {', '.join(expected.groups)}")


def _means(wanted: str, dn: str) -> bool:
    """A group is named by its DN or by its common name."""
    return same_dn(wanted, dn) or dn.lower().startswith(f"cn={wanted.lower()},")


def _lower(dns: Sequence[str]) -> set[str]:
    return {dn.lower() for dn in dns}
