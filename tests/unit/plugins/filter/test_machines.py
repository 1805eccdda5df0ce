# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list of machines of one call: what a host has, what it has not, and what cannot be resolved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.adops.offline_join.plugins.filter.machines import FilterModule, machines
from jinja2 import StrictUndefined

STAGING = "OU=Staging,DC=corp,DC=example"
HOSTVARS: dict[str, Mapping[str, Any]] = {
    "one": {"machine_name": "BER-PC-001", "machine_staging_ou": STAGING, "machine_serial_number": "PF2X1"},
    "BER-PC-002": {"machine_wave": 1},
    "broken": {"machine_name": StrictUndefined(name="asset_tag"), "machine_staging_ou": StrictUndefined(name="ou")},
}
VARIABLES = {"path": "machine_staging_ou", "serial_number": "machine_serial_number"}


def test_it_is_found_by_its_name() -> None:
    assert FilterModule().filters() == {"machines": machines}


def test_every_host_has_its_own_entry_in_their_order() -> None:
    assert machines(["BER-PC-002", "one"], HOSTVARS, VARIABLES) == [
        {"name": "BER-PC-002"},
        {"name": "BER-PC-001", "path": STAGING, "serial_number": "PF2X1"},
    ]


def test_names_alone() -> None:
    assert machines(["one", "BER-PC-002"], HOSTVARS) == [{"name": "BER-PC-001"}, {"name": "BER-PC-002"}]


def test_defaults_give_way_to_what_a_host_has() -> None:
    defaults = {"path": "OU=Other", "groups": ["DirectAccessClients"]}
    one, two = machines(["one", "BER-PC-002"], HOSTVARS, VARIABLES, defaults)
    assert (one["path"], two["path"]) == (STAGING, "OU=Other")
    assert one["groups"] == two["groups"] == ["DirectAccessClients"]
    assert defaults == {"path": "OU=Other", "groups": ["DirectAccessClients"]}


def test_what_cannot_be_resolved_neither_falls_back_nor_stops_the_others() -> None:
    broken, one = machines(["broken", "one"], HOSTVARS, VARIABLES, {"path": "OU=Other"})
    assert broken == {
        "name": "machine_name cannot be resolved: broken",
        "path": "machine_staging_ou cannot be resolved: broken",
    }
    assert one["path"] == STAGING


@pytest.mark.parametrize(("given", "shown"), [(7, "7"), ("PC-7", "PC-7")])
def test_a_name_is_a_text(given: object, shown: str) -> None:
    [entry] = machines(["host"], {"host": {"machine_name": given}})
    assert entry["name"] == shown
    assert isinstance(entry["name"], str)


def test_only_what_is_asked_for_is_read() -> None:
    class Known(Mapping[str, str]):
        def __getitem__(self, key: str) -> str:
            assert key in {"machine_name", "machine_site"}
            return "Berlin"

        def __contains__(self, key: object) -> bool:
            return True

        def __iter__(self) -> Iterator[str]:
            raise AssertionError("all of its variables were asked for")

        def __len__(self) -> int:
            return 1000

    assert machines(["host"], {"host": Known()}, {"site": "machine_site"}) == [{"name": "Berlin", "site": "Berlin"}]


@pytest.mark.parametrize("broken", ["{{ nothing }}", "{{ 1 / 0 }}", "{{ lookup('ansible.builtin.file', '/no') }}"])
def test_with_the_variables_of_hosts_as_ansible_has_them(broken: str, tmp_path: Path) -> None:
    """Whatever goes wrong in a host's variable is something undefined there; what is omitted is left out."""
    source, loader = tmp_path / "hosts.json", DataLoader()
    one, two = {"machine_site": broken, "machine_serial_number": "{{ omit }}"}, {"machine_name": "{{ 2 }}"}
    source.write_text(json.dumps({"all": {"hosts": {"one": one, "two": two}}}))
    inventory = InventoryManager(loader, sources=[str(source)])
    hostvars = HostVars(inventory, VariableManager(loader, inventory), loader)
    variables = {"hostvars": hostvars, "fallback": trust_as_template("{{ omit }}")}
    expression = """{{ ['one', 'two'] | adops.offline_join.machines(hostvars, {
        'site': 'machine_site', 'serial_number': 'machine_serial_number'}, {'path': fallback, 'groups': []}) }}"""
    assert Templar(loader, variables).template(trust_as_template(expression)) == [
        {"name": "one", "groups": [], "site": "machine_site cannot be resolved: one"},
        {"name": "2", "groups": []},
    ]
