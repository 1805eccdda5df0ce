# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answers of many machines make one result, in which nobody's failure hides another machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._call import answers


@dataclass
class Told:
    name: str
    changed: bool = False
    error: str | None = None

    def to_result(self) -> dict[str, Any]:
        return {"told of": self.name}

    def before_and_after(self) -> tuple[str, str]:
        return f"{self.name} before\n", f"{self.name} after\n"


def test_nobody_answers() -> None:
    assert answers.to_result([]) == {"changed": False, "machines": {}, "diff": []}


def test_machines_in_the_order_given() -> None:
    result = answers.to_result(map(Told, ["PC-2", "pc-1", "PC-3"]))
    assert list(result["machines"].items()) == [(name, {"told of": name}) for name in ("PC-2", "pc-1", "PC-3")]
    assert (result["changed"], result["diff"]) == (False, [])
    assert not {"failed", "msg"} & {*result}


def test_diff_of_those_that_changed_alone() -> None:
    result = answers.to_result([Told("PC-2", changed=True), Told("PC-1"), Told("PC-3", changed=True)])
    assert result["changed"]
    assert result["diff"] == [
        {"before_header": name, "after_header": name, "before": f"{name} before\n", "after": f"{name} after\n"}
        for name in ("PC-2", "PC-3")
    ]


def test_one_failure_fails_the_module_and_every_failure_is_told() -> None:
    result = answers.to_result([Told("PC-2", error="PC-2: second"), Told("PC-1"), Told("PC-3", error="PC-3: third")])
    assert result["failed"]
    assert result["msg"] == "2 of 3 machines: PC-2: second\nPC-3: third"
    assert [*result["machines"]] == ["PC-2", "PC-1", "PC-3"]


def test_what_was_changed_before_a_failure_is_told() -> None:
    result = answers.to_result([Told("PC-1", changed=True, error="PC-1: then it broke")])
    assert (result["changed"], result["failed"], len(result["diff"])) == (True, True, 1)
