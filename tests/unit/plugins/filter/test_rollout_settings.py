# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts of two branches in one run, out of a real inventory's variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.utils.vars import load_extra_vars
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.adops.offline_join.plugins.filter.rollout_settings import FilterModule, rollout_settings

EVERYBODY = {
    "keys": "/srv/{{ branch }}",
    "offline_join_recipients": ["{{ keys }}/site.pem"],
    "offline_join_seal": "cms",
}


def said(directory: Path, hamburg: dict[str, Any], **variables: Any) -> str:
    """Of BER-1 and BER-2, and HAM-1 in a group of its own."""
    source, loader = directory / "hosts.json", DataLoader()
    berlin: dict[str, Any] = {"BER-1": {"offline_join_phase": "site"}, "BER-2": {"machine_staging_ou": "OU=Kiosk"}}
    groups = {"branch_HAM": {"hosts": {"HAM-1": hamburg}}}
    everybody = {"branch": "ber", **EVERYBODY, **variables}
    source.write_text(json.dumps({"all": {"vars": everybody, "hosts": berlin, "children": groups}}))
    inventory = InventoryManager(loader, sources=[str(source)])
    hosts = [host.name for host in inventory.get_hosts()]
    known = {"hosts": hosts, "hostvars": HostVars(inventory, VariableManager(loader, inventory), loader)}
    asked = trust_as_template("{{ hosts | adops.offline_join.rollout_settings(hostvars) }}")
    return str(Templar(loader, known).template(asked))


def test_named() -> None:
    assert FilterModule().filters() == {"rollout_settings": rollout_settings}


@pytest.mark.parametrize(
    "hamburg",
    [
        {},
        {"offline_join_dns_servers": ["192.0.2.1"], "offline_join_phase": "domain", "machine_branch": "HAM"},
        {"offline_join_recipients": ["/srv/ber/site.pem"]},
    ],
)
def test_what_may_differ(hamburg: dict[str, Any], tmp_path: Path) -> None:
    assert said(tmp_path, hamburg) == ""


@pytest.mark.parametrize(
    ("hamburg", "name"),
    [
        ({"branch": "ham"}, "offline_join_recipients"),
        ({"offline_join_issuer_key": "/srv/ham.key"}, "offline_join_issuer_key"),
        ({"offline_join_seal": "{{ nothing }}"}, "offline_join_seal"),
        ({"offline_join_recipients": ["{{ nothing }}"]}, "offline_join_recipients"),
        ({"package_issue_join4": True}, "package_issue_join4"),
    ],
)
def test_what_may_not(hamburg: dict[str, Any], name: str, tmp_path: Path) -> None:
    expected = f"{name}: not the same for BER-1 and HAM-1, "
    assert said(tmp_path, hamburg).startswith(expected)
    assert said(tmp_path, hamburg).endswith(" --limit branch_HAM")


def test_what_nobody_can_resolve_is_not_its_business(tmp_path: Path) -> None:
    assert said(tmp_path, {}, offline_join_dest="{{ nothing }}/packages", offline_join_groups=["{{ nothing }}"]) == ""


def test_what_the_inventory_sets_without_effect(tmp_path: Path) -> None:
    expected = "package_issue_site counts with -e only, in the inventory offline_join_site does; nothing was touched"
    for value in ("Hamburg", "{{ nothing }}"):
        assert said(tmp_path, {"package_issue_site": value}) == expected
    assert (
        said(tmp_path, {}, offline_join_hosts="BER-1") == "offline_join_hosts counts with -e only; nothing was touched"
    )


def test_what_is_given_with_e_has_its_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"offline_join_hosts": "BER-1", "package_issue_site": "Hamburg"}
    monkeypatch.setattr(load_extra_vars, "extra_vars", given, raising=False)
    assert said(tmp_path, {"package_issue_site": "Hamburg"}, offline_join_hosts="HAM-1") == ""


def test_a_host_that_is_noted_already(tmp_path: Path) -> None:
    assert said(tmp_path, {"branch": "ham", "offline_join_note": {"stage": "inventory", "state": "failed"}}) == ""
