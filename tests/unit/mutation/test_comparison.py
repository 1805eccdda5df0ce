# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Survivors against those that are explained: the list has to say neither too little nor too much."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation import targets
from tests.mutation.__main__ import compared, explained, move_to

ONE, OTHER = "_package/text.py f: a [-<-]{+<=+} b", "_package/text.py f: a [-<-]{+>=+} b"


def test_all_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert compared({ONE}, {ONE}) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("survivors", "known", "headline"),
    [({ONE, OTHER}, {ONE}, "survive unexplained"), ({ONE}, {ONE, OTHER}, "are noticed by now")],
)
def test_the_list_is_wrong(
    survivors: set[str], known: set[str], headline: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(survivors, known) == 1
    said = capsys.readouterr().out
    assert headline in said
    assert OTHER in said
    assert ONE not in said


def test_every_explained_one_is_of_a_file_that_is_mutated_and_stands_once() -> None:
    found = explained()
    assert {one.partition(" ")[0] for one in found} <= {*targets.files()}
    assert len({*found}) == len(found)


def test_the_checkout_itself_is_never_mutated() -> None:
    with pytest.raises(SystemExit, match="is no copy of the collection"):
        move_to(Path.cwd())
