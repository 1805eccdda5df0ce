# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Links that lead out of docs/ on GitHub lead to the reference on the site, or to the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.links import REPOSITORY, redirected

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("../plugins/modules/packages.py", "reference/module-packages.md"),
        ("../plugins/modules/win_clock.yml", "reference/module-win_clock.md"),
        ("../plugins/inventory/branch.py", "reference/inventory-branch.md"),
        ("../plugins/filter/package_info.py", "reference/filter-package_info.md"),
        ("../roles/package_issue", "reference/role-package_issue.md"),
        ("../examples/branch", f"{REPOSITORY}/examples/branch"),
        ("../README.md#rights", f"{REPOSITORY}/README.md#rights"),
        ("security.md#limits", "security.md#limits"),
        ("https://example.org/../x", "https://example.org/../x"),
    ],
)
def test_where_a_link_leads(link: str, wanted: str) -> None:
    assert redirected(f"see [it]({link}), and", ROOT) == f"see [it]({wanted}), and"


def test_a_link_to_nothing_ends_the_build() -> None:
    with pytest.raises(SystemExit, match=r"links to plugins/modules/nothing\.py"):
        redirected("[it](../plugins/modules/nothing.py)", ROOT)
