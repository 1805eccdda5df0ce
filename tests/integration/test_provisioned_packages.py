# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages that a Windows host makes: role and action, sealed, completed, applied by other machines, and no leak."""

from __future__ import annotations

import json
import re
import struct
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import directaccess
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Claims, Machine
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Purpose
from ansible_collections.adops.offline_join.plugins.module_utils._storage import seal_options

from tests.integration.branch import Branch
from tests.integration.leaks import search
from tests.integration.spy import Spy
from tests.twin.farm import TwinFarm

LOGIN = "issue"
SITE_PASSWORD = "{{ lookup('ansible.builtin.env', 'SITE_PASSWORD') }}"
PASSPHRASE = "Correct-Horse-7-Battery"
TEMPLATE = "DirectAccessMachine"
REUSE_ACCOUNT = 0x2
_UTF16 = "utf-16-le"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    for name, purpose in (("issuer", Purpose.ISSUER), ("berlin", Purpose.RECIPIENT)):
        identity = identities.make_identity(name, purpose, days=90, now=datetime.now(UTC))
        (directory / f"{name}.pem").write_bytes(identities.to_pem(identity, PASSPHRASE))
        (directory / f"{name}.crt").write_bytes(identities.certificate_to_pem(identity.certificate))
    return directory


@pytest.fixture
def provisioned(make_branch: Callable[[int], Branch], farm: TwinFarm, keys: Path) -> Branch:
    """Three machines; the first is a member server that makes the packages of the other two."""
    branch = make_branch(3)
    farm.start(branch.names)
    branch.twins(farm)
    host, account = branch.names[0], branch.lab.accounts[LOGIN]
    farm.set(host, part_of_domain=True, domain="corp.example", domain_role=3, product_type=3, network=True,
             users={account.name: account.password})  # fmt: skip
    branch.host_variables[host] |= {"ansible_user": account.upn, "ansible_password": SITE_PASSWORD}
    branch.extra_environment["SITE_PASSWORD"] = account.password
    branch.extra_environment["OFFLINE_JOIN_SEAL_PASSPHRASE"] = PASSPHRASE
    branch.variables |= {
        "offline_join_seal": "cms",
        "offline_join_rename": "follow_package",
        "offline_join_recipient_key": str(keys / "berlin.pem"),
        "offline_join_trusted_issuers": [str(keys / "issuer.crt")],
        "directaccess_package_option": "pki",
        "directaccess_package_certificate_templates": [TEMPLATE],
        "directaccess_package_provisioning_host": host,
        "directaccess_package_dest": str(branch.dest),
        "directaccess_package_path": branch.lab.staging_ou,
        "directaccess_package_issuer_key": str(keys / "issuer.pem"),
        "directaccess_package_recipients": [str(keys / "berlin.crt")],
        # The action has to hide the package by itself.
        "directaccess_package_secure_logging": False,
    }
    return branch


def playbook(branch: Branch) -> str:
    """The role on every machine but the one that makes the packages."""
    path = branch.directory / "packages.yml"
    connection = branch.connection()
    host = branch.variables.get("directaccess_package_provisioning_host")
    path.write_text(json.dumps([{
        "hosts": [name for name in branch.names if name != host],
        "gather_facts": False,
        "module_defaults": {"group/adops.offline_join.directory": connection},
        "roles": ["adops.offline_join.directaccess_package"],
    }]))  # fmt: skip
    return str(path)


def record(branch: Branch, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(branch.issue_record(name).read_text())
    return found


def opened(branch: Branch, name: str) -> tuple[Claims, Package]:
    options = {
        "recipient_key": branch.variables["offline_join_recipient_key"],
        "recipient_certificate": None,
        "recipient_passphrase": PASSPHRASE,
        "trusted_issuers": branch.variables["offline_join_trusted_issuers"],
    }
    content = seal_options.open_package((branch.dest / f"{name}.sealed").read_bytes(), options, Machine(name))
    return content.claims, Package.read(content.package)


def secrets(branch: Branch, names: Iterable[str]) -> dict[str, str]:
    """The packages, the passwords inside, and the password that they were made with."""
    found = {"domain user": branch.lab.accounts[LOGIN].password}
    for name in names:
        _claims, package = opened(branch, name)
        password = package.join.machine_password
        assert password is not None
        found |= {f"package of {name}": package.to_base64(), f"password of {name}": password.reveal()}
    return found


def changed(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return dict(re.findall(r"^(\S+) +: ok=.*\bchanged=(\d+)", done.stdout, re.M))


def test_road(provisioned: Branch, farm: TwinFarm) -> None:
    """Predicted; lost on the way; made again with certificates, sealed and completed; joined; not made again."""
    host, *machines = provisioned.names
    spy = Spy(provisioned)
    play = playbook(provisioned)
    assert changed(provisioned.play(play, "--check")) == dict.fromkeys(machines, "1")
    assert not provisioned.dest.exists()
    assert not farm.calls(host, "win_provision_package")

    # The account is made, and nobody gets to see its package.
    farm.set(host, faults=[{"kind": "drop", "module": "win_provision_package", "when": "after"}])
    lost = provisioned.play(play)
    assert changed(lost) == dict.fromkeys(machines, "0")
    assert f"{machines[0]}: {host} cannot be reached" in lost.stdout
    assert f"{machines[1]}: not tried, because {host} cannot be reached" in lost.stdout
    assert list(provisioned.accounts()) == machines[:1]

    done = spy.play(play)
    assert changed(done) == dict.fromkeys(machines, "1"), done.stdout[-3000:]
    accounts = provisioned.accounts()
    calls = {call["parameters"]["machine_name"]: call for call in farm.calls(host, "win_provision_package")}
    options = {name: call["parameters"]["provision_options"] for name, call in calls.items()}
    assert options == {machines[0]: REUSE_ACCOUNT, machines[1]: 0}
    for name in machines:
        assert calls[name]["no_log"]
        assert calls[name]["parameters"]["certificate_templates"] == [TEMPLATE]
        noted, account = record(provisioned, name), accounts[name]
        assert noted["password_last_set"] == int(account["pwdLastSet"][0])
        assert noted["object_guid"] in account["objectGUID"]
        assert noted["distinguished_name"] == f"CN={name},{provisioned.lab.staging_ou}"
        claims, package = opened(provisioned, name)
        assert (claims.sid, claims.package_sha256) == (noted["sid"], noted["package_sha256"])
        assert (claims.password_last_set, claims.key_version) == (None, None), "only the directory knew, and later"
        [certificates] = [part for part in package.describe()["parts"] if part["name"] == "certificates"]
        assert [key["template"] for key in certificates["private_keys"]] == [TEMPLATE]
    seen = {"calls": json.dumps(farm.calls(host)), **spy.places}
    assert search(seen, secrets(provisioned, machines)) == []

    joined = provisioned.play("join", "--limit", f"!{host}")
    assert joined.returncode == 0, joined.stdout
    for name in machines:
        verdict = farm.verdict(name)
        assert verdict is not None
        assert verdict["status"] == 0

    (provisioned.dest / f"{machines[0]}.sealed").unlink()
    again = provisioned.play(play)
    assert changed(again) == dict.fromkeys(machines, "0")
    assert f"{machines[0]}: the account exists" in again.stdout
    assert "it is treated as live, because it logged on" in again.stdout
    assert len(farm.calls(host, "win_provision_package")) == 3


def test_policies_without_windows(make_branch: Callable[[int], Branch]) -> None:
    """The other option: made on the control node, with the values of a policy file."""
    branch = make_branch(1)
    [name] = branch.names
    policy = branch.directory / "directaccess.pol"
    key, value = r"Software\Policies\Microsoft\Windows\NetworkConnectivityAssistant", "FriendlyName"
    fields = [f"{key}\0".encode(_UTF16), f"{value}\0".encode(_UTF16), struct.pack("<I", 1), struct.pack("<I", 10),
              "Corp\0".encode(_UTF16)]  # fmt: skip
    policy.write_bytes(b"PReg" + struct.pack("<I", 1) + b"[\0" + b";\0".join(fields) + b"]\0")
    branch.variables |= {
        "directaccess_package_option": "policy",
        "directaccess_package_policy_paths": [str(policy)],
        "directaccess_package_dest": str(branch.dest),
        "directaccess_package_path": branch.lab.staging_ou,
        "directaccess_package_seal": "none",
    }
    without_ca = branch.play(playbook(branch), "-e", '{"directaccess_package_root_ca_certificates": true}')
    assert "read the CA certificates of the forest" in without_ca.stdout
    done = branch.play(playbook(branch))
    assert done.returncode == 0, done.stdout
    assert changed(done) == {name: "1"}
    assert directaccess.has_policies(Package.read(branch.package(name).read_bytes()).parts)
    branch.variables["directaccess_package_policy_paths"] = []
    refused = branch.play(playbook(branch))
    assert "directaccess_package_option policy needs policy_names or policy_paths" in refused.stdout
