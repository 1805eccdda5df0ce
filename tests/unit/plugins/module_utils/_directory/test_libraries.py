# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Without ldap3 every module still starts, and says what to install."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

MODULES = "ansible_collections.adops.offline_join.plugins.modules"
CONNECTION = {"server": "dc1.corp.example", "username": "issue", "password": "xQ7-vN2_kT9+wR4=hB6"}
PACKAGES = {"machines": [{"name": "PC-1"}], "dest": "/nonexistent/packages", "seal": "none"}
# An entry of None makes an import fail as if the library were not installed.
WITHOUT_LDAP3 = "import sys, runpy; sys.modules['ldap3'] = None; runpy.run_module({!r}, run_name='__main__')"


@pytest.mark.parametrize(("module", "own"), [("packages", PACKAGES), ("directory_info", {})])
def test_module_without_ldap3(module: str, own: dict[str, Any]) -> None:
    arguments = CONNECTION | own
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LDAP3.format(f"{MODULES}.{module}")],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout, done.stderr
    answer = json.loads(done.stdout)
    assert answer["failed"]
    assert "ldap3" in answer["msg"]
    assert "Failed to import the required Python library" in answer["msg"]
