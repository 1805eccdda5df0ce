# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the audit says of machines on a real domain controller, and that looking leaves no trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.branch import Branch
from tests.integration.stolen_package import StolenPackage
from tests.integration.test_revocation import make_live, revoke, succeeded


def audit(branch: Branch, *machines: dict[str, Any], **options: Any) -> dict[str, Any]:
    branch.account = "issue"
    given = {"machines": list(machines) or [{"name": name} for name in branch.names], "dest": str(branch.dest)}
    answer = branch.module("audit", given | {"staging_ous": [branch.lab.staging_ou]} | options)
    return succeeded(answer)


@pytest.fixture
def issued(make_branch: Callable[[int], Branch]) -> Branch:
    """A branch of six machines; the last one has no package yet."""
    branch = make_branch(6)
    succeeded(branch.issue(*branch.names[:-1]))
    return branch


def test_every_state_that_the_lab_can_show(issued: Branch) -> None:
    unused, used, retired, revoked, reset, missing = issued.names
    make_live(issued, used)
    make_live(issued, retired)
    issued.lab.reset_password(retired)
    issued.lab.reset_password(reset)
    succeeded(revoke(issued, revoked))
    before = issued.accounts()
    answer = audit(issued)
    assert issued.accounts() == before, "looking must not change what is looked at"
    assert "changed" not in answer
    states = {name: one["state"] for name, one in answer["machines"].items()}
    assert states == {
        unused: "unused",
        used: "used",
        retired: "retired",
        revoked: "revoked",
        reset: "suspicious",
        missing: "not issued",
    }
    assert answer["numbers"] == dict.fromkeys(states.values(), 1)
    mine = answer["machines"][used]
    assert mine["evidence"][0].startswith(f"it logged on on {issued.lab.server}, last at 20")
    assert mine["traces"][issued.lab.server]["logon_count"] > 0
    assert "somebody else set it" in answer["machines"][reset]["evidence"][0]


def test_overdue_and_used_too_early(issued: Branch) -> None:
    late, early, *_others = issued.names
    assert StolenPackage(issued, early).opens()
    tomorrow = "2126-01-01T00:00:00+00:00"
    machines = [{"name": late}, {"name": early, "carried": tomorrow}]
    found = audit(issued, *machines, overdue_after=-1)["machines"]
    assert (found[late]["state"], found[late]["overdue"]) == ("overdue", True)
    assert found[early]["state"] == "suspicious"
    assert "before it was carried" in found[early]["evidence"][0]


def test_what_is_wrong_with_one_stops_no_other(issued: Branch) -> None:
    carried, applied, unreadable, sound, *_others = issued.names
    record = issued.issue_record(unreadable)
    record.write_text(json.dumps(json.loads(record.read_text()) | {"issued": "yesterday"}))
    machines = [
        {"name": carried, "carried": "yesterday"},
        {"name": applied, "applied": [{"time": "2026-11-21T09:12:00"}]},
        {"name": unreadable},
        {"name": sound},
    ]
    answer = issued.module("audit", {"machines": machines, "dest": str(issued.dest)})
    found = answer["machines"]
    assert found[carried]["error"].startswith(f"{carried}: carried is 'yesterday', which is no time with an offset")
    assert found[applied]["error"].startswith(f"{applied}: applied is '2026-11-21T09:12:00', which is no time")
    assert (found[unreadable]["state"], found[sound]["state"]) == ("unknown", "unused")
    assert answer["numbers"] == {"unknown": 1, "unused": 1}
    assert answer["failed"]
    assert answer["msg"].startswith(f"2 of 4 machines: {carried}: ")


def test_playbook_fails_where_something_is_suspicious(issued: Branch) -> None:
    unused, used, reset = issued.names[:3]
    make_live(issued, used)
    issued.lab.reset_password(reset)
    issued.extra_environment |= {
        "OFFLINE_JOIN_DIRECTORY_SERVER": issued.lab.server,
        "OFFLINE_JOIN_DIRECTORY_CA_CERT": str(issued.lab.ca_cert),
        "OFFLINE_JOIN_DIRECTORY_USERNAME": issued.lab.accounts["issue"].upn,
    }
    done = issued.play("audit")
    assert done.returncode != 0, done.stdout
    report = issued.report()
    assert report[unused] == {
        "stage": "audit",
        "state": "done",
        "headline": f"unused: no trace of use on {issued.lab.server}",
    }
    assert report[used]["headline"].startswith("used: it logged on")
    assert report[reset]["state"] == "failed"
    assert report[reset]["headline"].startswith(f"{reset}: suspicious: ")
