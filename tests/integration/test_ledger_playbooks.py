# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks and the ledger: jobs that share nothing else, and what cannot be recorded, which every machine is told."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import Entry, now
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import kept_package

from tests.integration.branch import Branch
from tests.integration.seals import Seals
from tests.integration.test_revocation import succeeded

STAGES = Path(__file__).parents[2] / "playbooks" / "stages"


@pytest.mark.thorough
def test_another_process_holds_it(make_branch: Callable[[int], Branch], tmp_path: Path) -> None:
    branch = make_branch(2)
    seals = Seals(tmp_path)
    seals.put_on(branch)
    location = str(branch.directory / "ledger.db")
    branch.variables["offline_join_ledger"] = location
    branch.extra_environment["OFFLINE_JOIN_LEDGER_TIMEOUT"] = "1"
    ledger = Ledger.open(location, create=True)
    with ledger.writing():
        held = branch.play("prepare")
    assert held.returncode == 2, held.stdout
    note = {
        "stage": "record",
        "state": "failed",
        "headline": f"write to the ledger {location}: another process holds it, longer than the timeout; "
        "look what still writes to it, or set ledger_timeout higher, and run it again",
    }
    assert branch.report() == dict.fromkeys(branch.names, note)
    assert ledger.read() == []
    packages = {name: seals.file(branch, name).read_bytes() for name in branch.names}
    accounts = branch.accounts()
    again = branch.play("prepare")
    assert again.returncode == 0, again.stdout
    assert {one["state"] for one in branch.report().values()} == {"done"}
    assert branch.accounts() == accounts
    for name in branch.names:
        assert [link.event.kind for link in ledger.read([name])] == ["issued", "sealed"]
        kept = kept_package(ledger, name)
        assert kept is not None
        assert kept.content == packages[name] == seals.file(branch, name).read_bytes()


@pytest.mark.parametrize(
    ("variable", "template", "stage"),
    [
        ("offline_join_ledger", "{{ nowhere }}", "record"),
        ("offline_join_reason", "{{ lookup('ansible.builtin.file', 'nowhere') }}", "record"),
        ("offline_join_title", "{{ lookup('ansible.builtin.file', 'nowhere') }}", None),
    ],
)
def test_variable_that_cannot_be_resolved(branch: Branch, variable: str, template: str, stage: str | None) -> None:
    branch.variables |= {"offline_join_ledger": str(branch.directory / "ledger.db"), variable: template}
    playbook = branch.directory / "end.yml"
    end = ("record", "acceptance", "report")
    playbook.write_text(json.dumps([{"ansible.builtin.import_playbook": str(STAGES / f"{one}.yml")} for one in end]))
    done = branch.play(str(playbook))
    assert done.returncode == 2, done.stdout
    assert {one.get("stage") for one in branch.report().values()} == {stage}
    told = dict(re.findall(r"^fatal: \[([^] ]+)\]: FAILED! => \{(.+?)(?=^\S)", done.stdout, re.MULTILINE | re.DOTALL))
    assert {name for name, said in told.items() if "nowhere" in said} == {*branch.names}


def test_audit_and_revoke_in_a_new_container_share_only_the_ledger(branch: Branch) -> None:
    succeeded(branch.issue())
    location = str(branch.directory / "ledger.db")
    branch.variables["offline_join_ledger"] = location
    branch.extra_environment |= {
        "OFFLINE_JOIN_DIRECTORY_SERVER": branch.lab.server,
        "OFFLINE_JOIN_DIRECTORY_CA_CERT": str(branch.lab.ca_cert),
        "OFFLINE_JOIN_DIRECTORY_USERNAME": branch.lab.accounts["reissue"].upn,
    }
    unused, revoked, unrecorded = branch.names
    records = {name: json.loads(branch.issue_record(name).read_text()) for name in branch.names}
    entries = [
        Entry(
            kind="issued",
            machine=name,
            time=now(),
            sha256=record["package_sha256"],
            details={} if name == unrecorded else {"issue_record": record},
        )
        for name, record in records.items()
    ]
    Ledger.open(location, create=True).append(entries, writer="another job")

    def play(playbook: str, *arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
        shutil.rmtree(branch.dest)
        branch.account = "reissue"
        done = branch.play(playbook, *arguments)
        return done.returncode, branch.report()

    returncode, audited = play("audit")
    assert returncode == 2
    assert [audited[name]["state"] for name in branch.names] == ["done", "done", "failed"], audited
    assert audited[unused]["headline"] == f"unused: no trace of use on {branch.lab.server}"
    assert audited[unrecorded]["headline"].startswith(f"{unrecorded}: unrecorded: its package was issued at 20")
    reason = "offline_join_reason=stick_lost"
    assert play("revoke", "--limit", revoked, "-e", reason) == (0, {revoked: {"state": "done"}})
    closed = branch.accounts()[revoked]
    returncode, audited = play("audit", "--limit", f"{unused},{revoked}")
    assert returncode == 0, audited
    assert audited[unused]["headline"].startswith("unused: ")
    assert audited[revoked]["headline"].startswith("revoked: it was revoked at 20")
    assert play("revoke", "--limit", revoked, "-e", reason) == (0, {revoked: {"state": "done"}})
    assert branch.accounts()[revoked] == closed
