# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a wave's machines go: what the stage tells its role must not carry one machine's own place to the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

HOME = Path(__file__).resolve().parents[4]
ROLE = HOME / "roles" / "computer_promote"
OWN = {"machine_production_ou": "OU=Kiosk,OU=Production", "machine_staging_ou": "OU=Kiosk,OU=Staging"}
OF_ALL = {"offline_join_production_ou": "OU=Production", "offline_join_staging_ou": "OU=Staging"}


def of_the_stage() -> dict[str, str]:
    [play] = yaml.safe_load((HOME / "playbooks" / "stages" / "promote.yml").read_text(encoding="utf-8"))
    given = play["tasks"][-1]["block"][0]["vars"]
    return {name: trust_as_template(text) for name, text in given.items()}


def places(directory: Path, host: str, **variables: Any) -> tuple[list[str], str]:
    """Where all machines go as ``host`` tells it, which speaks for all, and where it expects itself to be."""
    source, loader = directory / "hosts.json", DataLoader()
    source.write_text(json.dumps({"all": {"hosts": {"BER-PC-001": OWN, "BER-PC-002": {}}, "vars": variables}}))
    inventory = InventoryManager(loader, sources=[str(source)])
    manager = VariableManager(loader, inventory)
    known: dict[str, Any] = {
        **loader.load_from_file(str(ROLE / "defaults" / "main.yml"), trusted_as_template=True),
        **loader.load_from_file(str(ROLE / "vars" / "main.yml"), trusted_as_template=True),
        **of_the_stage(),
        **manager.get_vars(host=inventory.get_host(host)),
        "ansible_play_batch": ["BER-PC-001", "BER-PC-002"],
        "hostvars": HostVars(inventory, manager, loader),
    }
    templar = Templar(loader, known)
    machines = templar.template(trust_as_template("{{ __computer_promote_machines }}"))
    return [one["path"] for one in machines], templar.template(trust_as_template("{{ __computer_promote_path }}"))


@pytest.mark.parametrize(
    ("variables", "own", "ordinary"),
    [
        ({}, "OU=Kiosk,OU=Production", "OU=Production"),
        ({"computer_promote_back": "false"}, "OU=Kiosk,OU=Production", "OU=Production"),
        ({"computer_promote_back": True}, "OU=Kiosk,OU=Staging", "OU=Staging"),
        ({"computer_promote_back": "true"}, "OU=Kiosk,OU=Staging", "OU=Staging"),
    ],
)
def test_each_machine_has_its_own(variables: dict[str, Any], own: str, ordinary: str, tmp_path: Path) -> None:
    """Also where ``-e`` makes a text of the switch; and whoever is the first of the wave."""
    for host, here in (("BER-PC-001", own), ("BER-PC-002", ordinary)):
        assert places(tmp_path, host, **OF_ALL, **variables) == ([own, ordinary], here)


@pytest.mark.parametrize(("back", "name"), [(False, "offline_join_production_ou"), (True, "offline_join_staging_ou")])
def test_a_place_that_nobody_named(back: bool, name: str, tmp_path: Path) -> None:
    assert places(tmp_path, "BER-PC-001", computer_promote_back=back)[0][1] == f"{name} is not set"
