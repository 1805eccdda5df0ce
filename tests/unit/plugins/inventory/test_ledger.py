# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory of the ledger as ansible-inventory reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.adops.offline_join.plugins.inventory import ledger as plugin
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.state import State
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    TWO,
    entry,
)

PROGRAM = Path(sys.prefix) / "bin" / "ansible-inventory"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger.open(str(tmp_path / "ledger.db"), create=True)
    made.append(
        [
            entry("issued", "BER-PC-001", sha256=ONE, branch="berlin", serial_number="{{ 6 * 7 }}"),
            entry("applied", "BER-PC-001", minute=1, sha256=ONE),
            entry("issued", "BER-PC-002", sha256=TWO, branch="berlin"),
            entry("planned", "HAM-PC-001", branch="hamburg"),
        ],
        writer="control",
    )
    return made


def read(tmp_path: Path, source: dict[str, Any], name: str = "x.ledger.yml", **environment: str) -> Any:
    file = tmp_path / name
    file.write_text(yaml.safe_dump({"plugin": "adops.offline_join.ledger", **source}))
    done = subprocess.run(
        [str(PROGRAM), "-i", str(file), "--list", "--export"],
        env={**os.environ, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", **environment},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return json.loads(done.stdout) if not done.returncode else done.stderr


def test_hosts_groups_and_variables(ledger: Ledger, tmp_path: Path) -> None:
    found = read(tmp_path, {"ledger": ledger.name, "keyed_groups": [{"key": "machine_branch", "prefix": "branch"}]})
    assert found["state_applied"]["hosts"] == ["BER-PC-001"]
    assert found["state_not_issued"]["hosts"] == ["HAM-PC-001"]
    assert sorted(found["branch_berlin"]["hosts"]) == ["BER-PC-001", "BER-PC-002"]
    variables = found["_meta"]["hostvars"]["BER-PC-001"]
    # text from the ledger is no template
    assert variables["machine_serial_number"] == {"__ansible_unsafe": "{{ 6 * 7 }}"}
    assert variables["machine_times"].keys() == {"issued", "applied"}
    assert variables["machine_used_twice"] is False
    assert "machine_serial_number" not in found["_meta"]["hostvars"]["BER-PC-002"]


def test_choices(ledger: Ledger, tmp_path: Path) -> None:
    found = read(tmp_path, {"branch": "berlin", "states": ["issued"]}, OFFLINE_JOIN_LEDGER=ledger.name)
    assert [*found["_meta"]["hostvars"]] == ["BER-PC-002"]
    refused = read(tmp_path, {"ledger": ledger.name, "states": ["sold"]})
    assert "sold" in refused
    assert "state_issued" not in refused


def test_every_state_can_be_chosen() -> None:
    documented = yaml.safe_load(plugin.DOCUMENTATION)["options"]["states"]["choices"]
    assert documented == [str(state) for state in State]


def test_a_changed_ledger_gives_no_host(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.writing() as transaction:
        transaction._connection.exec_driver_sql("UPDATE offline_join_events SET who = 'x' WHERE sequence = 2")
    assert "BER-PC-001" in read(tmp_path, {"ledger": ledger.name})["_meta"]["hostvars"]
    said = read(tmp_path, {"ledger": ledger.name, "verify": True})
    assert "its chains are broken: event 2 of control" in " ".join(said.split())


@pytest.mark.parametrize(
    ("location", "words"),
    [("/nonexistent/ledger.db", "it is not there"), ("postgresql://u@127.0.0.1:9/d", "does not answer")],
)
def test_a_ledger_that_cannot_be_read(tmp_path: Path, location: str, words: str) -> None:
    assert words in " ".join(read(tmp_path, {"ledger": location}).split())


def test_password_of_the_environments_url_is_not_told(tmp_path: Path) -> None:
    secret = "xQ7-vN2_kT9-wR4-hB6"
    said = read(tmp_path, {}, OFFLINE_JOIN_LEDGER=f"postgresql://u:{secret}@127.0.0.1:9/d")
    assert "does not answer" in " ".join(said.split())
    assert secret not in said


def test_password_of_the_sources_url_is_not_told(tmp_path: Path) -> None:
    secret = "xQ7-vN2_kT9-wR4-hB6"
    said = read(tmp_path, {"ledger": f"postgresql://u:{secret}@127.0.0.1:9/d"})
    assert "a password stands in its URL" in " ".join(said.split())
    assert secret not in said


def test_the_unexpected_is_told_without_its_text(tmp_path: Path) -> None:
    said = read(tmp_path, {"ledger": "/srv/with\0a zero"})
    assert "x.ledger.yml: unexpected ValueError at" in " ".join(said.split())
    assert "with\0a zero" not in said


def test_other_names_are_not_taken(ledger: Ledger, tmp_path: Path) -> None:
    assert "BER-PC-001" not in str(read(tmp_path, {"ledger": ledger.name}, "ledger.yml"))
    assert "BER-PC-001" in str(read(tmp_path, {"ledger": ledger.name}, "a.ledger.yaml"))
