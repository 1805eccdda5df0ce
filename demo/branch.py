# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The branch as an operations team writes it down: a CSV, what is the same for all, and keys that seal packages."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

from demo.accidents import GATEWAY
from tests.lab import Lab
from tests.lab.domain import random_password
from tests.twin.farm import TwinFarm

DIRECTORY = Path("build/demo").resolve()
PACKAGES = DIRECTORY / "packages"
LEDGER = DIRECTORY / "ledger.db"
SOURCE = DIRECTORY / "berlin.branch.yml"
NAMES = [f"BER-PC-{number:03}" for number in range(1, 15)] + [f"BER-NB-{number:03}" for number in range(1, 7)]
_WAVES = {1: 3, 2: 10, 3: 20}
_PEOPLE = ("Jonas Krüger", "Anna Berger")
_KEYS = {"issuer": "issuer", "berlin": "recipient"}


def write(lab: Lab, farm: TwinFarm) -> None:
    """berlin.csv, berlin.branch.yml and group_vars/all.json."""
    (DIRECTORY / "group_vars").mkdir(parents=True, exist_ok=True)
    machines = farm.inventory()
    with (DIRECTORY / "berlin.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["number", "type", "branch", "inventory_tag", "serial_number", "wave", "responsible",
                        "site_address"])  # fmt: skip
        for count, name in enumerate(NAMES, 1):
            branch, kind, number = name.split("-")
            wave = next(wave for wave, last in _WAVES.items() if count <= last)
            table.writerow([int(number), kind, branch, f"INV-{20400 + count}", farm.state(name)["serial_number"], wave,
                            _PEOPLE[count % 2], machines[name]["ansible_host"]])  # fmt: skip
    SOURCE.write_text(
        "plugin: adops.offline_join.branch\n"
        "files: [berlin.csv]\n"
        'name_template: "{branch}-{type}-{number:03}"\n'
        "defaults:\n"
        f"  staging_ou: {lab.staging_ou}\n"
        f"  production_ou: {lab.production_ous[0]}\n"
        "  site_user: Administrator\n"
        "  site_connection: ansible.builtin.winrm\n"
        f"  site_port: {machines[NAMES[0]]['ansible_port']}\n"
    )
    (DIRECTORY / "pcs.pem").write_text("".join(Path(one["certificate"]).read_text() for one in farm.status().values()))
    (DIRECTORY / "group_vars" / "all.json").write_text(json.dumps(_for_all(lab), indent=2) + "\n")


def _for_all(lab: Lab) -> dict[str, object]:
    return {
        "offline_join_server": lab.server,
        "offline_join_ca_cert": str(lab.ca_cert),
        "offline_join_username": lab.accounts["issue"].upn,
        "offline_join_groups_username": lab.accounts["groups"].upn,
        "offline_join_promote_username": lab.accounts["promote"].upn,
        "offline_join_domain": lab.domain,
        "offline_join_staging_ou": lab.staging_ou,
        "offline_join_production_ou": lab.production_ous[0],
        "offline_join_groups": [lab.direct_access_group],
        "offline_join_dns_servers": [GATEWAY],
        "offline_join_dest": str(PACKAGES),
        "offline_join_ledger": str(LEDGER),
        "offline_join_reason": "rollout of november",
        "offline_join_title": "Berlin, November 2026",
        "offline_join_rename": "follow_package",
        "offline_join_most_failures": len(NAMES),
        "offline_join_issuer_key": str(DIRECTORY / "issuer.pem"),
        "offline_join_recipients": [str(DIRECTORY / "berlin.crt")],
        "offline_join_recipient_key": str(DIRECTORY / "berlin.pem"),
        "offline_join_trusted_issuers": [str(DIRECTORY / "issuer.crt")],
        "ansible_password": "{{ lookup('ansible.builtin.env', 'SITE_PASSWORD') }}",
        "ansible_winrm_transport": "basic",
        "ansible_winrm_ca_trust_path": str(DIRECTORY / "pcs.pem"),
    }


def environment(lab: Lab, farm: TwinFarm) -> dict[str, str]:
    """Every secret, each for its own duty, and nowhere else than here."""
    return {
        "OFFLINE_JOIN_DIRECTORY_PASSWORD": lab.accounts["issue"].password,
        "OFFLINE_JOIN_GROUPS_PASSWORD": lab.accounts["groups"].password,
        "OFFLINE_JOIN_PROMOTE_PASSWORD": lab.accounts["promote"].password,
        "OFFLINE_JOIN_SEAL_PASSPHRASE": _passphrase(),
        "SITE_PASSWORD": farm.password,
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        "ANSIBLE_DISPLAY_OK_HOSTS": "false",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_FORKS": "10",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        **farm.environment(),
    }


def _passphrase() -> str:
    """Of both keys of the demonstration; it lives as long as they do."""
    file = DIRECTORY / "passphrase"
    if not file.exists():
        with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
            stream.write(random_password())
    return file.read_text()


def make_identities(lab: Lab, farm: TwinFarm) -> None:
    """Who issues the packages, and who at the branch may open them: as a team without a PKI makes them."""
    ansible = Path(sys.executable).with_name("ansible")
    for name, purpose in _KEYS.items():
        options = {
            "name": f"Demonstration {name}",
            "purpose": purpose,
            "key_file": str(DIRECTORY / f"{name}.pem"),
            "certificate_file": str(DIRECTORY / f"{name}.crt"),
        }
        subprocess.run(
            [ansible, "localhost", "-m", "adops.offline_join.seal_identity", "-a", json.dumps(options)],
            env=os.environ | environment(lab, farm),
            stdout=subprocess.DEVNULL,
            check=True,
        )
