# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The acceptance report of many machines: made by the action, then opened, filtered and sorted in Chromium."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.bench.workplace import BenchError
from tests.integration.chromium import Chromium
from tests.integration.reports import filtering, machine, make


def speed(machines: int, directory: Path) -> dict[str, Any]:
    """Seconds of processor time and MiB at the peak to make it with the reports of its branches; seconds in the
    browser until it stands there, shows one machine, and shows all in another order.
    """
    with tempfile.TemporaryDirectory(dir=directory.resolve()) as place:
        made = make(Path(place), [machine(number) for number in range(machines)])
        report = Path(place) / "acceptance.html"
        with Chromium(Path(place) / "profile") as browser:
            browser.look(1280)
            shown = filtering(browser, report, f"SN{machines - 1:06}")
        if shown["found"] != 1:
            raise BenchError("the report does not show the machine that was searched for")
        return {
            "machines": machines,
            "seconds": made["seconds"],
            "peak_mib": made["mebibytes"],
            "mib": report.stat().st_size / 2**20,
            "opened_seconds": shown["opened"],
            "filtered_seconds": shown["filtered"],
            "sorted_seconds": shown["sorted"],
        }
