# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments against a $spec, as Ansible.Basic judges and words it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.basic import Arguments
from tests.twin.protocol import ModuleFailed

SECRET = "s3cr3t-value"
SPEC: dict[str, Any] = {
    "options": {
        "name": {"type": "str", "required": True, "aliases": ["host"]},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "count": {"type": "int"},
        "force": {"type": "bool", "default": False},
        "paths": {"type": "list", "elements": "path"},
        "numbers": {"type": "list", "elements": "int"},
        "user": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "kinds": {"type": "list", "choices": ["a", "b"]},
        "account": {
            "type": "dict",
            "options": {"name": {"type": "str", "required": True}, "token": {"type": "str", "no_log": True}},
        },
    },
    "required_together": [["user", "password"]],
    "required_if": [["state", "absent", ["force", "count"]]],
    "mutually_exclusive": [["paths", "numbers"]],
    "supports_check_mode": True,
}


def checked(**options: Any) -> Arguments:
    arguments = Arguments(SPEC, options, {"_ansible_module_name": "win_probe"})
    arguments.check()
    return arguments


def refused(**options: Any) -> str:
    with pytest.raises(ModuleFailed) as failure:
        checked(**options)
    return failure.value.msg


def test_defaults_and_missing_options_are_filled() -> None:
    assert checked(name="a").parameters == {
        **dict.fromkeys(SPEC["options"]),
        "name": "a",
        "state": "present",
        "force": False,
    }


def test_a_default_is_a_value_of_each_calls_own() -> None:
    spec = {"options": {"peers": {"type": "list", "default": []}}}
    first, second = Arguments(spec, {}, {}), Arguments(spec, {}, {})
    first.check()
    first.parameters["peers"].append("changed")
    second.check()
    assert second.parameters == {"peers": []}


def test_values_are_converted() -> None:
    parameters = checked(NAME=5, force="Yes", count="7", paths="C:\\a, C:\\b").parameters
    assert parameters["name"] == "5"
    assert parameters["force"] is True
    assert parameters["count"] == 7
    assert parameters["paths"] == ["C:\\a", "C:\\b"]
    assert checked(name="a", numbers=["1", 2]).parameters["numbers"] == [1, 2]
    assert checked(host="b").parameters["name"] == "b"
    assert checked(name="a", account="name=x").parameters["account"] == {"name": "x", "token": None}


@pytest.mark.parametrize(
    ("options", "msg"),
    [
        ({}, "missing required arguments: name"),
        ({"name": "a", "account": {}}, "missing required arguments: name found in account"),
        ({"name": "a", "state": "gone"}, "value of state must be one of: present, absent. Got no match for: gone"),
        ({"name": "a", "kinds": ["a", "c"]}, "value of kinds must be one or more of: a, b. Got no match for: c"),
        ({"name": "a", "user": "u"}, "parameters are required together: user, password"),
        ({"name": "a", "state": "absent"}, "state is absent but all of the following are missing: count"),
        ({"name": "a", "paths": [], "numbers": []}, "parameters are mutually exclusive: paths, numbers"),
        (
            {"name": "a", "count": 2**31},
            "argument for count is of type System.Int64 and we were unable to convert to int:"
            " Value was either too large or too small for an Int32.",
        ),
        (
            {"name": "a", "paths": {"b": 1}},
            "argument for paths is of type System.Collections.Hashtable and we were unable to convert to list:"
            " System.Collections.Hashtable cannot be converted to a list",
        ),
        (
            {"name": "a", "numbers": ["x"]},
            "argument for list entry numbers is of type System.String and we were unable to convert to int:"
            " Exception has been thrown by the target of an invocation.",
        ),
        (
            {"name": "a", "account": {"name": "b", "age": 3}},
            "Unsupported parameters for (win_probe) module: age found in account."
            " Supported parameters include: name, token",
        ),
    ],
)
def test_refusals_have_the_words_of_ansible_basic(options: dict[str, Any], msg: str) -> None:
    assert refused(**options) == msg


def test_an_unknown_option_is_refused_even_before_what_is_missing() -> None:
    assert refused(nonsense=1).startswith("Unsupported parameters for (win_probe) module: nonsense. Supported")


def test_the_invocation_has_no_secret_but_the_machine_gets_it() -> None:
    arguments = checked(name=f"x{SECRET}", user="u", password=SECRET, account={"name": "b", "token": "t0ken"})
    assert arguments.parameters["password"] == SECRET
    assert arguments.secret_options == {"password"}
    shown = arguments.invocation()["module_args"]
    assert shown["password"] == shown["account"]["token"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert shown["name"] == "x********"
    assert (shown["user"], shown["force"]) == ("u", False)


def test_a_refusal_has_no_secret() -> None:
    assert SECRET not in refused(name="a", user="u", password=SECRET, state=SECRET)


@pytest.mark.parametrize(
    ("spec", "msg"),
    [
        ({"opttions": {}}, "internal error: argument spec entry contains an invalid key 'opttions'"),
        ({"options": {"a": {"type": "string"}}}, "internal error: type 'string' is unsupported"),
        ({"options": {"a": {}, "b": {}}, "required_together": ["a", "b"]}, "internal error: required_together is no"),
        ({"options": {"a": {"required": True, "default": 1}}}, "internal error: required and default are mutually"),
    ],
)
def test_a_wrong_spec_fails_every_call(spec: dict[str, Any], msg: str) -> None:
    with pytest.raises(ModuleFailed, match=f"^{msg}"):
        Arguments(spec, {}, {}).check()
