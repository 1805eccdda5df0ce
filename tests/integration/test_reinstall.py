# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/reinstall.md: a PC that was accepted is installed anew, and gets a package under its old name."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.integration.branch import Branch


def delegate(branch: Branch, unit: str, state: str) -> None:
    branch.account = "administrator"
    wanted = {"profile": "reissue", "principal": "reissue", "staging_ou": unit, "state": state, "allow_tier0": True}
    assert branch.module("delegation", wanted)["changed"]


def succeeded(answer: dict[str, Any]) -> None:
    assert not answer.get("failed"), answer


def test_accepted_machine_gets_a_new_package(branch: Branch) -> None:
    name, unit = branch.names[0], branch.lab.production_ous[0]
    succeeded(branch.issue(name))
    member = branch.member(name)
    assert member.request_offline_join(branch.package(name)).returncode == 0
    assert member.secure_channel().returncode == 0
    branch.account = "promote"
    promoted = {"name": name, "path": unit, "owner": "self", "strip_rights_of": ["issue"]}
    succeeded(branch.module("computers", {"machines": [promoted], "live_machines": [name]}))
    branch.account = "issue"
    assert branch.issue(name)["machines"][name]["act"] == "keep"

    told = branch.issue(name, regenerate="always")["machines"][name]["error"]
    reasons = ("it is not in OU=Staging", "its owner S-1-5-21-", "is treated as live", "the login may not reset")
    steps = ("give its own path", "in trusted_owners", "name it in live_machines", "delegate it these rights")
    for number, (reason, step) in enumerate(zip(reasons, steps, strict=True), start=1):
        assert re.search(rf"\({number}\) [^(]*{reason}.*; .*\({number}\) [^(]*{step}", told), told

    delegate(branch, unit, "present")
    member.remove()
    branch.account = "reissue"
    variables = {
        "machine_staging_ou": unit,
        "package_issue_regenerate": "always",
        "package_issue_live_machines": [name],
        "package_issue_trusted_owners": ["promote"],
        "offline_join_tolerate_preflight": ["create_right"],
    }
    play = branch.play("prepare", "--limit", name, "-e", json.dumps(variables))
    delegate(branch, unit, "absent")
    assert play.returncode == 0, play.stdout
    account = branch.accounts()[name]
    assert account["dn"] == [f"CN={name},{unit}"]
    anew = branch.member(name)
    assert anew.request_offline_join(branch.package(name)).returncode == 0
    assert anew.secure_channel().returncode == 0

    branch.account = "promote"
    again = branch.module("computers", {"machines": [promoted]})
    succeeded(again)
    assert not again["changed"], "acceptance finds it in production already"
