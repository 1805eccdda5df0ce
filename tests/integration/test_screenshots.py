# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pictures of a report for the documentation."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.integration import screenshots
from tests.integration.reports import machine, make


def size(picture: Path) -> tuple[int, int]:
    """Width and height in the IHDR of a PNG."""
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_pictures_show_the_report_in_their_sizes(tmp_path: Path) -> None:
    make(tmp_path, [machine(number) for number in range(1, 31)])
    screenshots.take(tmp_path / "acceptance.html", tmp_path / "docs" / "images")
    pictures = {path.name: path for path in (tmp_path / "docs" / "images").iterdir()}
    assert {name: size(path) for name, path in pictures.items()} == {
        "report.png": screenshots.DESK,
        "report-dark.png": screenshots.DESK,
        "report-phone.png": tuple(2 * side for side in screenshots.TELEPHONE),
        "report-print.png": screenshots.PAPER,
    }
    # An empty page of such a size has less than 10 kB.
    assert min(path.stat().st_size for path in pictures.values()) > 30_000
    assert len({path.read_bytes() for path in pictures.values()}) == 4
