# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What names a version names this one, and a new role says since when it is there, for the changelog to find it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

HOME = Path(__file__).parents[3]
VERSION = yaml.safe_load((HOME / "galaxy.yml").read_text())["version"]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("README.md", r"git\+https://github\.com/adops/offline_join\.git,(\S+) "),
        ("examples/execution_environment/execution-environment.yml", r"type: git\n +version: (\S+)\n"),
    ],
)
def test_installation_is_of_this_version(file: str, said: str) -> None:
    assert re.findall(said, (HOME / file).read_text()) == [VERSION]


def test_every_role_says_since_when_it_is_there() -> None:
    for file in HOME.glob("roles/*/meta/argument_specs.yml"):
        added = yaml.safe_load(file.read_text())["argument_specs"]["main"].get("version_added", "")
        assert re.fullmatch(r"\d+\.\d+\.\d+", added), file
