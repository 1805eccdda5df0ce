# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages that the lab issued, in answer files: the same bytes to other readers, and no output shows them."""

from __future__ import annotations

import base64
import subprocess
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Purpose

from tests.integration.branch import Branch

PASSPHRASE = "Correct-Horse-7-Battery"
NAMESPACE = "{urn:schemas-microsoft-com:unattend}"
PLAYBOOK = """
- hosts: all
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - adops.offline_join.answer_file:
        name: "{{ inventory_hostname }}"
        package: "{{ package }}"
        dest: "{{ dest | default(omit) }}"
        image: "{{ image | default(omit) }}"
        configuration_pass: "{{ configuration_pass | default(omit) }}"
        recipient_key: "{{ key | default(omit) }}"
        trusted_issuers: "{{ issuers | default(omit) }}"
"""


def identity(directory: Path, name: str, purpose: Purpose) -> Path:
    made = identities.make_identity(name, purpose, days=90, now=datetime.now(UTC), key_size=2048)
    (directory / f"{name}.crt").write_bytes(identities.certificate_to_pem(made.certificate))
    (directory / f"{name}.pem").write_bytes(identities.to_pem(made, PASSPHRASE))
    return directory / f"{name}.pem"


def account_data(file: Path, identification: str = "Identification") -> str:
    [found] = ET.fromstring(file.read_bytes()).iter(f"{NAMESPACE}AccountData")
    [parent] = ET.fromstring(file.read_bytes()).iter(f"{NAMESPACE}{identification}")
    assert parent.find(f"{NAMESPACE}Provisioning/{NAMESPACE}AccountData") is not None
    assert found.text is not None
    return found.text


def ndrdump(package: bytes, file: Path) -> str:
    file.write_bytes(package)
    structure = "ODJ_PROVISION_DATA_serialized_ptr"
    command = ["ndrdump", "ODJ", structure, "struct", str(file), "--validate"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_packages_in_answer_files(branch: Branch, tmp_path: Path) -> None:
    """In a directory, in an image, and from a sealed package; predicted first, left alone by the second run."""
    plain, image, sealed = branch.names
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    issuer = identity(tmp_path, "issuer", Purpose.ISSUER)
    recipient = identity(tmp_path, "recipient", Purpose.RECIPIENT)
    branch.extra_environment["OFFLINE_JOIN_SEAL_PASSPHRASE"] = PASSPHRASE
    seal = {"seal": "cms", "issuer_key": str(issuer), "recipients": [str(recipient.with_suffix(".crt"))]}
    assert "failed" not in branch.issue(plain, image)
    assert "failed" not in branch.issue(sealed, **seal)

    (closed / "mount" / "WINDOWS" / "system32").mkdir(parents=True)
    files = {
        plain: closed / plain / "unattend.xml",
        image: closed / "mount" / "WINDOWS" / "Panther" / "unattend.xml",
        sealed: closed / sealed / "unattend.xml",
    }
    branch.host_variables = {
        plain: {"package": str(branch.package(plain)), "dest": str(files[plain])},
        image: {
            "package": str(branch.package(image)),
            "image": str(closed / "mount"),
            "configuration_pass": "offlineServicing",
        },
        sealed: {
            "package": str(branch.dest / f"{sealed}.sealed"),
            "dest": str(files[sealed]),
            "key": str(recipient),
            "issuers": [str(issuer.with_suffix(".crt"))],
        },
    }
    playbook = tmp_path / "answer_files.yml"
    playbook.write_text(PLAYBOOK)
    predicted = branch.play(str(playbook), "--check", "--diff")
    assert predicted.returncode == 0, predicted.stdout
    assert predicted.stdout.count("changed=1") == 3
    assert not any(file.exists() for file in files.values())

    written = branch.play(str(playbook), "--diff", "-vvv")
    assert written.returncode == 0, written.stdout
    assert f"+AccountData set: {plain}" in written.stdout
    for name, file in files.items():
        text = account_data(file, "OfflineIdentification" if name == image else "Identification")
        package = base64.b64decode(text, validate=True)
        assert name in ndrdump(package, tmp_path / "package.bin")
        assert text[:60] not in written.stdout + written.stderr
        assert file.stat().st_mode & 0o777 == 0o600
        if name != sealed:
            djoin = branch.package(name).read_bytes().decode("utf-16").strip("\0")
            assert base64.b64decode(djoin) == package
    opened = branch.module("package_info", {
        "package": str(branch.dest / f"{sealed}.sealed"), "recipient_key": str(recipient), "server": None,
        "trusted_issuers": [str(issuer.with_suffix(".crt"))],
    })  # fmt: skip
    assert opened["package"]["size"] == len(base64.b64decode(account_data(files[sealed])))

    again = branch.play(str(playbook))
    assert again.stdout.count("changed=0") == 3
