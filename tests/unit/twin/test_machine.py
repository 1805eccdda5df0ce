# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine's starts, its clock and its hands, where no domain is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.lab.view import View
from tests.twin.machine import TwinMachine
from tests.twin.member import Behind, TwinMember
from tests.twin.protocol import Drop, Fault, ModuleCall, ModuleFailed
from tests.twin.state import fresh

PACKAGE = {"package": "ARAIAMzMzMw=", "package_sha256": "ab" * 32, "machine_name": "BER-001", "domain": "corp.example"}
MINUTE = 600_000_000


@dataclass
class Ports:
    """Notes when the machine's ports are open."""

    said: list[str] = field(default_factory=list)

    async def up(self, machine: TwinMachine) -> None:
        self.said.append("up")

    async def down(self, machine: TwinMachine) -> None:
        self.said.append("down")


@pytest.fixture
def machine(tmp_path: Path) -> TwinMachine:
    made = TwinMachine("PC1", "127.77.0.1", fresh("PC1", "s3cret"), Behind(tmp_path / "members", View(tmp_path)))
    made.state.update({"boot_seconds": 0.01, "shutdown_seconds": 0.01})
    made.connect(Ports())
    return made


def call(name: str, check_mode: bool = False, **parameters: Any) -> ModuleCall:
    return ModuleCall(
        f"adops.offline_join.{name}", parameters, check_mode, "Administrator", "00", False, frozenset({"package"})
    )


def ask(machine: TwinMachine, name: str, **parameters: Any) -> dict[str, Any]:
    return asyncio.run(machine.module(call(name, **parameters)))


def in_loop(act: Callable[[], object], seconds: float = 0.3) -> None:
    async def body() -> None:
        act()
        await asyncio.sleep(seconds)

    asyncio.run(body())


def test_subsets_are_answered_alone(machine: TwinMachine) -> None:
    assert ask(machine, "win_machine_info", subsets=["edition"]) == {
        "changed": False,
        "edition": {"sku": 48, "product_type": 1, "build": 26100},
    }
    assert len(ask(machine, "win_machine_info")) == 9


def test_a_restart_takes_the_pending_name_and_the_reasons_away(machine: TwinMachine) -> None:
    machine.state.update({"pending_name": "BER-001", "windows_update": True, "file_renames": True})
    ask(machine, "win_policy_refresh", restart_follows=True)
    assert machine.state.policy_refresh
    before = machine.last_boot
    in_loop(machine.restart)
    assert machine._power.said == ["down", "up"]
    assert machine.boots == 2
    assert machine.last_boot > before
    reasons = {one for one, there in ask(machine, "win_machine_info")["restart"].items() if there is True}
    assert (machine.state.active_name, reasons) == ("BER-001", set())


def test_a_second_restart_is_refused_while_one_is_under_way(machine: TwinMachine) -> None:
    answers: list[bool] = []
    in_loop(lambda: answers.extend([machine.restart(), machine.restart(), machine.abort_shutdown()]))
    assert answers == [True, False, True]
    assert machine.boots == 1


def test_setting_the_clock_moves_the_last_start_but_not_that_of_the_marker(machine: TwinMachine) -> None:
    machine.state.marker = {
        "package_sha256": "ab", "machine_name": "B", "domain": "d", "applied": 1, "last_boot": machine.last_boot,
        "boot": 1,
    }  # fmt: skip
    before = machine.last_boot
    answer = ask(machine, "win_clock", shift=-5 * MINUTE)
    assert answer["changed"]
    assert machine.last_boot == before - 5 * MINUTE
    info = ask(machine, "win_machine_info", subsets=["membership", "restart"])
    assert info["membership"]["pending_join"]["last_boot"] == info["restart"]["last_boot"]
    in_loop(machine.restart)
    info = ask(machine, "win_machine_info", subsets=["membership", "restart"])
    assert info["membership"]["pending_join"]["last_boot"] == before
    assert "boot" not in info["membership"]["pending_join"]


def test_check_mode_leaves_the_clock_alone(machine: TwinMachine) -> None:
    wanted = {"shift": MINUTE, "time_zone": "UTC", "source": "manual", "peers": ["a", "b"], "resync": True}
    before = machine.state.shown()
    answer = ask(machine, "win_clock", check_mode=True, **wanted)
    assert answer["time_zone"] == {"before": "W. Europe Standard Time", "after": "UTC"}
    assert answer["w32time"]["after"] == {"type": "NTP", "peers": "a b"}
    assert machine.state.shown() == before
    assert ask(machine, "win_clock", **wanted)["exit_codes"] == {"config": 0, "resync": -2147023436}
    assert (machine.state.time_zone, machine.state.w32time["peers"]) == ("UTC", "a b")
    assert machine.state.w32time["running"]


def test_a_policy_keeps_its_time_source_whatever_is_configured(machine: TwinMachine) -> None:
    machine.state.update({"w32time.type_from_policy": True})
    ask(machine, "win_clock", source="domain")
    [clock] = [ask(machine, "win_machine_info", subsets=["clock"])["clock"]]
    assert clock["w32time"] == {
        "running": True, "type": "NTP", "type_from_policy": True, "peers": "time.windows.com,0x9",
    }  # fmt: skip


def test_bitlocker_that_does_not_answer_tells_no_volume(machine: TwinMachine) -> None:
    machine.state.update({"bitlocker_status": 2})
    security = ask(machine, "win_machine_info", subsets=["security"])["security"]
    assert (security["bitlocker_status"], security["bitlocker"]) == (2, None)


@pytest.mark.parametrize(
    "wanted", [{"source": "manual"}, {"peers": ["a b"]}, {"time_zone": "Mars"}, {"shift": "soon"}], ids=str
)
def test_a_clock_that_cannot_be_set_so_is_left_alone(machine: TwinMachine, wanted: dict[str, Any]) -> None:
    before = machine.state.shown()
    with pytest.raises(ModuleFailed, match=machine.state.active_name):
        ask(machine, "win_clock", **wanted)
    assert machine.state.shown() == before


@pytest.mark.parametrize("fault", ["before", "after"])
def test_a_forced_status_and_a_loss_of_power(machine: TwinMachine, fault: str) -> None:
    machine.faults.replace([{"kind": "status", "status": 2698}])
    assert ask(machine, "win_join_package", **PACKAGE) == {
        "changed": False, "status": 2698, "function": "NetRequestProvisioningPackageInstall",
    }  # fmt: skip
    assert machine.state.marker is None
    machine.faults.replace([{"kind": "status", "status": 2698}, {"kind": "power_loss", "when": fault}])

    async def lose_power() -> None:
        with pytest.raises(Drop):
            await machine.module(call("win_join_package", **PACKAGE))
        await asyncio.sleep(0.3)

    asyncio.run(lose_power())
    assert machine.boots == 2
    membership = ask(machine, "win_machine_info", subsets=["membership"])["membership"]
    assert membership["pending_join"]["status"] is None
    assert membership["pending_join"]["package_sha256"] == PACKAGE["package_sha256"]
    assert membership["part_of_domain"] is False


def test_a_domain_controller_and_a_member_are_left_alone(machine: TwinMachine) -> None:
    machine.state.update({"domain_role": 5})
    with pytest.raises(ModuleFailed, match="is a domain controller"):
        ask(machine, "win_join_package", **PACKAGE)
    machine.state.update({"domain_role": 1, "part_of_domain": True})
    assert ask(machine, "win_join_package", **PACKAGE)["status"] == 2691
    machine.state.update({"part_of_domain": False, "elevated": False})
    assert ask(machine, "win_join_package", **PACKAGE)["status"] == 740
    assert ask(machine, "win_join_package", check_mode=True, **PACKAGE)["changed"] is True
    assert machine.state.marker is None


def test_a_join_that_fails_at_the_start_leaves_the_name(machine: TwinMachine, tmp_path: Path) -> None:
    machine.pending = TwinMember("BER-001", tmp_path, View(tmp_path))
    machine.faults.replace([{"kind": "join_at_boot", "status": 2712}])
    in_loop(machine.restart)
    assert (machine.state.active_name, machine.state.part_of_domain, machine.pending) == ("BER-001", False, None)
    events = ask(machine, "win_domain_info", domain="corp.example", subsets=["events"])["events"]
    assert [(event["id"], event["status"]) for event in events] == [(4099, 2712)]


def test_a_session_without_rights_learns_nothing_of_the_channel(machine: TwinMachine) -> None:
    machine.state.update({"elevated": False})
    channel = ask(machine, "win_domain_info", domain="corp.example", subsets=["channel"])["channel"]
    assert (channel["verify_status"], channel["flags"], channel["connection_status"]) == (5, 0, 0)


def test_without_a_network_there_is_no_domain(machine: TwinMachine) -> None:
    found = ask(machine, "win_domain_info", domain="corp.example")
    assert found["locator"]["status"] == 1355
    assert found["channel"]["verify_status"] == 1717
    assert found["policy"]["core"] is None
    assert ask(machine, "win_machine_password", domain="corp.example")["status"] == 1717
    assert ask(machine, "win_domain_leave") == {"changed": False, "status": 2692, "restart_required": False}
    assert ask(machine, "win_policy_refresh")["exit_code"] == 1


def test_answers_that_get_lost_and_requests_that_are_refused(machine: TwinMachine) -> None:
    machine.faults.replace([{"kind": "drop", "when": "after"}, {"kind": "busy", "skip": 0}, {"kind": "refuse"}])
    with pytest.raises(Drop):
        ask(machine, "win_clock", time_zone="UTC")
    assert machine.state.time_zone == "UTC"
    with pytest.raises(Fault) as busy:
        asyncio.run(machine.before_request())
    assert busy.value.code == 170
    assert machine.authenticate("Administrator") is None
    assert machine.authenticate("PC1\\administrator") == "s3cret"
    assert machine.authenticate("somebody@corp.example") is None


def test_a_machine_that_never_comes_back_is_switched_on_by_hand(machine: TwinMachine) -> None:
    machine.faults.replace([{"kind": "restart_never"}])
    in_loop(machine.restart)
    assert (machine.up, machine.boots) == (False, 1)
    asyncio.run(machine.switch_on())
    assert (machine.up, machine.boots) == (True, 2)


def test_calls_are_noted_without_their_secrets(machine: TwinMachine) -> None:
    ask(machine, "win_join_package", check_mode=True, **PACKAGE)
    assert machine.calls[0]["parameters"] == PACKAGE | {"package": "********"}
    assert (machine.calls[0]["check_mode"], machine.calls[0]["source_sha256"]) == (True, "00")
    assert PACKAGE["package"] not in str(machine.shown())
