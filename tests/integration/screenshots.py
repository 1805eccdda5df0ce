# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pictures of an acceptance report for the documentation: on a desk, in the dark, on a telephone and on paper."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.integration.chromium import Chromium

# In CSS pixels; the telephone has two device pixels for each. Paper is A4 at 96 pixels an inch.
DESK, TELEPHONE, PAPER = (1280, 1080), (390, 844), (794, 1123)

# What a printer does: it announces itself, its page has margins, and what does not fit comes on the next one.
_PRINTED = """
dispatchEvent(new Event('beforeprint'));
document.body.style.padding = '14mm 12mm';
const parts = [...document.querySelectorAll('#list tbody tr, .sign')];
const page = innerHeight - 14 / 25.4 * 96;
const next = parts.filter(part => part.getBoundingClientRect().bottom > page);
next.forEach(part => { part.hidden = true; });
"""


def take(report: Path, directory: Path) -> None:
    """Writes report.png, report-dark.png, report-phone.png and report-print.png, and makes the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, Chromium(Path(profile)) as browser:
        for name, dark in (("report", False), ("report-dark", True)):
            browser.look(DESK[0], height=DESK[1], dark=dark)
            browser.open(report)
            browser.picture(directory / f"{name}.png", whole=False)
        browser.look(TELEPHONE[0], height=TELEPHONE[1], phone=True)
        browser.open(report)
        browser.picture(directory / "report-phone.png", whole=False)
        browser.look(PAPER[0], height=PAPER[1])
        browser.open(report)
        browser.call("Emulation.setEmulatedMedia", media="print")
        browser.run(_PRINTED)
        browser.picture(directory / "report-print.png", whole=False)
