# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``labels`` as Ansible runs it: what it writes, what it keeps, and that texts stay texts."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.adops.offline_join.plugins.action.labels import ARGUMENT_SPEC, ActionModule
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report import plain
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.label import read_labels
from ansible_collections.adops.offline_join.plugins.modules.labels import DOCUMENTATION
from ansible_collections.adops.offline_join.plugins.plugin_utils import _labels_page
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from hypothesis import given
from hypothesis import strategies as st

MACHINES = [
    {"name": "PC-1", "branch": "BER", "inventory_tag": "INV-1"},
    {"name": "PC-2", "branch": "HAM", "inventory_tag": "INV-2"},
]
# A control character is shown as eight, and a code has a hundred at the most.
HOSTILE = st.text(max_size=12) | st.sampled_from(
    [
        "</style><script>alert(1)</script>",
        "{{ 7 * 7 }}{% raw %}",
        "'\"><img src=x onerror=alert(1)>",
        "=1+1",
        "\u202egnp.exe",
    ]
)

_ELEMENT = re.compile("<[a-z!/][a-z0-9]*")


def run(directory: Path, machines: Any = None, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    arguments = {"machines": machines or MACHINES, "dest": str(directory / "labels.html"), **options}
    result: dict[str, Any] = actions.make(ActionModule, arguments, check_mode=check_mode).run(None, {})
    return result


def test_documentation_says_what_it_takes() -> None:
    assert actions.options(DOCUMENTATION) == actions.spec(ARGUMENT_SPEC)
    assert actions.secrets(ARGUMENT_SPEC) == set()


def test_written_once(tmp_path: Path) -> None:
    assert run(tmp_path, check_mode=True)["changed"]
    assert not list(tmp_path.iterdir())
    result = run(tmp_path)
    assert result["changed"]
    assert result["branches"] == {"BER": 1, "HAM": 1}
    assert (tmp_path / "labels.html").stat().st_mode & 0o777 == 0o600
    for check_mode in (True, False):
        assert not run(tmp_path, list(reversed(MACHINES)), check_mode=check_mode)["changed"]
    assert run(tmp_path, code="name")["changed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"machines": [{"branch": "BER"}]}, "machine 1: has no name"),
        ({"code": "serial_number"}, "serial_number"),
        ({"mode": "rw"}, "mode 'rw' is no octal mode"),
        ({"dest": "/proc/nowhere/labels.html"}, "write /proc/nowhere.*; correct dest"),
    ],
)
def test_refusals(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleActionFail, match=words):
        run(tmp_path, **options)
    assert not list(tmp_path.iterdir())


def test_without_its_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_labels_page, "segno", None)
    with pytest.raises(AnsibleActionFail, match="pip install segno"):
        run(tmp_path)


@pytest.mark.parametrize(("language", "words"), [("en", "Packing list"), ("ru", "Упаковочный лист")])
def test_languages(tmp_path: Path, language: str, words: str) -> None:
    run(tmp_path, language=language)
    written = (tmp_path / "labels.html").read_text("utf-8")
    assert f'<html lang="{language}"' in written
    assert words in written


def page(fields: dict[str, str]) -> str:
    loads, _left_out = read_labels([{"name": "PC-1", **fields}], "inventory_tag")
    return "".join(_labels_page.render(loads, "en", ""))


@given(HOSTILE)
def test_texts_stay_texts(text: str) -> None:
    fields = dict.fromkeys(("branch", "type", "inventory_tag", "serial_number", "responsible"), text)
    written = page(fields)
    harmless = page(dict.fromkeys(fields, "x" if plain.line(text) else ""))
    assert _ELEMENT.findall(written) == _ELEMENT.findall(harmless)
    assert html.escape(plain.line(text)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in written
    assert "default-src &#39;none&#39;" in written
    assert "script-src" not in written
    assert " style=" not in harmless
