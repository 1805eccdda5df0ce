# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lists that roles make for their one call: a variable that cannot be resolved fails its machine, not the call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

ROLES = Path(__file__).resolve().parents[4] / "roles"
LISTS = [
    (file.parts[-3], name)
    for file in sorted(ROLES.glob("*/vars/main.yml"))
    for name in yaml.safe_load(file.read_text(encoding="utf-8"))
    if name.endswith(("_machines", "_names")) and "remembered" not in name
]
READ = ("machine_name", "machine_serial_number", "machine_staging_ou", "machine_production_ou", "machine_site")
# What a role's user has to say.
GIVEN = {"computer_promote_path": "OU=Berlin", "directaccess_group_groups": ["DirectAccessClients"]}


def test_roles_have_lists() -> None:
    assert {role for role, _name in LISTS} >= {"name_check", "package_issue", "computer_promote", "receipt_import"}


@pytest.mark.parametrize(("role", "name"), LISTS, ids=lambda one: str(one).lstrip("_"))
def test_other_machines_keep_their_entries(role: str, name: str, tmp_path: Path) -> None:
    source, loader = tmp_path / "hosts.json", DataLoader()
    hosts = {"broken": dict.fromkeys(READ, "{{ 1 / 0 }}"), "BER-PC-002": {}}
    source.write_text(json.dumps({"all": {"hosts": hosts}}))
    inventory = InventoryManager(loader, sources=[str(source)])
    hostvars = HostVars(inventory, VariableManager(loader, inventory), loader)
    known = GIVEN | {f"__{role}_remembered": {}, "ansible_play_batch": [*hosts], "hostvars": hostvars}
    for file in (ROLES / role / "defaults" / "main.yml", ROLES / role / "vars" / "main.yml"):
        known |= loader.load_from_file(str(file), trusted_as_template=True)
    entries = Templar(loader, known).template(trust_as_template(f"{{{{ {name} }}}}"))
    names = [entry["name"] for entry in entries] if name.endswith("_machines") else entries
    assert names == ["machine_name cannot be resolved: broken", "BER-PC-002"]
