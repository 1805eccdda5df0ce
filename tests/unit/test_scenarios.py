# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every role has its Molecule scenario, and no scenario is left of a role that is gone."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Owns the lab and the farm for all others.
LAB = {"default"}


def test_every_role_has_a_scenario() -> None:
    roles = {path.parents[1].name for path in ROOT.glob("roles/*/tasks/main.yml")}
    scenarios = {path.parent.name for path in ROOT.glob("extensions/molecule/*/molecule.yml")}
    assert scenarios - LAB == roles
