# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reference of the site shows everything that is shipped, with Ansible's markup as Markdown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site import reference

ROOT = Path(__file__).resolve().parents[3]

TOLD = {
    "doc": {
        "short_description": "Issue packages",
        "version_added": "0.1.0",
        "description": ["Creates accounts.", "See O(machines[].name) and M(adops.offline_join.join)."],
        "options": {
            "machines": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "description": ["The machines."],
                "suboptions": {"name": {"type": "str", "description": "Its name, V(PC-1)."}},
            },
            "regenerate": {
                "type": "str",
                "default": "missing",
                "choices": ["never", "missing"],
                "description": ["When."],
            },
        },
        "notes": ["A note."],
    },
    "examples": "\n- name: Issue\n",
    "return": {"machines": {"type": "dict", "returned": "always", "description": ["Answers."]}},
}


def test_everything_of_a_plugin_is_on_its_page() -> None:
    page = "\n".join(reference.plugin_page("adops.offline_join.packages", TOLD))
    assert page.startswith("# Issue packages\n\n`adops.offline_join.packages`, since 0.1.0.")
    assert "* `machines` (list of dict, required)" in page
    assert "  * `name` (str)" in page, "what belongs to another option stands below it"
    assert '* `regenerate` (str, default `"missing"`, one of `never`, `missing`)' in page
    assert "* `machines` (dict, returned always)" in page
    assert "## Notes\n\n* A note" in page
    assert "- name: Issue" in page
    assert "O(" not in page
    assert "V(" not in page


@pytest.mark.parametrize(
    ("folder", "some"),
    [
        ("plugins/modules", {"packages", "win_machine_info"}),
        ("plugins/inventory", {"branch"}),
        ("roles", {"package_issue"}),
    ],
)
def test_what_is_shipped_is_found(folder: str, some: set[str]) -> None:
    found = reference.names(ROOT / folder)
    assert {f"adops.offline_join.{name}" for name in some} <= {*found}
    assert not [name for name in found if name.endswith("__init__")]


def test_what_is_not_documented_ends_the_build() -> None:
    with pytest.raises(SystemExit, match=r"does not know adops\.offline_join\.nothing"):
        reference.documentation("module", ["adops.offline_join.nothing", "adops.offline_join.packages"])
