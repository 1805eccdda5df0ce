# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The twin's machines have a real domain: what their hands say of it is what Samba and the domain controller say."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.branch import Branch
from tests.twin.machine import TwinMachine
from tests.twin.member import Behind
from tests.twin.protocol import Drop, ModuleCall
from tests.twin.state import fresh


def machine(branch: Branch, name: str = "PC1") -> TwinMachine:
    made = TwinMachine(name, "127.77.0.1", fresh(name, "x"), Behind(branch.directory / name, branch.lab.view))
    made.state.update({"boot_seconds": 0.01, "shutdown_seconds": 0.01})
    return made


def package(branch: Branch, name: str) -> bytes:
    text = branch.package(name).read_bytes().decode("utf-16").strip("\0")
    return base64.b64decode(text)


def join_options(branch: Branch, name: str) -> dict[str, Any]:
    content = package(branch, name)
    return {
        "package": base64.b64encode(content).decode(),
        "package_sha256": hashlib.sha256(content).hexdigest(),
        "machine_name": name,
        "domain": branch.lab.domain,
    }


def ask(twin: TwinMachine, hand: str, **options: Any) -> dict[str, Any]:
    call = ModuleCall(f"adops.offline_join.{hand}", options, False, "Administrator", "00", False)
    return asyncio.run(twin.module(call))


def restart(twin: TwinMachine) -> None:
    async def down_and_up() -> None:
        await twin.switch_off()
        await twin.switch_on()

    asyncio.run(down_and_up())


def look(twin: TwinMachine, branch: Branch, subset: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(twin, "win_domain_info", domain=branch.lab.domain, subsets=[subset])[subset]
    return found


@pytest.fixture
def joined(branch: Branch) -> TwinMachine:
    """A machine that took its package without a network, was restarted, and sees the domain since."""
    branch.issue()
    twin = machine(branch)
    assert ask(twin, "win_join_package", **join_options(branch, branch.names[0]))["status"] == 0
    assert (twin.state.part_of_domain, twin.state.active_name.startswith("DESKTOP-")) == (False, True)
    restart(twin)
    assert (twin.state.part_of_domain, twin.state.active_name) == (True, branch.names[0])
    twin.state.update({"network": True})
    return twin


def test_the_domain_answers_a_joined_machine(branch: Branch, joined: TwinMachine) -> None:
    locator = look(joined, branch, "locator")
    assert (locator["status"], locator["domain_controller"]) == (0, branch.lab.server)
    assert (locator["address"], locator["forest"]) == (branch.lab.address, branch.lab.domain)
    assert locator["flags"] & 0x39 == 0x39
    assert look(joined, branch, "channel") == {
        "rediscover_status": 0,
        "verify_status": 0,
        "flags": 0xB0,
        "connection_status": 0,
        "channel_status": 0,
        "domain_controller": branch.lab.server,
    }
    assert [event["id"] for event in look(joined, branch, "events")] == [4098]
    assert ask(joined, "win_policy_refresh", purge_machine_tickets=True)["exit_code"] == 0
    policy = look(joined, branch, "policy")
    assert policy["applied"] == [
        {"guid": "{31B2F340-016D-11D2-945F-00C04FB984F9}", "display_name": "Default Domain Policy"}
    ]
    assert policy["core"]["status"] == 0


def test_the_machine_changes_its_password(branch: Branch, joined: TwinMachine) -> None:
    before = branch.accounts()[branch.names[0]]["pwdLastSet"]
    assert ask(joined, "win_machine_password", domain=branch.lab.domain) == {"changed": True, "status": 0}
    assert branch.accounts()[branch.names[0]]["pwdLastSet"] != before
    assert look(joined, branch, "channel")["channel_status"] == 0
    # The package is worthless from here on.
    thief = machine(branch, "PC2")
    assert ask(thief, "win_join_package", **join_options(branch, branch.names[0]))["status"] == 0
    restart(thief)
    thief.state.update({"network": True})
    assert look(thief, branch, "channel")["channel_status"] == 5


def test_a_dead_secret_is_seen_and_repaired(branch: Branch, joined: TwinMachine) -> None:
    branch.lab.reset_password(branch.names[0])
    channel = look(joined, branch, "channel")
    assert (channel["verify_status"], channel["connection_status"], channel["channel_status"]) == (0, 5, 5)
    assert channel["flags"] == 0x80
    assert ask(joined, "win_machine_password", domain=branch.lab.domain)["status"] == 5
    assert ask(joined, "win_policy_refresh")["exit_code"] == 1
    reissue, user = branch.lab.accounts["reissue"], branch.lab.accounts["user"]
    for account, password, status in ((user.upn, user.password, 5), (reissue.upn, "wrong", 1326)):
        refused = ask(joined, "win_machine_password", domain="x", username=account, password=password)
        assert refused == {"changed": False, "status": status}
    repaired = ask(joined, "win_machine_password", domain="x", username=reissue.upn, password=reissue.password)
    assert repaired == {"changed": True, "status": 0}
    assert look(joined, branch, "channel")["channel_status"] == 0


def test_no_network_no_domain_and_a_wrong_clock(branch: Branch, joined: TwinMachine) -> None:
    joined.state.update({"network": False})
    assert look(joined, branch, "locator")["status"] == 1355
    assert look(joined, branch, "channel")["channel_status"] == 1311
    joined.state.update({"network": True, "clock_offset": -900.0})
    assert look(joined, branch, "clock")["offset"] == 900 * 10_000_000
    assert look(joined, branch, "channel")["channel_status"] == 1398
    assert ask(joined, "win_clock", resync=True)["exit_codes"]["resync"] == 0
    assert look(joined, branch, "channel")["channel_status"] == 0
    stranger = ask(joined, "win_domain_info", domain="other.example", subsets=["locator", "channel"])
    assert (stranger["locator"]["status"], stranger["channel"]["verify_status"]) == (1355, 1355)
    assert ask(joined, "win_domain_leave") == {"changed": True, "status": 0, "restart_required": True}
    assert (joined.state.part_of_domain, joined.state.domain, joined.state.marker) == (False, "WORKGROUP", None)
    assert look(joined, branch, "channel")["verify_status"] == 1717
    assert look(joined, branch, "locator")["status"] == 0


def test_a_deleted_account_is_missed(branch: Branch, joined: TwinMachine) -> None:
    branch.delete(branch.accounts()[branch.names[0]]["dn"][0])
    assert look(joined, branch, "channel")["channel_status"] == 1787


def test_a_wrong_byte_is_refused_and_leaves_nothing(branch: Branch) -> None:
    branch.issue()
    content = bytearray(package(branch, branch.names[0]))
    content[200] ^= 0x01
    twin = machine(branch)
    wrong = join_options(branch, branch.names[0]) | {"package": base64.b64encode(content).decode()}
    assert ask(twin, "win_join_package", **wrong)["status"] == 2710
    assert (twin.pending, twin.state.marker) == (None, None)
    assert not list(Path(twin.behind.directory).glob("**/package"))


def test_a_wrong_character_in_the_password_makes_no_secure_channel(branch: Branch) -> None:
    branch.issue()
    content = bytearray(package(branch, branch.names[0]))
    password = re.search(rb"(?:[\x21-\x7e]\0){100}", bytes(content))
    assert password is not None
    content[password.start() + 20] ^= 0x01
    twin = machine(branch)
    wrong = join_options(branch, branch.names[0]) | {"package": base64.b64encode(content).decode()}
    assert ask(twin, "win_join_package", **wrong)["status"] == 0
    restart(twin)
    twin.state.update({"network": True})
    assert look(twin, branch, "channel")["channel_status"] == 5


def test_power_lost_after_the_effect_still_joins(branch: Branch) -> None:
    branch.issue()
    twin = machine(branch)
    twin.state.update({"network": True})
    twin.faults.replace([{"kind": "power_loss", "when": "after"}])

    async def lose_power() -> None:
        options = join_options(branch, branch.names[0])
        call = ModuleCall("adops.offline_join.win_join_package", options, False, "Administrator", "00", False)
        with pytest.raises(Drop):
            await twin.module(call)
        while twin.boots == 1 or not twin.up:
            await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(lose_power(), 30))
    assert twin.state.part_of_domain
    assert "status" not in twin.state.marker
    assert look(twin, branch, "channel")["channel_status"] == 0
