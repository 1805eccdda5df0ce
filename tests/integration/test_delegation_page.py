# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook of docs/delegated-accounts.md grants what the lab's accounts have, no more and no less."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.lab import Lab

PAGE = Path(__file__).resolve().parents[2] / "docs" / "delegated-accounts.md"
SECONDS = 120


def test_the_lab_has_these_rights(lab: Lab, tmp_path: Path) -> None:
    [playbook] = re.findall(r"^```yaml\n(- name: Delegate.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert "/etc/ssl/corp-ca.pem" in playbook
    file = tmp_path / "delegate.yml"
    file.write_text(playbook.replace("/etc/ssl/corp-ca.pem", str(lab.ca_cert)))
    done = subprocess.run(
        lab.command([str(Path(sys.executable).with_name("ansible-playbook")), str(file), "--check", "--diff"]),
        env=os.environ | {"OFFLINE_JOIN_DIRECTORY_PASSWORD": lab.accounts["administrator"].password},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"ok=2 +changed=0 ", done.stdout), done.stdout
