# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Box labels and packing lists as a page: one file with its style, without scripts, which needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.label import Load
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.texts import LANGUAGES
from ansible_collections.adops.offline_join.plugins.plugin_utils._report_page import part, policy, template

try:
    from markupsafe import Markup
except ImportError as error:
    # ansible-core itself cannot run without it.
    raise ImportError("labels need markupsafe, which ansible-core brings") from error
try:
    import segno
except ImportError:
    segno = None

MISSING = "labels need the Python library segno on the control node; install it there with: pip install segno"
# Of an A4 sheet with a margin of 10 mm; the marks and the style are drawn for it.
COLUMNS, ROWS = 2, 5


def render(loads: Sequence[Load], language: str, title: str) -> Iterator[str]:
    """The page in parts; `segno` must be there."""
    style = part("labels.css")
    stream = template("labels.html.j2").stream(
        t=LANGUAGES[language],
        language=language,
        title=title,
        policy=policy(style),
        style=style,
        loads=loads,
        size=COLUMNS * ROWS,
        across=[10 + 190 / COLUMNS * number for number in range(COLUMNS + 1)],
        down=[10 + 277 / ROWS * number for number in range(ROWS + 1)],
        code=_code,
    )
    stream.enable_buffering(100)
    return iter(stream)


def _code(text: str) -> Markup:
    """A QR code (ISO/IEC 18004) that stays readable with 15 % of it scratched, as a picture without any text in it."""
    made = segno.make(text, error="m", micro=False, encoding=None if text.isascii() else "utf-8")
    return Markup(made.svg_inline(border=4, omitsize=True, svgclass="code", lineclass=None, light="#fff"))
