# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who a script lets in and for how long, and when it may be taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining import winrm_bootstrap
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.winrm_bootstrap import BootstrapError

TEMPLATE = "before\n@'\n{}\n'@\nafter\n"
PASSWORD = "kV7-mQ2_zT9.wR4-hB6"
SEEN: dict[str, Any] = {
    "parts": [{"name": "listener", "before": True, "after": True}, {"name": "task", "before": True, "after": False}],
    "account_sid": "S-1-5-21-1-2-3-1002",
    "caller_sid": "S-1-5-21-9-9-9-1104",
    "listener_port": 5986,
    "other_listeners": 1,
}


def test_a_draw_that_windows_would_refuse_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    poor, good = "a" * 32, "Aa0-" * 8
    drawn = iter(poor + good)
    monkeypatch.setattr(winrm_bootstrap.secrets, "choice", lambda _alphabet: next(drawn))
    assert winrm_bootstrap.make_password() == good


def test_passwords_are_random_and_usable() -> None:
    passwords = {winrm_bootstrap.make_password() for _time in range(50)}
    assert len(passwords) == 50
    assert {len(password) for password in passwords} == {32}
    assert not any(map(winrm_bootstrap.password_fault, passwords))


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Aa0" * 5, "it has fewer than 16 characters"),
        ("aa0-" * 5, "it lacks a small letter, a capital or a digit"),
        ("AA0-" * 5, "it lacks"),
        ("Aaa-" * 5, "it lacks"),
        ("Aa0\u00e9" * 5, "other than printable ASCII"),
        ("Aa0\n" * 5, "other than printable ASCII"),
    ],
)
def test_passwords_that_are_not(password: str, fault: str) -> None:
    with pytest.raises(BootstrapError, match=fault) as raised:
        winrm_bootstrap.script(TEMPLATE, ["192.0.2.10"], password, 12)
    assert password not in str(raised.value)


def test_settings_take_their_place() -> None:
    before, _mark, line, _end, after = winrm_bootstrap.script(
        TEMPLATE, ["192.0.2.10", "2001:0db8::0001"], PASSWORD, 12
    ).splitlines()
    assert (before, after) == ("before", "after")
    assert json.loads(line) == {"control_nodes": ["192.0.2.10", "2001:db8::1"], "password": PASSWORD, "hours": 12}


@pytest.mark.parametrize(
    ("control_nodes", "hours", "sentence"),
    [
        ([], 12, "nobody could come in"),
        (["control.corp.example"], 12, "control.corp.example is no address"),
        (["192.0.2.0/24"], 12, "192.0.2.0/24 is no address"),
        (["Any"], 12, "Any is no address"),
        (["0.0.0.0"], 12, "0.0.0.0 is no address of a control node"),
        (["127.0.0.1"], 12, "127.0.0.1 is no address of a control node"),
        (["192.0.2.10"], 0, "hours is 0; give 1 to 336"),
        (["192.0.2.10"], 337, "hours is 337"),
    ],
)
def test_what_it_refuses(control_nodes: list[str], hours: int, sentence: str) -> None:
    with pytest.raises(BootstrapError, match=sentence):
        winrm_bootstrap.script(TEMPLATE, control_nodes, PASSWORD, hours)


@pytest.mark.parametrize("template", ["", "@'\n{}\n'@\n@'\n{}\n'@\n"])
def test_a_template_has_one_place(template: str) -> None:
    with pytest.raises(BootstrapError, match="no place for its settings"):
        winrm_bootstrap.script(template, ["192.0.2.10"], PASSWORD, 12)


@pytest.mark.parametrize(
    ("seen", "port", "sentence"),
    [
        ({}, 5985, None),
        ({}, 5986, "this connection comes in by port 5986"),
        ({"caller_sid": SEEN["account_sid"]}, 5985, "the login is the account that is to be removed"),
        ({"other_listeners": 0}, 5985, "nothing else would let anybody in"),
        ({"account_sid": None, "listener_port": None}, 5986, None),
        ({"other_listeners": 0}, None, None),
        ({"caller_sid": SEEN["account_sid"]}, None, "the login is the account"),
        ({"parts": [{"name": "listener", "before": False, "after": False}], "other_listeners": 0}, 5986, None),
    ],
)
def test_when_it_must_not_be_taken_back(seen: dict[str, Any], port: int | None, sentence: str | None) -> None:
    refusal = winrm_bootstrap.refusal(SEEN | seen, port)
    assert refusal is None if sentence is None else (refusal or "").startswith(sentence)


def test_what_is_left() -> None:
    assert winrm_bootstrap.left(SEEN) == ["listener"]
    assert winrm_bootstrap.in_words(SEEN["parts"], "before") == "listener\ntask\n"
    assert winrm_bootstrap.in_words(SEEN["parts"], "after") == "listener\n"
