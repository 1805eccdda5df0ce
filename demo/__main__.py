# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A branch of twenty machines, from a CSV to accepted members of a real Active Directory domain on this machine.

The machines are Windows twins: WinRM servers that behave like Windows hosts, each with a real Samba member behind it.
What joins them has no network at all; then the network appears, and six of them have had an accident by then.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from demo import branch
from demo.accidents import ADAPTER, AFTERWARDS, CLOCK_WRONG, HOUR, ON_ARRIVAL, Accident
from tests.lab import Lab, LabError
from tests.twin.farm import TwinFarm

_SOME_FAILED = 2  # what ansible-playbook ends with


class Unexpected(Exception):
    """The rollout did something else than it should."""


def main() -> int:
    started = time.monotonic()
    try:
        lab = start_lab()
        with TwinFarm(lab) as farm:
            start_farm(farm)
            branch.write(lab, farm)
            step("identities of the issuer and of the branch Berlin")
            branch.make_identities(lab, farm)
            go(lab, farm)
    except (LabError, Unexpected) as error:
        print(f"==> {error}", file=sys.stderr)
        return 1
    print(summary(time.monotonic() - started))
    return 0


def go(lab: Lab, farm: TwinFarm) -> None:
    rollout(lab, farm, "the machines have no network")
    expect(ON_ARRIVAL, others="pending")
    step("the network appears, and the branch has had its first days")
    for name in branch.NAMES:
        farm.set(name, network=name not in ON_ARRIVAL)
    farm.set(CLOCK_WRONG, clock_offset=HOUR)
    for name, accident in AFTERWARDS.items():
        step(f"{name} {accident.what}")
        accident.happens(lab, farm, name)
    rollout(lab, farm, "the same command again")
    expect(ON_ARRIVAL | AFTERWARDS, others="done")
    prove(farm, without=ON_ARRIVAL | AFTERWARDS)
    mended = {name: accident.mend for name, accident in AFTERWARDS.items() if accident.mend}
    for name, mend in mended.items():
        step(f"{name} is put right")
        mend(lab, farm, name)
    rollout(lab, farm, "and again")
    left = {name: accident for name, accident in (ON_ARRIVAL | AFTERWARDS).items() if name not in mended}
    expect(left, others="done")
    prove(farm, without=left)


def step(words: str) -> None:
    print(f"==> {words}", flush=True)


def start_lab() -> Lab:
    """The domain stays up afterwards, to be looked at."""
    lab = Lab(progress=step)
    step(f"domain controller {lab.server} on {lab.address}")
    lab.stop()
    lab.start()
    shutil.rmtree(branch.DIRECTORY, ignore_errors=True)
    return lab


def start_farm(farm: TwinFarm) -> None:
    """Twenty PCs as they left their boxes, each with a name of its own making."""
    step(f"{len(branch.NAMES)} Windows machines without a network; {CLOCK_WRONG} is an hour ahead")
    farm.start(branch.NAMES, adapters=[ADAPTER])
    farm.set(CLOCK_WRONG, clock_offset=HOUR)
    for name, accident in ON_ARRIVAL.items():
        step(f"{name} {accident.what}")
        farm.set(name)
        accident.happens(Lab(), farm, name)


def rollout(lab: Lab, farm: TwinFarm, words: str) -> None:
    step(f"ansible-playbook -i berlin.branch.yml adops.offline_join.rollout ({words})")
    command = [Path(sys.executable).with_name("ansible-playbook"), "-i", branch.SOURCE, "adops.offline_join.rollout"]
    done = subprocess.run(
        lab.command(command), env=os.environ | branch.environment(lab, farm), cwd=branch.DIRECTORY, check=False
    )
    if done.returncode != _SOME_FAILED:
        raise Unexpected(f"it ended with {done.returncode}; with machines that failed it has to be {_SOME_FAILED}")


def expect(accidents: dict[str, Accident], *, others: str) -> None:
    """Everybody is in the report, each where it has to be."""
    report = json.loads((branch.PACKAGES / "report.json").read_text())["machines"]
    if set(report) != set(branch.NAMES):
        raise Unexpected(f"the report has {len(report)} of {len(branch.NAMES)} machines")
    for name, note in report.items():
        accident = accidents.get(name)
        wanted = ("failed", accident.stage) if accident else (others, note.get("stage"))
        if (note["state"], note.get("stage")) != wanted or (accident and accident.cause not in note["headline"]):
            raise Unexpected(f"{name} is {note}")
    step(f"as it has to be: {len(report) - len(accidents)} {others}, and {len(accidents)} stopped, each for its cause")


def prove(farm: TwinFarm, *, without: dict[str, Accident]) -> None:
    """Does the domain accept the machines, over Netlogon and over Kerberos?"""
    verdicts = {name: farm.verdict(name) for name in branch.NAMES if name not in without}
    broken = [name for name, verdict in verdicts.items() if verdict is None or verdict["status"]]
    if broken:
        raise Unexpected(f"no secure channel: {', '.join(broken)}")
    step(f"secure channel and Kerberos work on all {len(verdicts)} accepted machines")


def summary(seconds: float) -> str:
    return f"""
A branch from its CSV to accepted members of a domain, in {seconds:.0f} seconds.

  inventory   {branch.SOURCE}, {branch.DIRECTORY / "berlin.csv"}
  packages    {branch.PACKAGES}, sealed: only the key {branch.DIRECTORY / "berlin.pem"} opens them
  ledger      {branch.LEDGER}
  report      {branch.PACKAGES / "reports" / "acceptance.html"}

The machines are gone, the domain is still up. Stop and remove it with `make down`."""


if __name__ == "__main__":
    sys.exit(main())
