# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tutorial, as a reader types it: every console block of the page, in order, in one shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import Lab

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 600
NAMES = ("BER-PC-001", "BER-PC-002", "BER-PC-003")


def script() -> str:
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) > 10
    # A pipe must not hide the failure of its first command; what fails is named by its own text.
    trap = "trap 'echo \"FAILED: $BASH_COMMAND\" >&2' ERR\n"
    return "set -eE -o pipefail\n" + trap + "".join(blocks)


@pytest.fixture
def reader(lab: Lab, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of somebody with a home of their own, whose accounts are removed afterwards."""
    programs = Path(sys.executable).parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "OFFLINE_JOIN_"))}
    environment = kept | {
        "HOME": str(tmp_path),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "OFFLINE_JOIN_LAB": str(lab.directory),
        "OFFLINE_JOIN_TWINS": str(tmp_path / "twins"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }
    yield environment
    subprocess.run([sys.executable, "-m", "tests.twin", "down"], env=environment, cwd=ROOT, check=False)
    anyone = "".join(f"(sAMAccountName={name}$)" for name in NAMES)
    for account in lab.search(f"(|{anyone})", ["dn"]):
        lab.ldap(["ldapdelete", "-r", account["dn"][0]], "administrator")


@pytest.mark.thorough
def test_every_command_works(reader: dict[str, str], tmp_path: Path, lab: Lab) -> None:
    output = tmp_path / "output"
    with output.open("w") as stream:
        command = ["bash", "-c", script()]
        code = subprocess.call(
            command, env=reader, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, timeout=SECONDS
        )
    said = output.read_text()
    assert code == 0, said[-6000:]
    berlin = tmp_path / "berlin"
    for file in [path for path in berlin.rglob("*") if path.is_file()]:
        for account in ("issue", "promote"):
            assert lab.accounts[account].password not in file.read_text(errors="replace"), file
    # what the page promises in words
    assert '"status": 0' in said
    production = lab.search("(sAMAccountName=BER-PC-00*)", ["dn"], base=lab.production_ous[0])
    assert {entry["dn"][0].split(",")[0] for entry in production} == {f"CN={name}" for name in NAMES}
