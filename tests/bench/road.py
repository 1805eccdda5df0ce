# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole road of branches of growing size, from the CSV to accepted machines: seconds of every step."""

from __future__ import annotations

import csv
import functools
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import stopwatch
from tests.bench.workplace import BenchError, Workplace
from tests.integration.branch import Branch
from tests.integration.seals import Seals
from tests.lab.capsule import Capsule
from tests.twin.farm import TwinFarm

_FORKS = 20
_DNS = "192.0.2.10"
_ADAPTER = {"interface_index": 7, "addresses": ["192.0.2.25"], "dns_servers": [_DNS]}
_TWIN_PORT = 5986
_ROLES = {
    "name_check": "names",
    "preflight": "preflight",
    "package_issue": "issue",
    "directaccess_group": "groups",
    "package_fetch": "fetch",
    "clock_sync": "clock",
    "package_apply": "join",
    "membership_verify": "verify",
    "package_retire": "retire",
    "computer_promote": "promote",
}
_PLAYS = {"Record": "record", "Acceptance": "report", "Complete": "report", "Report": "report"}
START, PLAYS = "start", "plays"
STEPS = (START, PLAYS, *_ROLES.values(), "record", "report")
NOTHING, PING = "nothing", "win_ping"


def drive(place: Workplace, sizes: Sequence[int], most_twins: int) -> list[dict[str, Any]]:
    """Every branch has machines that nobody had before, and a ledger of its own; the domain is the same.

    Of the largest ``most_twins`` machines are Windows twins, of the others the same share; the rest is known to the
    directory only: all are prepared, the twins are joined and accepted, too.
    """
    return [_branch(place, size, size * most_twins // max(sizes)) for size in sizes]


def _branch(place: Workplace, machines: int, twins: int) -> dict[str, Any]:
    print(f"    {machines:5} machines, {twins} of them twins", flush=True)
    names = place.fresh(machines)
    branch = place.branch(names)
    branch.directory = place.directory / f"road-{machines}"
    branch.directory.mkdir()
    with TwinFarm(place.lab) as farm:
        farm.start(names[:twins], adapters=[_ADAPTER])
        source = _write(branch, farm)
        parties = {"domain controller": Capsule(place.lab.directory / "dc1"), "twins": Capsule(farm.directory)}
        run = functools.partial(_run, branch, source, parties)
        done = {"prepare": run("prepare", names), "join": run("join", names[:twins])}
        for name in names[:twins]:
            farm.set(name, network=True)
        done["accept"] = run("accept", names[:twins])
        idle = stopwatch.play(branch, source, str(_nothing(branch, names[:twins])), names, parties)
    return {
        "machines": machines,
        "twins": twins,
        "seconds": {playbook: timed.seconds for playbook, timed in done.items()},
        "processor": {playbook: timed.processor for playbook, timed in done.items()},
        "steps": steps(list(done.values()), machines),
        # What Ansible costs itself, for each host that a task runs on.
        "own": {lap.task: lap.seconds / lap.runs for lap in idle.laps if lap.task in (NOTHING, PING)},
    }


def _run(branch: Branch, source: Path, parties: dict[str, Capsule], playbook: str, hosts: list[str]) -> stopwatch.Timed:
    """
    :raises BenchError: a machine did not get through
    """
    timed = stopwatch.play(branch, source, f"adops.offline_join.{playbook}", hosts, parties)
    print(f"          {playbook:8} {timed.seconds:7.1f} s", flush=True)
    report = branch.report()
    left = [name for name in hosts if report.get(name, {}).get("state") != "done"]
    if left:
        raise BenchError(f"{playbook}: {left[0]} is {report.get(left[0])}, and {len(left)} machines in all")
    return timed


def steps(done: list[stopwatch.Timed], machines: int) -> dict[str, dict[str, float]]:
    """Seconds of each step: ``once`` in calls for all machines, ``each`` in tasks of every machine; ``runs`` of these.

    ``machines`` are all that it was done for, ``branch`` those that it would have been done for if all were twins; what
    Ansible does at the start it does for the whole inventory.
    """
    found = {step: {"once": 0.0, "each": 0.0, "runs": 0, "machines": 0, "branch": 0} for step in STEPS}
    for timed in done:
        found[START]["once"] += timed.start
        found[START]["machines"] += machines
        found[START]["branch"] += machines
        for step in {_step(lap) for lap in timed.laps}:
            found[step]["machines"] += timed.hosts
            found[step]["branch"] += machines
        for lap in timed.laps:
            found[_step(lap)]["once" if lap.once else "each"] += lap.seconds
            found[_step(lap)]["runs"] += 0 if lap.once else lap.runs
    return found


def _step(lap: stopwatch.Lap) -> str:
    """What hosts cost that leave a play at its begin belongs to no step."""
    return _ROLES[lap.role.rpartition(".")[2]] if lap.role else _PLAYS.get(lap.play, PLAYS)


def _nothing(branch: Branch, twins: list[str]) -> Path:
    """A playbook with the least that a task can do on any host, and the least that it can do on a Windows machine."""
    playbook = branch.directory / "nothing.json"
    least = {"name": NOTHING, "ansible.builtin.assert": {"that": True, "quiet": True}}
    ping = {"name": PING, "ansible.windows.win_ping": {}}
    plays = [{"hosts": "all", "tasks": [least]}, {"hosts": twins, "tasks": [ping]}]
    playbook.write_text(json.dumps([{"gather_facts": False, **one} for one in plays]))
    return playbook


def _write(branch: Branch, farm: TwinFarm) -> Path:
    """The branch as an operations team writes it down: its CSV, what holds for all, and keys that seal packages."""
    lab, directory = branch.lab, branch.directory
    status = farm.status()
    with (directory / "road.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["name", "type", "branch", "inventory_tag", "serial_number", "site_address"])
        for name in branch.names:
            twin = name in status
            serial_number = farm.state(name)["serial_number"] if twin else f"SN{name}"
            table.writerow([name, "PC", "BER", f"I-{name}", serial_number, status[name]["address"] if twin else ""])
    # Not all in one file, which every connection would read as a whole.
    (directory / "certificates").mkdir()
    for name, one in status.items():
        shutil.copy(one["certificate"], directory / "certificates" / f"{name}.pem")
    Seals(directory).put_on(branch)
    branch.extra_environment |= farm.environment() | {
        "OFFLINE_JOIN_GROUPS_PASSWORD": lab.accounts["groups"].password,
        "OFFLINE_JOIN_PROMOTE_PASSWORD": lab.accounts["promote"].password,
        "SITE_PASSWORD": farm.password,
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        "ANSIBLE_FORKS": str(_FORKS),
    }
    variables = branch.variables | {f"offline_join_{option}": value for option, value in branch.connection().items()}
    variables |= {
        "offline_join_groups_username": lab.accounts["groups"].upn,
        "offline_join_promote_username": lab.accounts["promote"].upn,
        "offline_join_domain": lab.domain,
        "offline_join_groups": [lab.direct_access_group],
        "offline_join_dns_servers": [_DNS],
        "offline_join_dest": str(branch.dest),
        "offline_join_ledger": str(directory / "ledger.db"),
        "offline_join_rename": "follow_package",
        "ansible_password": "{{ lookup('ansible.builtin.env', 'SITE_PASSWORD') }}",
        "ansible_winrm_transport": "basic",
        "ansible_winrm_ca_trust_path": f"{directory}/certificates/{{{{ inventory_hostname }}}}.pem",
    }
    (directory / "group_vars").mkdir()
    (directory / "group_vars" / "all.json").write_text(json.dumps(variables))
    source = directory / "road.branch.yml"
    source.write_text(
        json.dumps(
            {
                "plugin": "adops.offline_join.branch",
                "files": ["road.csv"],
                "defaults": {
                    "staging_ou": lab.staging_ou,
                    "production_ou": lab.production_ous[0],
                    "site_user": "Administrator",
                    "site_connection": "ansible.builtin.winrm",
                    "site_port": _TWIN_PORT,
                },
            }
        )
    )
    return source
