# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was seen of a name in the directory, judged. The pictures are put together here, real ones in the lab."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.checks import Check, Severity, Verdict
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names import doubles
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names.checks import (
    ACCOUNT,
    COMMON_NAME,
    DELETED,
    DNS,
    HOST_NAME,
    IDS,
    SERVICE,
    Machine,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names.doubles import Holder, Sighting

OU = "OU=Staging,DC=corp,DC=example"
ACCOUNT_OF_IT = Holder(f"CN=PC-1,{OU}", OU, "computer", "guid-1", "PC-1$", "PC-1")
STRANGER = Holder("CN=OLD,OU=Old,DC=x", "OU=Old,DC=x", "computer", "guid-2", "OLD$", "OLD", ("HOST/PC-1",))
MACHINE = Machine("pc-1", organizational_units=("ou=staging, dc=corp,dc=example",))


def check(seen: Sighting, machine: Machine = MACHINE, *, reuse: bool = False) -> dict[str, Check]:
    found = doubles.check(machine, seen, reuse=reuse)
    assert [one.id for one in found] == list(IDS[5:])
    return {one.id: one for one in found}


def verdicts(checks: dict[str, Check]) -> set[Verdict]:
    return {one.verdict for one in checks.values()}


EVERYTHING_OF_IT = Sighting(
    by_name=(ACCOUNT_OF_IT,),
    by_host_name=(ACCOUNT_OF_IT,),
    by_service=(ACCOUNT_OF_IT,),
    deleted=("last changed 2026",),
    records=("A 192.0.2.7",),
)


def test_nobody_has_it() -> None:
    assert verdicts(check(Sighting())) == {Verdict.PASS}


@pytest.mark.parametrize("object_guid", ["guid-1", ""])
def test_what_belongs_to_its_own_account_is_no_double(object_guid: str) -> None:
    own = dataclasses.replace(MACHINE, object_guid=object_guid)
    assert verdicts(check(EVERYTHING_OF_IT, own)) == {Verdict.PASS}


@pytest.mark.parametrize("object_guid", [None, "guid-of-an-earlier-account"])
def test_an_account_of_somebody_else(object_guid: str | None) -> None:
    found = check(EVERYTHING_OF_IT, dataclasses.replace(MACHINE, object_guid=object_guid))
    assert found[ACCOUNT].stops
    assert found[ACCOUNT].windows_errors == (2224,)
    assert f"CN=PC-1,{OU}" in found[ACCOUNT].evidence
    # What follows from it is told as that, so that one cause is one error.
    assert {found[one].verdict for one in (HOST_NAME, SERVICE, DNS)} == {Verdict.SKIPPED}


def test_reuse_leaves_the_judgement_to_others() -> None:
    found = check(EVERYTHING_OF_IT, reuse=True)
    assert (found[ACCOUNT].verdict, found[ACCOUNT].severity) == (Verdict.FAIL, Severity.WARNING)
    assert not [one for one in found.values() if one.stops]


def test_a_user_of_the_same_name_is_a_warning() -> None:
    found = check(Sighting(by_name=(Holder("CN=pc-1,CN=Users", "CN=Users", "user", "guid-3", "PC-1", "pc-1"),)))
    assert found[ACCOUNT].verdict is Verdict.FAIL
    assert found[ACCOUNT].severity is Severity.WARNING
    assert found[COMMON_NAME].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("parent", "object_class", "stops"),
    [(OU, "group", True), ("OU=Old", "computer", True), ("OU=Old", "group", False), ("OU=Old", "contact", False)],
)
def test_common_name(parent: str, object_class: str, stops: bool) -> None:
    one = Holder(f"CN=PC-1,{parent}", parent, object_class, "guid-4", "X$", "PC-1")
    assert check(Sighting(by_name=(one,)))[COMMON_NAME].stops is stops


def test_host_name_and_service_of_a_stranger() -> None:
    found = check(Sighting(by_host_name=(STRANGER,), by_service=(ACCOUNT_OF_IT, STRANGER)))
    assert found[HOST_NAME].stops
    assert found[SERVICE].stops
    assert "HOST/PC-1 belongs to computer CN=OLD,OU=Old,DC=x, account OLD$" in found[HOST_NAME].evidence
    # A stranger beside an account that was told of is a cause of its own.
    beside = check(Sighting(by_name=(ACCOUNT_OF_IT,), by_service=(ACCOUNT_OF_IT, STRANGER)))
    assert beside[SERVICE].stops


def test_what_is_not_seen_is_unknown() -> None:
    found = check(Sighting(deleted=None, records=None, blind={SERVICE: "port 3269 is closed"}))
    assert {found[one].verdict for one in (SERVICE, DELETED, DNS)} == {Verdict.UNKNOWN}
    assert "port 3269 is closed" in found[SERVICE].evidence
    assert all(found[one].remedy for one in (SERVICE, DELETED, DNS))


def test_a_double_in_the_domain_needs_no_global_catalog() -> None:
    assert check(Sighting(by_service=(STRANGER,), blind={SERVICE: "closed"}))[SERVICE].stops


def test_deleted_account_is_a_warning() -> None:
    found = check(Sighting(deleted=("last changed 20261121063148.0Z",)))[DELETED]
    assert (found.verdict, found.severity) == (Verdict.FAIL, Severity.WARNING)


def test_record_of_somebody_else() -> None:
    found = check(Sighting(records=("A 192.0.2.7", "TXT")))[DNS]
    assert found.stops
    assert found.evidence == "the zone has A 192.0.2.7, TXT for this name"
