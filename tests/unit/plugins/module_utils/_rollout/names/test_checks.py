# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names held against the rules, the template, the inventory and what is known elsewhere."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.checks import Check, Verdict
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names.checks import (
    DOUBLE,
    ELSEWHERE,
    IDS,
    RULES,
    TEMPLATE,
    Known,
    Lists,
    Machine,
    NameRules,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names.template import NameTemplate


def check(machine: Machine, lists: Lists | None = None) -> dict[str, Check]:
    found = NameRules(lists or Lists((machine.name,))).check(machine, "CORP")
    assert [one.id for one in found] == list(IDS[1:5])
    return {one.id: one for one in found}


def verdicts(checks: dict[str, Check]) -> list[str]:
    return [one.verdict.value for one in checks.values()]


def test_a_sound_name() -> None:
    assert verdicts(check(Machine("BER-PC-001"))) == ["pass", "skipped", "pass", "pass"]


@pytest.mark.parametrize(
    ("name", "evidence", "remedy"),
    [
        ("A_B", "the name holds '_'", "use only the letters A to Z, digits and hyphens"),
        ("A" * 16, "the name has 16 characters", "NetBIOS allows 15, shorten it"),
        ("nul", "the name is reserved by Windows", "choose another"),
        ("corp", "the name is that of the domain", "choose another name"),
    ],
)
def test_rules(name: str, evidence: str, remedy: str) -> None:
    found = check(Machine(name))[RULES]
    assert found.stops
    assert (found.evidence, found.remedy) == (evidence, remedy)


def test_template() -> None:
    template = NameTemplate.parse("{branch}-{type}-{number:03}")
    lists = Lists(("BER-PC-001",), template=template)
    assert check(Machine("BER-PC-001", values={"branch": "ber"}), lists)[TEMPLATE].verdict is Verdict.PASS
    for machine in (Machine("BER-PC-1"), Machine("BER-PC-001", values={"branch": "LYO"})):
        found = check(machine, lists)[TEMPLATE]
        assert found.stops
        assert found.evidence == "the name is not made by {branch}-{type}-{number:03}"


@pytest.mark.parametrize(
    ("machines", "inventory", "times"),
    [
        (("PC-1", "pc-1"), (), 2),
        (("PC-1",), ("PC-1", "PC-2", "pc-1", "Pc-1"), 3),
        (("PC-1", "PC-1"), ("PC-1",), 2),
        (("PC-1",), ("PC-1", "PC-2"), 1),
        (("PC-1",), ("PC-2",), 1),
    ],
)
def test_doubles_in_the_whole_inventory(machines: tuple[str, ...], inventory: tuple[str, ...], times: int) -> None:
    found = check(Machine("PC-1"), Lists(machines, inventory))[DOUBLE]
    assert found.stops is (times > 1)
    if times > 1:
        assert found.evidence.startswith(f"{times} machines of the inventory have this name")


def test_names_known_elsewhere() -> None:
    known = (Known("pc-1", "the ledger", "S-1"), Known("PC-2", "the ledger of Lyon"), Known("PC-3", "x", "S-3"))

    def elsewhere(machine: Machine) -> Check:
        return check(machine, Lists((machine.name,), known=known))[ELSEWHERE]

    assert elsewhere(Machine("PC-1", "s-1")).verdict is Verdict.PASS
    assert elsewhere(Machine("PC-9", "S-1")).verdict is Verdict.PASS
    stranger = elsewhere(Machine("PC-1", "S-9"))
    assert stranger.stops
    assert stranger.evidence == "another machine of this name stands in the ledger (serial number S-1)"
    for unsure in (Machine("PC-2", "S-2"), Machine("PC-3")):
        found = elsewhere(unsure)
        assert found.verdict is Verdict.UNKNOWN
        assert found.remedy == "give every machine its serial number"
