# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels in a real Chromium, on screen and on paper; another program reads their QR codes."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.chromium import Chromium
from tests.integration.reports import make
from tests.integration.test_report_browser import HOSTILE

# Eighteen and twelve boxes: two sheets of ten each.
MACHINES = [
    {
        "name": f"{branch}-PC-{number:03}",
        "branch": branch,
        "inventory_tag": f"INV-{branch}-{number}",
        "serial_number": "5C",
    }
    for branch, boxes in (("BER", 18), ("HAM", 12))
    for number in range(1, boxes + 1)
]
# Millimetres of a label, and where it stands on its sheet.
SHEETS = """[...document.querySelectorAll('.sheet')].map(sheet => {
  const place = sheet.getBoundingClientRect();
  return [place.x + scrollX, place.y + scrollY, place.width, place.height];
})"""
PLACES = """[...document.querySelectorAll('.sheet')].map(sheet => {
  const place = sheet.getBoundingClientRect();
  return [...sheet.querySelectorAll('.label')].map(label => {
    const own = label.getBoundingClientRect();
    return [own.x - place.x, own.y - place.y, own.width, own.height].map(one => Math.round(one * 254 / 96) / 10);
  });
})"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


def photographed(browser: Chromium, directory: Path) -> list[str]:
    """What the codes say, read from a picture of each sheet with two dots for each pixel."""
    paths = []
    for number, (x, y, width, height) in enumerate(browser.run(SHEETS)):
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": 2}
        shot = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        paths.append(directory / f"sheet-{number}.png")
        paths[-1].write_bytes(base64.b64decode(shot["data"]))
    command = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.splitlines()


def pages(browser: Chromium, path: Path) -> int:
    browser.paper(path)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", path.read_bytes()))


def test_codes_are_read_back_and_pages_are_as_many_as_sheets(browser: Chromium, tmp_path: Path) -> None:
    make(tmp_path / "labels.html", MACHINES, "labels", title="Rollout 2026")
    browser.look(850)
    browser.open(tmp_path / "labels.html")
    read = photographed(browser, tmp_path)
    assert sorted(read) == sorted(one["inventory_tag"] for one in MACHINES)
    assert pages(browser, tmp_path / "labels.pdf") == 2 + 4
    places = browser.run(PLACES)
    assert [len(sheet) for sheet in places] == [10, 8, 10, 2]
    assert places[0][0] == [10, 10, 95, 55.4]
    assert places[0][9] == [105, 231.6, 95, 55.4]
    assert browser.requests() == [(tmp_path / "labels.html").as_uri()]
    assert browser.complaints() == []


def test_hostile_texts_are_shown_as_texts_and_are_so_in_the_codes(browser: Chromium, tmp_path: Path) -> None:
    fields = ("branch", "inventory_tag", "type", "serial_number", "responsible")
    tag = "\u041a\u043e\u0440\u043e\u0431\u043a\u0430 <b>&amp; \u202eexe"
    machines = [{"name": f"{text} {number}", **dict.fromkeys(fields, text)} for number, text in enumerate(HOSTILE)]
    make(tmp_path / "labels.html", [*machines, {"name": "x" * 60, "inventory_tag": tag}], "labels", title=HOSTILE[0])
    browser.look(850)
    browser.open(tmp_path / "labels.html")
    seen = browser.run("document.body.innerText")
    assert [text for text in (*HOSTILE[:4], HOSTILE[7]) if text not in seen] == []
    assert not set("\u202e\u2066\u2028") & set(seen)
    assert browser.run("document.querySelectorAll('img, iframe, svg[onload]').length + document.scripts.length") == 0
    assert browser.run("window.broken === undefined")
    assert browser.run("[...document.querySelectorAll('.label')].every(one => one.scrollWidth <= one.clientWidth)")
    read = photographed(browser, tmp_path)
    assert {HOSTILE[0], HOSTILE[7], tag.replace("\u202e", "\u27e8U+202E\u27e9")} <= set(read)
    browser.look(360, phone=True)
    browser.open(tmp_path / "labels.html")
    assert browser.run("document.documentElement.scrollWidth") <= 360
