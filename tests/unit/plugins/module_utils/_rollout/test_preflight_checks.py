# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every verdict of the preflight, and where one turns into the next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import preflight_checks as preflight
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.checks import Check, Examination, Verdict
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.policy_dangers import Dangers
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.preflight_checks import (
    DomainSeen,
    SiteSeen,
    UnitSeen,
)

PASS, FAIL, UNKNOWN, SKIPPED = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.SKIPPED
STOPS = "stops"
GOOD = DomainSeen(
    host_name="dc1.corp.example",
    writable=True,
    protection="a simple bind inside TLS (ldaps)",
    exposed=None,
    offset=0.4,
    identifiers_left=1_000_000,
    identifiers_at_hand=487,
    quota=0,
    owner_rights="1",
)
STAGING = UnitSeen("OU=Staging,DC=x", object_class="organizationalUnit", creates=True, resets=True, policies=("P (l)",))
PRODUCTION = replace(STAGING, dn="OU=Berlin,DC=x", creates=False, resets=False)


def verdict(check: Check) -> Verdict | str:
    return STOPS if check.stops else check.verdict


def domain(check_id: str, accounts: int = 10, **seen) -> Check:
    [found] = [one for one in preflight.of_domain(replace(GOOD, **seen), accounts) if one.id == check_id]
    return found


def test_a_good_domain_passes_everything_in_order() -> None:
    checks = preflight.of_domain(GOOD, 10)
    assert tuple(one.id for one in checks) == preflight.OF_DOMAIN
    assert {one.verdict for one in checks} == {PASS}
    assert not any(one.remedy or one.windows_errors for one in checks)


@pytest.mark.parametrize(
    ("check_id", "seen", "wanted", "errors"),
    [
        ("ldap_security", {"exposed": "nobody checks the certificate"}, FAIL, ()),
        ("controller_writable", {"writable": False}, STOPS, (5,)),
        ("clock", {"offset": 60.0}, PASS, ()),
        ("clock", {"offset": 60.1}, FAIL, (1398,)),
        ("clock", {"offset": -60.1}, FAIL, (1398,)),
        ("clock", {"offset": 300.0}, FAIL, (1398,)),
        ("clock", {"offset": 300.1}, STOPS, (1398,)),
        ("clock", {"offset": -300.1}, STOPS, (1398,)),
        ("identifiers", {"identifiers_left": None}, UNKNOWN, ()),
        ("identifiers", {"identifiers_left": 100_010}, PASS, ()),
        ("identifiers", {"identifiers_left": 100_009}, FAIL, (8208,)),
        ("identifiers", {"identifiers_left": 10}, FAIL, (8208,)),
        ("identifiers", {"identifiers_left": 9}, STOPS, (8208,)),
        ("identifiers", {"identifiers_at_hand": None}, PASS, ()),
        ("identifiers", {"identifiers_at_hand": 10}, PASS, ()),
        ("identifiers", {"identifiers_at_hand": 9}, FAIL, (8208,)),
        ("machine_account_quota", {"quota": None}, UNKNOWN, ()),
        ("machine_account_quota", {"quota": 1}, FAIL, (2732, 8557)),
        ("owner_rights", {"owner_rights": None}, UNKNOWN, ()),
        ("owner_rights", {"owner_rights": ""}, FAIL, ()),
        ("owner_rights", {"owner_rights": "0"}, FAIL, ()),
        ("owner_rights", {"owner_rights": "2"}, FAIL, ()),
    ],
)
def test_domain(check_id: str, seen: dict, wanted: Verdict | str, errors: tuple[int, ...]) -> None:
    found = domain(check_id, **seen)
    assert verdict(found) == wanted
    assert found.windows_errors == errors
    assert bool(found.remedy) is (found.verdict is not PASS)


def test_identifiers_of_the_domain_and_of_the_controller_itself() -> None:
    """A domain controller fetches its next block in time, so fewer than there are machines are enough."""
    told = "the domain has 1000000 RIDs left, of which dc1.corp.example has {} at hand"
    for at_hand, wanted in ((100, PASS), (99, FAIL)):
        found = domain("identifiers", accounts=600, identifiers_at_hand=at_hand)
        assert (found.verdict, found.evidence) == (wanted, told.format(at_hand))
    assert "not readable" in domain("identifiers", identifiers_at_hand=None).evidence


def test_quota_is_never_to_be_raised() -> None:
    assert "set it to 0" in domain("machine_account_quota", quota=10).remedy
    [create] = [one for one in preflight.of_staging(replace(STAGING, creates=False)) if one.id == "create_right"]
    assert "profile issue" in create.remedy
    assert "never a higher quota" in create.remedy


@pytest.mark.parametrize(
    ("site", "wanted", "told", "errors"),
    [
        (SiteSeen("Berlin", ["dc1"], ["ro1"]), PASS, "Berlin has dc1", ()),
        (SiteSeen("Berlin"), PASS, "no domain controller", ()),
        (SiteSeen("Berlin", [], ["ro1", "ro2"]), FAIL, "only read-only domain controllers (ro1, ro2)", (1311,)),
        (SiteSeen("Berlin", known=False), STOPS, "there is no site Berlin", ()),
    ],
)
def test_site(site: SiteSeen, wanted: Verdict | str, told: str, errors: tuple[int, ...]) -> None:
    found = preflight.of_site(site)
    assert verdict(found) == wanted
    assert told in found.evidence
    assert found.windows_errors == errors


def test_a_good_staging_ou_passes() -> None:
    checks = preflight.of_staging(STAGING)
    assert [one.id for one in checks] == ["staging_ou", "create_right", "reset_right", "staging_policies"]
    assert {one.verdict for one in checks} == {PASS}


@pytest.mark.parametrize(
    ("seen", "wanted", "errors"),
    [
        ({"fault": "it is not there"}, [STOPS, SKIPPED, SKIPPED, SKIPPED], (2,)),
        ({"object_class": "user"}, [STOPS, SKIPPED, SKIPPED, SKIPPED], (87,)),
        ({"object_class": "container"}, [PASS, PASS, PASS, PASS], ()),
        ({"object_class": "domainDNS"}, [PASS, PASS, PASS, PASS], ()),
        ({"creates": False}, [PASS, STOPS, PASS, PASS], (5, 8557)),
        ({"resets": False}, [PASS, PASS, SKIPPED, PASS], ()),
        ({"resets": None}, [PASS, PASS, UNKNOWN, PASS], ()),
        ({"policies": None}, [PASS, PASS, PASS, UNKNOWN], ()),
        ({"policies": ()}, [PASS, PASS, PASS, PASS], ()),
        ({"opaque_policies": {"P": "no SYSVOL"}}, [PASS, PASS, PASS, PASS], ()),
        ({"dangers": Dangers(certain=("P closes WinRM",))}, [PASS, PASS, PASS, PASS], ()),
    ],
)
def test_staging(seen: dict, wanted: list[Verdict | str], errors: tuple[int, ...]) -> None:
    checks = preflight.of_staging(replace(STAGING, **seen))
    assert [verdict(one) for one in checks] == wanted
    assert tuple(code for one in checks for code in one.windows_errors) == errors


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        ({}, [PASS, PASS]),
        ({"fault": "it is not there"}, [STOPS, SKIPPED]),
        ({"object_class": "computer"}, [STOPS, SKIPPED]),
        ({"dn": "ou=staging,dc=X"}, [FAIL, PASS]),
        ({"policies": None}, [PASS, UNKNOWN]),
        ({"opaque_policies": {"Baseline": "no SYSVOL"}}, [PASS, UNKNOWN]),
        ({"dangers": Dangers(possible=("P closes WinRM",))}, [PASS, UNKNOWN]),
        ({"dangers": Dangers(certain=("P closes WinRM",)), "opaque_policies": {"Q": "no SYSVOL"}}, [PASS, FAIL]),
    ],
)
def test_production(seen: dict, wanted: list[Verdict | str]) -> None:
    checks = preflight.of_production(replace(PRODUCTION, **seen), STAGING.dn)
    assert [one.id for one in checks] == ["production_ou", "production_policies"]
    assert [verdict(one) for one in checks] == wanted


def test_policies_are_told() -> None:
    unit = replace(
        PRODUCTION, policies=("Baseline (linked to DC=x, enforced)", "Kiosk (linked to OU=Berlin,DC=x)"),
        inheritance_blocked=True, opaque_policies={"Baseline": "no SYSVOL", "Kiosk": "no SYSVOL"},
        dangers=Dangers(possible=("Other closes WinRM",)),
    )  # fmt: skip
    evidence = preflight.of_production(unit, STAGING.dn)[1].evidence
    assert evidence.startswith(
        "OU=Berlin,DC=x is reached by Baseline (linked to DC=x, enforced), Kiosk (linked to OU=Berlin,DC=x) "
        "(inheritance is blocked); "
    )
    assert evidence.endswith(
        "; perhaps Other closes WinRM; whether network logon is denied to local accounts or WinRM closed by Baseline, "
        "Kiosk is not known (no SYSVOL)"
    )
    assert "reached by no policy" in preflight.of_staging(replace(STAGING, policies=()))[3].evidence


@pytest.mark.parametrize(
    ("fault", "writable", "wanted", "errors"),
    [
        (None, True, PASS, ()),
        (None, False, FAIL, (5,)),
        (None, None, UNKNOWN, ()),
        ("there is no such group", None, STOPS, ()),
    ],
)
def test_group(fault: str | None, writable: bool | None, wanted: Verdict | str, errors: tuple[int, ...]) -> None:
    found = preflight.of_group("DirectAccessClients", fault, writable)
    assert verdict(found) == wanted
    assert found.windows_errors == errors
    assert "DirectAccessClients" in found.evidence


def test_account() -> None:
    assert verdict(preflight.of_account("there is none yet")) is PASS
    refused = preflight.of_account("CN=X: its owner is not yours", "make it yours")
    assert (verdict(refused), refused.windows_errors) == (STOPS, (2224, 2732))
    assert str(refused) == "CN=X: its owner is not yours; make it yours"


def test_every_id_is_one_that_can_be_tolerated() -> None:
    machine = [
        preflight.of_site(SiteSeen("B")), *preflight.of_staging(STAGING), *preflight.of_production(PRODUCTION, "x"),
        preflight.of_group("g", None, True), preflight.of_account("none"),
    ]  # fmt: skip
    assert tuple(one.id for one in machine) == preflight.OF_MACHINE
    assert preflight.IDS == preflight.OF_DOMAIN + preflight.OF_MACHINE


def test_warnings_are_one_sentence_for_many_machines() -> None:
    of_all = preflight.of_domain(replace(GOOD, quota=10, writable=False), 2)
    lonely, common = preflight.of_group("Kiosk", None, False), preflight.of_group("DirectAccessClients", None, False)
    blind = preflight.of_staging(replace(STAGING, resets=None))
    examinations = [
        Examination("PC-1", (common, *blind)),
        Examination("PC-2", (common, lonely, preflight.of_account("CN=X", "delete it"))),
    ]
    quota, shared, unknown, single = preflight.warnings(of_all, examinations)
    assert quota.startswith("ms-DS-MachineAccountQuota is 10; ")
    assert shared.startswith("2 machines, PC-1 for one: the login may not write the members of DirectAccessClients; ")
    assert unknown.startswith("PC-1: whether the login may reset passwords in OU=Staging,DC=x is not readable; ")
    assert single.startswith("PC-2: the login may not write the members of Kiosk; ")
