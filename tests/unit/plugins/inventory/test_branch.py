# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin with a real inventory behind it: what is added, and that faults add no machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader

NAME = "adops.offline_join.branch"
HEADER = "name,inventory_tag,serial_number,branch,type,wave,responsible\n"
ONE = "PC-1,I-1,S-1,Berlin Mitte,PC,1,Anna\n"
TWO = "PC-2,I-2,S-2,Berlin Mitte,NB,,\"{{ lookup('pipe', 'id') }}\"\n"


class Place:
    """A directory with sources, all read into one inventory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.inventory = InventoryData()

    def parse(self, csv: str | bytes | None = None, name: str = "x", **options: Any) -> None:
        if csv is not None:
            (self.directory / f"{name}.csv").write_bytes(csv.encode() if isinstance(csv, str) else csv)
        source = {"plugin": NAME, "files": [f"{name}.csv"], **options}
        self.parse_text(yaml.safe_dump(source, allow_unicode=True), name)

    def parse_text(self, text: str, name: str = "x") -> None:
        file = self.directory / f"{name}.branch.yml"
        file.write_text(text)
        plugin = inventory_loader.get(NAME)
        assert plugin.verify_file(str(file))
        plugin.parse(self.inventory, DataLoader(), str(file))
        self.inventory.reconcile_inventory()

    @property
    def faults(self) -> list[str]:
        assert set(self.inventory.hosts) == {"branch_faults"}
        assert [host.name for host in self.inventory.groups["offline_join_faults"].hosts] == ["branch_faults"]
        told: list[str] = self.inventory.hosts["branch_faults"].vars["machine_faults"]
        return told

    def members(self) -> dict[str, set[str]]:
        return {
            name: {host.name for host in group.hosts}
            for name, group in self.inventory.groups.items()
            if name not in ("all", "ungrouped")
        }


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize("name", ["x.yml", "branch.yml", "x.branch.csv", "x.branch.yml.bak"])
def test_other_files_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("plugin: x\n")
    assert not inventory_loader.get(NAME).verify_file(str(tmp_path / name))


def test_groups(place: Place) -> None:
    place.parse(HEADER + ONE + TWO)
    assert place.members() == {
        "branch_Berlin_Mitte": {"PC-1", "PC-2"},
        "type_PC": {"PC-1"},
        "type_NB": {"PC-2"},
        "wave_1": {"PC-1"},
    }


def test_prefixes(place: Place) -> None:
    place.parse(HEADER + ONE, branch_prefix="", type_prefix="kind-", wave_prefix="w")
    assert set(place.members()) == {"Berlin_Mitte", "kind_PC", "w1"}


def test_two_branches_that_would_be_one_group(place: Place) -> None:
    place.parse(HEADER + ONE + TWO.replace("Berlin Mitte", "Berlin-Mitte"))
    assert place.faults == [
        "x.csv line 3: branch Berlin-Mitte and branch Berlin Mitte would both be the group branch_Berlin_Mitte; "
        "write one of them otherwise"
    ]


def test_numbers_and_dates_of_yaml_are_text(place: Place) -> None:
    place.parse_text(
        f"plugin: {NAME}\nfiles: [y.csv]\nname_template: 'PC-{{number}}'\n"
        "defaults: {planned_date: 2026-12-01, wave: 1, branch: BER, type: PC, responsible: }\n"
    )
    assert "it cannot be read" in place.faults[0]
    (place.directory / "y.csv").write_text("number,inventory_tag,serial_number\n1,I,S\n")
    place.inventory = InventoryData()
    place.parse_text((place.directory / "x.branch.yml").read_text())
    found = place.inventory.hosts["PC-1"].vars
    assert (found["machine_planned_date"], found["machine_wave"]) == ("2026-12-01", "1")
    assert "machine_responsible" not in found


def test_constructed(place: Place) -> None:
    place.parse(
        HEADER + ONE + TWO,
        compose={"room": "machine_branch ~ '/' ~ machine_name"},
        groups={"early": "machine_wave | default('9') == '1'"},
        keyed_groups=[{"key": "machine_responsible[:1]", "prefix": "who"}],
    )
    assert place.inventory.hosts["PC-2"].vars["room"] == "Berlin Mitte/PC-2"
    assert place.members()["early"] == {"PC-1"}
    assert place.members()["who_A"] == {"PC-1"}


@pytest.mark.parametrize(
    "options",
    [
        {"compose": {"x": "machine_wave ~ ''"}, "strict": True},
        {"groups": {"x": "machine_wave == '1'"}, "strict": True},
        {"keyed_groups": [{"key": "machine_wave"}], "strict": True},
        {"keyed_groups": ["machine_wave"]},
        {"keyed_groups": [{"key": "machine_name", "default_value": "x", "trailing_separator": False}]},
    ],
)
def test_what_constructed_breaks_on_adds_no_machine(place: Place, options: dict[str, Any]) -> None:
    """The second machine has no wave: the first one would be in the inventory already."""
    place.parse(HEADER + ONE + TWO, **options)
    assert place.faults[-1].startswith("x.csv line 3: ")
    assert set(place.members()) == {"offline_join_faults"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"pathes": ["y.csv"]}, "x.branch.yml: there is no option 'pathes'; correct or remove it"),
        ({"files": ["none.csv"]}, "none.csv: it cannot be read (No such file or directory)"),
        ({"files": ["."]}, ".: it cannot be read (Is a directory)"),
        ({"files": []}, "x.branch.yml: files names no file"),
        ({"delimiter": "::"}, "x.branch.yml: the delimiter '::' is impossible"),
        ({"encoding": "klingon"}, "x.csv: there is no encoding 'klingon'"),
        ({"name_template": "{x}"}, "x.branch.yml: the name template '{x}' has the field 'x'"),
        ({"extra_columns": ["site_password"]}, "x.branch.yml: the column 'site_password' would hold passwords"),
        ({"defaults": {"colour": "red"}}, "x.branch.yml: defaults names 'colour', which is no column"),
        ({"defaults": "red"}, "x.branch.yml: "),
        ({"plugin": "other"}, "x.branch.yml: "),
    ],
)
def test_options(place: Place, options: dict[str, Any], words: str) -> None:
    place.parse(HEADER + ONE, **options)
    assert place.faults[0].startswith(words)


@pytest.mark.parametrize("text", ["", "a: [", "- x\n", "plugin: x\n"])
def test_a_source_that_is_no_source(place: Place, text: str) -> None:
    place.parse_text(text)
    assert place.faults[0].startswith("x.branch.yml: ")


def test_required_option(place: Place) -> None:
    place.parse_text(f"plugin: {NAME}\n")
    assert "files" in place.faults[0]


def test_faults_of_all_sources_are_told(place: Place) -> None:
    place.parse(HEADER + "a_b,I-1,S-1,BER,PC,1,\n", name="one")
    place.parse(HEADER + "c_d,I-2,S-2,BER,PC,1,\n", name="two")
    assert [fault.partition(":")[0] for fault in place.faults] == ["one.csv line 2", "two.csv line 2"]
    note = place.inventory.hosts["branch_faults"].vars["offline_join_note"]
    assert (note["stage"], note["state"]) == ("inventory", "failed")
    assert all(fault in note["headline"] for fault in place.faults)


def test_doubles_of_another_source(place: Place) -> None:
    place.parse(HEADER + ONE, name="one")
    place.parse(HEADER + "pc-1,I-9,S-9,BER,PC,1,\nPC-9,i-1,s-1,BER,PC,1,\n", name="two")
    assert set(place.inventory.hosts) == {"PC-1", "branch_faults"}
    assert [fault.partition(";")[0] for fault in place.inventory.hosts["branch_faults"].vars["machine_faults"]] == [
        "two.csv line 2: the name pc-1 also stands in one.csv line 2",
        "two.csv line 3: the serial number s-1 also stands in one.csv line 2",
        "two.csv line 3: the inventory tag i-1 also stands in one.csv line 2",
    ]


def test_another_inventory_may_add_variables(place: Place) -> None:
    place.inventory.add_host("PC-1")
    place.inventory.set_variable("PC-1", "machine_serial_number", "S-1")
    place.parse(HEADER + ONE)
    assert "branch_faults" not in place.inventory.hosts
    assert place.inventory.hosts["PC-1"].vars["machine_source"] == "x.csv line 2"
