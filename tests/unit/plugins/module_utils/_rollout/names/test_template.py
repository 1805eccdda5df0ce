# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name templates: what they make, what fits them, and what no template may do."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names.template import (
    NameTemplate,
    TemplateError,
)
from hypothesis import given
from hypothesis import strategies as st

BRANCH = NameTemplate.parse("{branch}-{type}-{number:03}")


def test_render() -> None:
    assert BRANCH.render({"branch": "BER", "type": "PC", "number": "7"}) == "BER-PC-007"
    assert BRANCH.render({"branch": "BER", "type": "PC", "number": "00012"}) == "BER-PC-012"
    assert BRANCH.render({"branch": "BER", "type": "PC", "number": "1234"}) == "BER-PC-1234"
    assert BRANCH.fields == ["branch", "type", "number"]


def test_lengths_and_braces() -> None:
    assert NameTemplate.parse("{serial_number:.4}x{{1}}").render({"serial_number": "5CG6127"}) == "5CG6x{1}"
    assert NameTemplate.parse("{number:3}").render({"number": "0"}) == "000"
    assert NameTemplate.parse("PC-1").render({}) == "PC-1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{branch", "cannot be read"),
        ("{branch}}", "cannot be read"),
        ("{}", "is no column's name"),
        ("{0}", "is no column's name"),
        ("{branch.__class__}", "is no column's name"),
        ("{branch[0]}", "is no column's name"),
        ("{branch!r}", "is no column's name"),
        ("{number:>9}", "gives number the form '>9'"),
        ("{number:{type}}", "gives number the form"),
        ("{number:999}", "gives number the form"),
        ("{number:0}", "gives number the form"),
        ("{country}", "the field 'country', which is no column"),
    ],
)
def test_refused(text: str, words: str) -> None:
    with pytest.raises(TemplateError) as refusal:
        NameTemplate.parse(text, ["branch", "number", "type"])
    assert words in refusal.value.cause
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"type": "PC", "number": "1"}, "needs branch, which is empty"),
        ({"branch": "BER", "type": "PC", "number": "1a"}, "pads number with zeros, but '1a' is no number"),
        ({"branch": "BER", "type": "PC", "number": "\u0661"}, "is no number"),
    ],
)
def test_values_that_do_not_fit(values: dict[str, str], words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        BRANCH.render(values)


@pytest.mark.parametrize("name", ["BER-PC-001", "ber-nb-999", "X-Y-1000"])
def test_fits_anything_of_its_form(name: str) -> None:
    assert BRANCH.fits(name)


@pytest.mark.parametrize("name", ["BER-PC-01", "BER-PC", "BER_PC_001", "BER-PC-001x", "-PC-001", ""])
def test_does_not_fit(name: str) -> None:
    assert not BRANCH.fits(name)


def test_known_values_must_stand_there() -> None:
    assert BRANCH.fits("ber-pc-007", {"branch": "BER", "type": "PC", "number": "7"})
    assert BRANCH.fits("BER-PC-007", {"branch": "BER", "type": ""})
    assert not BRANCH.fits("LYO-PC-007", {"branch": "BER"})
    assert not BRANCH.fits("BER-PC-008", {"number": "7"})
    assert not BRANCH.fits("BER-PC-008", {"number": "eight"})


def test_a_shortened_field_fits_up_to_its_length() -> None:
    template = NameTemplate.parse("PC-{serial_number:.4}")
    assert all(template.fits(name) for name in ("PC-5CG6", "PC-5", "pc-5cg6"))
    assert not any(template.fits(name) for name in ("PC-5CG61", "PC-", "PC-5_G6"))
    assert template.fits("PC-5CG6", {"serial_number": "5CG6127"})
    assert not template.fits("PC-5CG7", {"serial_number": "5CG6127"})


@given(st.from_regex(r"[A-Z]{1,4}", fullmatch=True), st.integers(0, 99999))
def test_what_is_made_fits(branch: str, number: int) -> None:
    values = {"branch": branch, "type": "PC", "number": str(number)}
    assert BRANCH.fits(BRANCH.render(values))
    assert BRANCH.fits(BRANCH.render(values), values)
