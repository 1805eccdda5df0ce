# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole branches: every machine, or every fault with its place."""

from __future__ import annotations

import random

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.columns import Columns
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.reading import Branch, Reader

HEADER = "name,inventory_tag,serial_number,branch,type,planned_date,staging_ou,site_user,domain_user,site_port\n"


def line(number: int, **changed: str) -> str:
    cells = {
        "name": f"PC-{number}", "inventory_tag": f"I-{number}", "serial_number": f"S-{number}", "branch": "BER",
        "type": "PC", "planned_date": "2026-12-01", "staging_ou": '"OU=S,DC=x"', "site_user": "setup",
        "domain_user": "rollout", "site_port": "5986",
    } | changed  # fmt: skip
    return ",".join(cells.values()) + "\n"


def read(*contents: str, reader: Reader | None = None, known: dict[str, dict[str, str]] | None = None) -> Branch:
    files = [(f"{number}.csv", content.encode()) for number, content in enumerate(contents, 1)]
    return (reader or Reader(Columns())).read(files, known)


def sentences(branch: Branch) -> list[str]:
    return [str(fault) for fault in branch.faults]


def test_machines() -> None:
    found = read(HEADER + line(1) + line(2), HEADER + line(3))
    assert found.faults == ()
    assert [(one.name, one.source) for one in found.machines] == [
        ("PC-1", "1.csv line 2"),
        ("PC-2", "1.csv line 3"),
        ("PC-3", "2.csv line 2"),
    ]
    assert found.machines[0].values["staging_ou"] == "OU=S,DC=x"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "a_b"}, "1.csv line 2: the name holds '_': 'a_b'; use only the letters A to Z, digits and hyphens"),
        ({"name": ""}, "1.csv line 2: the name is empty; give every machine a name"),
        ({"name": "all"}, "1.csv line 2: the name 'all' means something else to Ansible; choose another"),
        ({"name": "nul"}, "1.csv line 2: the name is reserved by Windows: 'nul'; choose another"),
        ({"name": "{branch}-{x}"}, "1.csv line 2: the name template '{branch}-{x}' has the field 'x', which is no col"),
        ({"name": "{wave}-1"}, "1.csv line 2: the name template needs wave, which is empty; fill in wave"),
        ({"name": "{branch}-{type}-{branch}-longs"}, "1.csv line 2: the name has 16 characters: 'BER-PC-BER-longs'"),
        ({"serial_number": ""}, "1.csv line 2: serial_number is empty; fill it in"),
        ({"planned_date": "1.12.26"}, "1.csv line 2: planned_date '1.12.26' is no date that everybody reads alike; "),
        ({"staging_ou": "S"}, "1.csv line 2: staging_ou 'S' is no distinguished name; write it as OU=Staging,DC=corp"),
        ({"site_user": ""}, "1.csv line 2: domain_user is given, but site_user is empty; give both"),
        ({"site_port": "x"}, "1.csv line 2: site_port 'x' is no port; give a number from 1 to 65535"),
        (
            {"site_port": "1,2"},
            "1.csv line 2: the line has 11 cells, the header 10; add what is missing, or put quotes",
        ),
    ],
)
def test_one_fault(changed: dict[str, str], sentence: str) -> None:
    found = read(HEADER + line(1, **changed) + line(2))
    assert len(found.faults) == 1
    assert sentences(found)[0].startswith(sentence)


def test_all_faults_of_a_line() -> None:
    found = read(HEADER + line(1, name="x y", serial_number="", planned_date="?", site_port="0"))
    assert len(found.faults) == 4


def test_doubles_across_files_and_cases() -> None:
    found = read(HEADER + line(1) + line(2, name="pc-1"), HEADER + line(3, serial_number="s-1", inventory_tag="i-2"))
    assert sentences(found) == [
        "1.csv line 3: the name pc-1 also stands in 1.csv line 2; give each machine its own name; case does not tell "
        "names apart",
        "2.csv line 2: the serial number s-1 also stands in 1.csv line 2; correct one of them, or remove the line "
        "that stands twice",
        "2.csv line 2: the inventory tag i-2 also stands in 1.csv line 3; correct one of them, or remove the line "
        "that stands twice",
    ]


def test_doubles_of_other_sources() -> None:
    found = read(HEADER + line(1), known={"name": {"pc-1": "lyon.csv line 9"}, "serial_number": {"s-2": "x"}})
    assert [fault.cause for fault in found.faults] == ["the name PC-1 also stands in lyon.csv line 9"]


def test_a_bad_header_speaks_for_its_file_only() -> None:
    found = read("name,colour\na,b\nc,d\n", HEADER + line(1, name=""))
    assert {(fault.file, fault.line) for fault in found.faults} == {("1.csv", 1), ("2.csv", 2)}


def test_passwords_are_never_repeated() -> None:
    found = read(HEADER.replace("\n", ",Kennwort\n") + line(1).replace("\n", ",S3cret-canary\n") + "x,y\n")
    assert "Kennwort" in sentences(found)[0]
    assert "S3cret-canary" not in str(found)


def test_no_machine_is_a_fault() -> None:
    assert sentences(read(HEADER)) == ["the branch: there is no machine in it; add a line for each PC"]


def test_template_and_defaults() -> None:
    reader = Reader(
        Columns(defaults={"branch": "LYO", "type": "NB", "wave": "1"}, templated=True, extra=["floor"]),
        name_template="{branch}{floor}-{type}-{number:03}",
    )
    found = read("number,inventory_tag,serial_number,branch,floor\n4,I,S,,2\n5,J,T,BER,3\n", reader=reader)
    assert found.faults == ()
    assert [one.name for one in found.machines] == ["LYO2-NB-004", "BER3-NB-005"]
    assert found.machines[1].values["wave"] == "1"


def test_three_thousand_lines_with_forty_faults() -> None:
    chance = random.Random(6)
    numbers = sorted(chance.sample(range(2, 3002), 40))
    breaks = [{"name": "x_y"}, {"planned_date": "soon"}, {"staging_ou": "S"}, {"site_port": "no"}]
    spoiled = {number: breaks[position % 4] for position, number in enumerate(numbers)}
    content = HEADER + "".join(line(number, **spoiled.get(number, {})) for number in range(2, 3002))
    assert [fault.line for fault in read(content).faults] == numbers
