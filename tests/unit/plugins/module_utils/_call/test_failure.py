# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An unexpected exception is told by kind and place, never by its text."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._call.failure import unexpected

SECRET = "xQ7-vN2_kT9+wR4=hB6"


def quote() -> None:
    raise LookupError(f"the secret is {SECRET}")


def quote_chained() -> None:
    try:
        quote()
    except LookupError as error:
        raise RuntimeError(SECRET) from error


class Loud(Exception):
    def __str__(self) -> str:
        raise AssertionError("its text was asked for")

    __repr__ = __str__


def caught(act: object) -> BaseException:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - any kind
        act()  # type: ignore[operator]
    return raised.value


def test_kind_and_innermost_place() -> None:
    line = quote.__code__.co_firstlineno + 1
    assert unexpected(caught(quote)) == (
        f"unexpected LookupError at test_failure.py:{line}; please report it with this line"
    )


@pytest.mark.parametrize("act", [quote, quote_chained])
def test_no_text(act: object) -> None:
    shown = unexpected(caught(act))
    assert SECRET not in shown
    assert "secret" not in shown


def test_text_is_not_even_asked_for() -> None:
    assert unexpected(Loud()) == "unexpected Loud at an unknown place; please report it with this line"


def test_path_of_the_machine_is_not_told() -> None:
    assert "/" not in unexpected(caught(quote))
