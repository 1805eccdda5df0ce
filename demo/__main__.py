# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A branch of ten machines, from nothing to working members of a real Active Directory domain on this machine.

The machines are Linux members with Samba, each a directory of the lab; what joins them has no network at all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.lab import Lab, LabError

NAMES = [f"BER-LX-{number:03}" for number in range(1, 11)]
DIRECTORY = Path("build/demo").resolve()
PACKAGES = DIRECTORY / "packages"
INVENTORY = DIRECTORY / "inventory.json"


def main() -> int:
    started = time.monotonic()
    try:
        lab = start_lab()
    except LabError as error:
        return say(f"The lab did not start: {error}", 1)
    write_inventory(lab)
    code = rollout(lab)
    if code != 0:
        return say("The rollout failed; the lines above say which machine and why.", code)
    broken = [name for name in NAMES if not proved(lab, name)]
    if broken:
        return say(f"No secure channel: {', '.join(broken)}", 1)
    print(summary(lab, time.monotonic() - started))
    return 0


def say(words: str, code: int) -> int:
    print(words, file=sys.stderr)
    return code


def step(words: str) -> None:
    print(f"==> {words}", flush=True)


def start_lab() -> Lab:
    """The domain stays up afterwards, so that a second run shows what changes then: nothing."""
    lab = Lab(progress=step)
    step(f"domain controller {lab.server} on {lab.address}")
    lab.start()
    return lab


def write_inventory(lab: Lab) -> None:
    step(f"{len(NAMES)} machines without a network")
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    branch = {
        "ansible_connection": "local",
        "offline_join_server": lab.server,
        "offline_join_ca_cert": str(lab.ca_cert),
        "offline_join_username": lab.accounts["issue"].upn,
        "offline_join_staging_ou": lab.staging_ou,
        "offline_join_dest": str(PACKAGES),
    }
    hosts = {name: {"ansible_python_interpreter": str(lab.member(name).python)} for name in NAMES}
    INVENTORY.write_text(json.dumps({"branch_berlin": {"vars": branch, "hosts": hosts}}, indent=2) + "\n")


def rollout(lab: Lab) -> int:
    step("ansible-playbook adops.offline_join.rollout")
    ansible_playbook = Path(sys.executable).with_name("ansible-playbook")
    password = lab.accounts["issue"].password
    return subprocess.run(
        lab.command([ansible_playbook, "--inventory", INVENTORY, "adops.offline_join.rollout"]),
        env=os.environ | {"OFFLINE_JOIN_DIRECTORY_PASSWORD": password, "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false"},
        cwd=DIRECTORY,
        check=False,
    ).returncode


def proved(lab: Lab, name: str) -> bool:
    """The network appears: does the domain accept the machine, over Netlogon and over Kerberos?"""
    member = lab.member(name)
    works = member.secure_channel().returncode == 0 and member.kerberos().returncode == 0
    step(f"{name}: {'secure channel and Kerberos work' if works else 'the domain does not accept it'}")
    return works


def summary(lab: Lab, seconds: float) -> str:
    anyone = "".join(f"(sAMAccountName={name}$)" for name in NAMES)
    accounts = lab.search(f"(|{anyone})", ["dn"], base=lab.staging_ou)
    member = lab.member(NAMES[0])
    return f"""
{len(NAMES)} machines are members of {lab.domain}, {seconds:.0f} seconds after the start.

  accounts    {len(accounts)} in {lab.staging_ou}, created by {lab.accounts["issue"].upn},
              which may create computers there and nothing else
  packages    {PACKAGES} (as secret as passwords)
  inventory   {INVENTORY}
  report      {PACKAGES / "report.json"}

The domain is still up. Run `make rollout` again: nothing changes. Ask the domain about a machine yourself:
  python3 -m tests.lab run -- net rpc testjoin -s {member.smb_conf} -w {lab.domain}
Stop and remove it with `make down`."""


if __name__ == "__main__":
    sys.exit(main())
