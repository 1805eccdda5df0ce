# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A branch of ten machines, from nothing to working members of a real Active Directory domain on this machine.

The machines are Windows twins: WinRM servers that behave like Windows hosts, each with a real Samba member behind it.
What joins them has no network at all; afterwards the network appears, and the domain says whether it accepts them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.lab import Lab, LabError
from tests.lab.domain import random_password
from tests.twin.farm import TwinFarm

NAMES = [f"BER-PC-{number:03}" for number in range(1, 11)]
CLOCK_WRONG = 3600.0  # seconds, on the first machine
DIRECTORY = Path("build/demo").resolve()
PACKAGES = DIRECTORY / "packages"
INVENTORY = DIRECTORY / "inventory.json"


def main() -> int:
    started = time.monotonic()
    try:
        lab = start_lab()
    except LabError as error:
        return say(f"The lab did not start: {error}", 1)
    with start_farm(lab) as farm:
        write_inventory(lab, farm)
        make_identities()
        code = rollout(lab, farm)
        if code != 0:
            return say("The rollout failed; the lines above say which machine and why.", code)
        broken = [name for name in NAMES if not proved(farm, name)]
        if broken:
            return say(f"No secure channel: {', '.join(broken)}", 1)
        step("again: nothing changes")
        code = rollout(lab, farm)
    print(summary(lab, time.monotonic() - started))
    return code


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


def start_farm(lab: Lab) -> TwinFarm:
    """Ten PCs as they left their boxes, each with a name of its own making; the first one's clock is an hour ahead."""
    step(f"{len(NAMES)} Windows machines without a network")
    farm = TwinFarm(lab).start(NAMES)
    farm.set(NAMES[0], clock_offset=CLOCK_WRONG)
    return farm


def write_inventory(lab: Lab, farm: TwinFarm) -> None:
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    branch = {
        "offline_join_server": lab.server,
        "offline_join_ca_cert": str(lab.ca_cert),
        "offline_join_username": lab.accounts["issue"].upn,
        "offline_join_staging_ou": lab.staging_ou,
        "offline_join_dest": str(PACKAGES),
        "offline_join_rename": "follow_package",
        "offline_join_issuer_key": str(DIRECTORY / "issuer.pem"),
        "offline_join_recipients": [str(DIRECTORY / "berlin.crt")],
        "offline_join_recipient_key": str(DIRECTORY / "berlin.pem"),
        "offline_join_trusted_issuers": [str(DIRECTORY / "issuer.crt")],
        "ansible_password": "{{ lookup('ansible.builtin.env', 'SITE_PASSWORD') }}",
    }
    hosts = farm.inventory()
    for variables in hosts.values():
        del variables["ansible_password"]
    INVENTORY.write_text(json.dumps({"branch_berlin": {"vars": branch, "hosts": hosts}}, indent=2) + "\n")


def passphrase() -> str:
    """Of both keys of the demonstration; it lives as long as they do."""
    file = DIRECTORY / "passphrase"
    if not file.exists():
        with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            stream.write(random_password())
    return file.read_text()


def make_identities() -> None:
    """Who issues the packages, and who at the branch may open them: as a team without a PKI makes them."""
    step("identities of the issuer and of the branch Berlin")
    ansible = Path(sys.executable).with_name("ansible")
    for name, purpose in (("issuer", "issuer"), ("berlin", "recipient")):
        options = {
            "name": f"Demonstration {name}",
            "purpose": purpose,
            "key_file": str(DIRECTORY / f"{name}.pem"),
            "certificate_file": str(DIRECTORY / f"{name}.crt"),
        }
        subprocess.run(
            [ansible, "localhost", "-m", "adops.offline_join.seal_identity", "-a", json.dumps(options)],
            env=os.environ | {"OFFLINE_JOIN_SEAL_PASSPHRASE": passphrase(), "ANSIBLE_LOCALHOST_WARNING": "false"},
            stdout=subprocess.DEVNULL,
            check=True,
        )


def rollout(lab: Lab, farm: TwinFarm) -> int:
    step("ansible-playbook adops.offline_join.rollout")
    ansible_playbook = Path(sys.executable).with_name("ansible-playbook")
    secrets = {
        "OFFLINE_JOIN_DIRECTORY_PASSWORD": lab.accounts["issue"].password,
        "OFFLINE_JOIN_SEAL_PASSPHRASE": passphrase(),
        "SITE_PASSWORD": farm.password,
    }
    return subprocess.run(
        lab.command([ansible_playbook, "--inventory", INVENTORY, "adops.offline_join.rollout"]),
        env=os.environ | farm.environment() | secrets | {"ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false"},
        cwd=DIRECTORY,
        check=False,
    ).returncode


def proved(farm: TwinFarm, name: str) -> bool:
    """The network appears: does the domain accept the machine, over Netlogon and over Kerberos?"""
    verdict = farm.verdict(name)
    works = verdict is not None and verdict["status"] == 0
    step(f"{name}: {'secure channel and Kerberos work' if works else 'the domain does not accept it'}")
    return works


def summary(lab: Lab, seconds: float) -> str:
    anyone = "".join(f"(sAMAccountName={name}$)" for name in NAMES)
    accounts = lab.search(f"(|{anyone})", ["dn"], base=lab.staging_ou)
    return f"""
{len(NAMES)} machines are members of {lab.domain}, {seconds:.0f} seconds after the start.

  accounts    {len(accounts)} in {lab.staging_ou}, created by {lab.accounts["issue"].upn},
              which may create computers there and nothing else
  packages    {PACKAGES}, sealed: only the key {DIRECTORY / "berlin.pem"} opens them
  inventory   {INVENTORY}
  report      {PACKAGES / "report.json"}

The machines are gone, the domain is still up. Run `make rollout` again: ten fresh PCs take the same packages.
Stop and remove the domain with `make down`."""


if __name__ == "__main__":
    sys.exit(main())
