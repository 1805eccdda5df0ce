# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The acceptance report in a real Chromium: filter, sort, print, ten thousand machines, hostile texts, no network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.chromium import Chromium
from tests.integration.reports import FIND, SHOWN, filtering, machine, make

HOSTILE = (
    "</script><script>window.broken = 1</script>",
    "<img src=x onerror='window.broken = 2'>",
    "--><svg onload=window.broken=3>",
    "</noscript></td></table><iframe src=http://127.0.0.1:9/>",
    "\u202eexe.CP\u2066",
    "\u2028window.broken = 4",
    "{{ lookup('pipe', 'id') }} {% raw %} ${7*7}",
    '=HYPERLINK("http://127.0.0.1:9")',
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("small")
    make(directory, [machine(number) for number in range(1, 131)])
    return directory / "acceptance.html"


def find(browser: Chromium, words: str) -> list[str]:
    browser.run("(() => {const find = document.getElementById('find');" + FIND.format(json.dumps(words)) + "})()")
    shown: list[str] = browser.run(SHOWN)
    return shown


def key(browser: Chromium, name: str, text: str = "") -> None:
    code = {"Tab": 9, "Enter": 13}[name]
    for kind in ("keyDown", "keyUp"):
        press = {"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code}
        browser.call("Input.dispatchKeyEvent", **press, **({"text": text} if text and kind == "keyDown" else {}))


class TestTable:
    def test_filters_sorts_and_pages(self, browser: Chromium, small: Path) -> None:
        browser.look(1280)
        browser.open(small)
        assert browser.run(SHOWN)[:2] == ["PC-4", "PC-9"], "what needs hands stands first"
        assert len(browser.run(SHOWN)) == 100
        browser.run("document.getElementById('next').click()")
        assert len(browser.run(SHOWN)) == 30
        assert find(browser, "sn000013") == ["PC-13"]
        assert browser.run("document.getElementById('shown').textContent") == "1 of 130 machines"
        assert find(browser, "no such machine") == []
        assert not browser.run("document.getElementById('empty').hidden")
        find(browser, "")
        browser.run("document.querySelector('input[value=pending]').click()")
        assert len(browser.run(SHOWN)) == 26
        browser.run("document.querySelector('th[data-key=name] button').click()")
        browser.run("document.querySelector('th[data-key=name] button').click()")
        assert browser.run(SHOWN)[:2] == ["PC-128", "PC-123"]
        assert browser.run("document.querySelector('#list th[data-key=name]').ariaSort") == "descending"
        assert browser.complaints() == []

    def test_keyboard_alone(self, browser: Chromium, small: Path) -> None:
        browser.open(small)
        for _press in range(60):
            key(browser, "Tab")
            if browser.run("document.activeElement.className") == "opener":
                break
        assert browser.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        key(browser, "Enter", "\r")
        assert browser.run("document.activeElement.ariaExpanded") == "true"
        assert "clock of PC-4 is as it should be" in browser.run("document.querySelector('.more').textContent")

    @pytest.mark.parametrize("width", [390, 1280])
    def test_screen_reader_hears_a_name_for_everything(self, browser: Chromium, small: Path, width: int) -> None:
        browser.look(width)
        browser.open(small)
        nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
        roles = {"button", "searchbox", "combobox", "radio", "link", "image", "columnheader", "rowheader", "table"}
        told = [(one["role"]["value"], one["name"]["value"]) for one in nodes if one["role"]["value"] in roles]
        assert {"button", "searchbox", "combobox", "radio", "columnheader", "rowheader"} <= {
            role for role, _name in told
        }
        assert [role for role, name in told if not name.strip()] == []

    @pytest.mark.parametrize("width", [360, 768, 1280])
    def test_nothing_runs_out_of_the_screen(self, browser: Chromium, small: Path, width: int) -> None:
        browser.look(width, phone=width < 500)
        browser.open(small)
        browser.run("document.querySelector('.opener').click()")
        assert browser.run("document.documentElement.scrollWidth") <= width

    def test_prints_every_machine_that_the_filter_shows(self, browser: Chromium, small: Path, tmp_path: Path) -> None:
        browser.look(1280)
        browser.open(small)
        count = "document.querySelectorAll('#list .row').length"
        browser.run(f"addEventListener('beforeprint', () => {{ window.printed = {count}; }})")
        browser.paper(tmp_path / "list.pdf")
        assert browser.run("window.printed") == 130
        assert browser.run(count) == 100
        assert (tmp_path / "list.pdf").read_bytes().startswith(b"%PDF")
        browser.run("window.print = () => { window.signed = document.querySelectorAll('.details .line').length; }")
        find(browser, "B7")
        browser.run("document.getElementById('print-details').click()")
        assert browser.run("window.signed") == 4


def test_works_without_scripts(small: Path, tmp_path: Path) -> None:
    with Chromium(tmp_path / "profile", scripts=False) as browser:
        browser.open(small)
        assert browser.run("document.querySelectorAll('noscript tbody th').length") == 130
        assert not browser.run("document.querySelector('#tools').checkVisibility()")
        browser.run("document.querySelector('noscript details').open = true")
        assert browser.run("document.querySelector('noscript .checks').checkVisibility()")


class TestHostile:
    @pytest.fixture
    def hostile(self, tmp_path: Path) -> Path:
        fields = ("branch", "responsible", "wave", "headline", "serial_number", "organizational_unit", "stage", "type")
        machines = [
            machine(
                number,
                name=f"{text} {number}",
                checks=[{"id": text, "verdict": "fail", "evidence": text, "remedy": text}],
                events=[{"time": text, "kind": text, "who": text, "why": text}],
                policy={text: text},
                package={"sha256": text, "recipients": [text]},
                **dict.fromkeys(fields, text),
            )
            for number, text in enumerate(HOSTILE)
        ]
        make(tmp_path, machines)
        return tmp_path

    @pytest.mark.parametrize("scripts", [True, False])
    def test_texts_are_shown_as_texts(self, hostile: Path, scripts: bool) -> None:
        pages = sorted(hostile.glob("*.html"))
        assert len(pages) == len(HOSTILE) + 1
        with Chromium(hostile / "profile", scripts=scripts) as browser:
            for page in pages:
                browser.open(page)
                if scripts:
                    browser.run("document.querySelectorAll('.opener').forEach(one => one.click())")
                seen = browser.run("document.body.innerText")
                texts = HOSTILE[:4] if page.name == "acceptance.html" else ()
                assert [text for text in texts if text not in seen] == []
                assert browser.run("document.querySelectorAll('img, iframe, svg[onload]').length") == 0
                assert browser.run("document.scripts.length") == 2
                assert browser.run("window.broken === undefined")
                assert browser.requests() == [page.as_uri()]
                assert browser.complaints() == []
                assert not set("\u202e\u2066\u2028") & set(seen)


def test_the_page_forbids_itself_any_network(browser: Chromium, small: Path) -> None:
    browser.open(small)
    tries = ("fetch('http://127.0.0.1:9/')", "import('http://127.0.0.1:9/x.js')")
    for attempt in tries:
        assert browser.run(f"{attempt}.then(() => 'reached', error => 'refused')") == "refused"
    browser.run("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))")
    browser.run("document.body.append(Object.assign(document.createElement('script'), {text: 'window.broken = 1'}))")
    assert browser.run("window.broken === undefined")
    said = " ".join(browser.complaints())
    assert "Content Security Policy" in said
    assert "connect-src" in said
    assert "img-src" in said


def test_ten_thousand_machines(browser: Chromium, tmp_path: Path) -> None:
    """Made in less than 10 s and 300 MiB, opened and filtered in less than 2 s."""
    cost = make(tmp_path, [machine(number) for number in range(10_000)])
    assert cost["seconds"] < 10
    assert cost["mebibytes"] < 300
    browser.look(1280)
    took = filtering(browser, tmp_path / "acceptance.html", "SN009999")
    print(f"made {cost}, {took}")
    assert took["found"] == 1
    assert took["opened"] + took["filtered"] < 2
    assert took["sorted"] < 2
