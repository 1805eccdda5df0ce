# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole road with everything on it: sealed packages, groups, an account for each duty, the ledger, the report."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import verified

from tests.integration.branch import Branch
from tests.integration.leaks import search
from tests.integration.seals import Seals
from tests.integration.spy import Spy, indiscreet_collection
from tests.integration.test_windows_leaks import everything_a_twin_knows
from tests.integration.witness import Witness
from tests.postgres import PostgreSQL
from tests.twin.farm import TwinFarm

MOST_RUNS_OF_THE_WHOLE_ROAD = 25
DNS = {"interface_index": 7, "addresses": ["192.0.2.25"], "dns_servers": ["192.0.2.10"]}
ROAD = ["issued", "sealed", "applied", "verified", "retired", "promoted", "accepted"]


@pytest.fixture(scope="module")
def seals(tmp_path_factory: pytest.TempPathFactory) -> Seals:
    return Seals(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def fresh(make_branch: Callable[[int], Branch], farm: TwinFarm, seals: Seals) -> Callable[[int], Branch]:
    """Makes a branch of so many fresh PCs without a network, with all that a rollout may be told."""

    def make(size: int) -> Branch:
        branch = make_branch(size)
        farm.start(branch.names, adapters=[DNS])
        branch.twins(farm)
        seals.put_on(branch)
        lab = branch.lab
        branch.variables |= {
            "offline_join_rename": "follow_package",
            "offline_join_domain": lab.domain,
            "offline_join_production_ou": lab.production_ous[0],
            "offline_join_dns_servers": ["192.0.2.10"],
            "offline_join_groups": [lab.direct_access_group],
            "offline_join_groups_username": lab.accounts["groups"].upn,
            "offline_join_promote_username": lab.accounts["promote"].upn,
            "offline_join_ledger": str(branch.directory / "ledger.db"),
            "offline_join_reason": "rollout of november",
            "offline_join_title": "Rollout 2026",
            "machine_branch": "BER",
        }
        for number, name in enumerate(branch.names, 1):
            branch.host_variables[name] |= {
                "machine_serial_number": farm.state(name)["serial_number"],
                "machine_inventory_tag": f"INV-{number}",
            }
        branch.extra_environment |= {
            "OFFLINE_JOIN_GROUPS_PASSWORD": lab.accounts["groups"].password,
            "OFFLINE_JOIN_PROMOTE_PASSWORD": lab.accounts["promote"].password,
            "OFFLINE_JOIN_REVOKE_PASSWORD": lab.accounts["reissue"].password,
            "ANSIBLE_FORKS": "20",
        }
        return branch

    return make


def changed(done: subprocess.CompletedProcess[str]) -> set[str]:
    return {host for host, number in re.findall(r"^(\S+) +: ok=.*\bchanged=(\d+)", done.stdout, re.M) if number != "0"}


def acceptance(branch: Branch) -> dict[str, Any]:
    """The machines of the acceptance report by name."""
    told = json.loads((branch.dest / "reports" / "acceptance.json").read_text())
    return {machine["name"]: machine for machine in told["machines"]}


def kinds(ledger: Ledger, name: str) -> list[str]:
    return [str(link.event.kind) for link in ledger.read([name])]


def passwords(branch: Branch) -> dict[str, tuple[list[str], list[str]]]:
    """When each account's password was set, and whether it is enabled."""
    return {name: (one["pwdLastSet"], one["userAccountControl"]) for name, one in branch.accounts().items()}


def wait_for_the_network(branch: Branch) -> None:
    """Two machines were joined offline, which no directory shows: nothing may cost them their membership."""
    lost, late = branch.names
    before, package, record = passwords(branch), branch.dest / f"{lost}.sealed", branch.issue_record(late)
    files = {file: file.read_bytes() for file in (package, record, Path(branch.variables["offline_join_ledger"]))}
    package.unlink()
    record.write_text(json.dumps(json.loads(record.read_text()) | {"expires": "2026-01-01T00:00:00+00:00"}))
    applied = "the machine is treated as live, because it was applied on "

    # One has no package any more, that of the other is over and did its work.
    done = branch.play("prepare", "-e", "package_issue_regenerate=dead")
    assert done.returncode == 2, done.stdout
    note = branch.report()[lost]
    assert (note["stage"], note["state"]) == ("prepare", "failed")
    assert applied in note["headline"]
    assert "may wait for its network; leave it alone, or name it in live_machines" in note["headline"]
    assert branch.report()[late] == {"state": "done"}

    done = branch.play("revoke", "-e", "offline_join_revoke_username=reissue@corp.example")
    assert done.returncode == 2, done.stdout
    assert all(applied in one["headline"] for one in branch.report().values())
    assert passwords(branch) == before
    # The ledger, too, heard of the record that was changed here.
    for file, content in files.items():
        file.write_bytes(content)


def test_from_nothing_to_accepted(fresh: Callable[[int], Branch], farm: TwinFarm, tmp_path: Path) -> None:
    """Joined without a network and pending; accepted once it is there; the second run changes and records nothing."""
    branch = fresh(2)
    predicted = branch.play("rollout", "--check")
    assert predicted.returncode == 0, predicted.stdout
    assert not branch.dest.exists() or not list(branch.dest.glob("*.sealed"))
    assert not (branch.directory / "ledger.db").exists()

    first = branch.play("rollout")
    assert first.returncode == 0, first.stdout
    assert {(one["stage"], one["state"]) for one in branch.report().values()} == {("verify", "pending")}
    wait_for_the_network(branch)
    ledger = Ledger.open(branch.variables["offline_join_ledger"])
    assert {tuple(kinds(ledger, name)) for name in branch.names} == {("issued", "sealed", "applied")}
    members = branch.lab.search("(cn=DirectAccessClients)", ["member"])[0]["member"]
    assert {dn.partition(",")[0].removeprefix("CN=") for dn in members} >= set(branch.names)

    for name in branch.names:
        farm.set(name, network=True)
    witness = Witness(tmp_path / "witness")
    done = branch.play("rollout", environment=witness.environment)
    assert done.returncode == 0, done.stdout
    assert set(branch.report()) == set(branch.names)
    assert {one["state"] for one in branch.report().values()} == {"done"}
    _once, per_host = witness.once_and_per_host()
    assert max(per_host.values()) <= MOST_RUNS_OF_THE_WHOLE_ROAD
    for number, name in enumerate(branch.names, 1):
        assert kinds(ledger, name) == ROAD
        known = ledger.states([name])[name.lower()]
        assert (known.state, known.branch, known.inventory_tag) == ("accepted", "BER", f"INV-{number}")
        assert known.organizational_unit == branch.lab.production_ous[0]
        line = acceptance(branch)[name]
        assert (line["state"], line["serial_number"]) == ("accepted", known.serial_number)
        assert [event["kind"] for event in line["events"]] == ROAD
        assert line["package"]["sha256"] == known.sha256
    assert verified(ledger).valid

    again = branch.play("rollout")
    assert again.returncode == 0, again.stdout
    assert changed(again) == set()
    assert verified(ledger).events == len(ROAD) * len(branch.names)
    assert {one["state"] for one in acceptance(branch).values()} == {"accepted"}


@pytest.fixture
def spy(fresh: Callable[[int], Branch], farm: TwinFarm, seals: Seals) -> Spy:
    """Looks at two PCs that have their network, and at every secret that a rollout is told."""
    branch = fresh(2)
    for name in branch.names:
        farm.set(name, network=True)
        branch.host_variables[name]["ansible_password"] = "{{ lookup('ansible.builtin.env', 'SITE_PASSWORD') }}"
    canaries = {
        "SITE_PASSWORD": farm.password,
        "OFFLINE_JOIN_LEDGER_PASSWORD": Password.generate().reveal(),
        "OFFLINE_JOIN_SEAL_PASSPHRASE": seals.passphrase,
        "OFFLINE_JOIN_GROUPS_PASSWORD": branch.lab.accounts["groups"].password,
        "OFFLINE_JOIN_PROMOTE_PASSWORD": branch.lab.accounts["promote"].password,
    }
    branch.extra_environment |= canaries
    return Spy(branch, canaries | seals.private_keys())


def test_no_secret_on_the_whole_road(spy: Spy, farm: TwinFarm, seals: Seals) -> None:
    """Not in the talk, the log, the facts, the processes and the files, the ledger and the reports among them."""
    branch = spy.branch
    done = spy.play("rollout")
    assert done.returncode == 0, done.stdout[-3000:]
    assert {one["state"] for one in branch.report().values()} == {"done"}
    assert {one["state"] for one in acceptance(branch).values()} == {"accepted"}
    for name in branch.names:
        package = seals.open(seals.file(branch, name))
        assert package.join.machine_password
        spy.canaries[f"package of {name}"] = package.to_base64()
        spy.canaries[f"password of {name}"] = package.join.machine_password.reveal()
    assert spy.findings() == []
    assert search(everything_a_twin_knows(farm), spy.secrets()) == []


def test_spy_finds_what_one_no_log_less_shows(spy: Spy, tmp_path: Path) -> None:
    """Without it the step that writes to the ledger shows what it was called with."""
    discreet, indiscreet = '"ledger_password": {"type": "str", "no_log": True}', '"ledger_password": {"type": "str"}'
    change = {"plugins/module_utils/_ledger/access.py": (discreet, indiscreet)}
    assert spy.play("prepare", environment=indiscreet_collection(tmp_path, change)).returncode == 0
    found = {(one.canary, one.place.partition(",")[0].rpartition("/")[2]) for one in spy.findings()}
    assert found == {("OFFLINE_JOIN_LEDGER_PASSWORD", place) for place in ("run 0: stdout", "log", "witness")}


@pytest.mark.thorough
def test_two_jobs_share_only_the_database(fresh: Callable[[int], Branch], farm: TwinFarm) -> None:
    """One issues, another one in another place joins and accepts; without the database nothing is said to be done."""
    with PostgreSQL() as server:
        branch = fresh(2)
        branch.variables["offline_join_ledger"] = server.location
        branch.extra_environment["OFFLINE_JOIN_LEDGER_PASSWORD"] = server.password
        prepared = branch.play("prepare")
        assert prepared.returncode == 0, prepared.stdout
        shutil.rmtree(branch.dest)
        for name in branch.names:
            farm.set(name, network=True)
        joined = branch.play("join")
        assert joined.returncode == 0, joined.stdout
        assert all(farm.verdict(name)["status"] == 0 for name in branch.names)  # type: ignore[index]
        shutil.rmtree(branch.dest)
        accepted = branch.play("accept")
        assert accepted.returncode == 0, accepted.stdout
        ledger = Ledger.open(server.location, password=server.password)
        assert {tuple(kinds(ledger, name)) for name in branch.names} == {tuple(ROAD)}

        server.stop()
        lost = branch.play("join")
        assert lost.returncode == 2
        assert {one["state"] for one in branch.report().values()} == {"failed"}
        assert all(one["headline"].startswith("open the ledger") for one in branch.report().values())
        assert server.password not in lost.stdout + lost.stderr


@pytest.mark.thorough
def test_three_jobs_at_once(fresh: Callable[[int], Branch], farm: TwinFarm) -> None:
    """A branch, and another one in two slices, from three control nodes that share the database and nothing else."""
    with PostgreSQL() as server:
        branch = fresh(4)
        branch.variables["offline_join_ledger"] = server.location
        branch.extra_environment["OFFLINE_JOIN_LEDGER_PASSWORD"] = server.password
        for name in branch.names:
            farm.set(name, network=True)
        first, second, third, fourth = branch.names
        jobs = []
        for limit in (f"{first},{second}", third, fourth):
            directory = branch.directory / f"job {len(jobs)}"
            directory.mkdir()
            jobs.append((dataclasses.replace(branch, directory=directory), limit))
        with ThreadPoolExecutor(len(jobs)) as pool:
            done = list(pool.map(lambda job: job[0].play("rollout", "--limit", job[1]), jobs))
        assert [one.returncode for one in done] == [0, 0, 0], "".join(one.stdout for one in done)
        assert [sorted(job.report()) for job, _limit in jobs] == [[first, second], [third], [fourth]]
        ledger = Ledger.open(server.location, password=server.password)
        assert {tuple(kinds(ledger, name)) for name in branch.names} == {tuple(ROAD)}
        assert verified(ledger).valid
