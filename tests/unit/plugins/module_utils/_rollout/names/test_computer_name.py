# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names pass, which do not, and what the faults say."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names.computer_name import fault, faults
from hypothesis import given
from hypothesis import strategies as st

GOOD = ["BER-PC-001", "a", "ber-pc-001", "A1", "1A", "0-0x", "ABCDEFGHIJKLMNO", "x--y", "COM0", "CON1", "AUX-1"]


@pytest.mark.parametrize("name", GOOD)
def test_good_names(name: str) -> None:
    assert fault(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "the name is empty; give every machine a name"),
        ("BER PC", "the name holds ' '; use only the letters A to Z, digits and hyphens"),
        ("BER_PC", "the name holds '_'"),
        ("pc.corp.example", "the name holds '.'"),
        ("PC001$", "the name holds '$'"),
        ("münchen", "the name holds 'ü'"),
        ("PC*?*", "the name holds '*?'"),
        ("PC\n", r"the name holds '\n'"),
        ("\u0661\u0662", "use only the letters A to Z"),
        ("\uff30\uff23", "use only the letters A to Z"),
        ("A" * 16, "the name has 16 characters; NetBIOS allows 15, shorten it"),
        ("-PC", "the name begins or ends with a hyphen, which DNS does not allow; remove it"),
        ("PC-", "the name begins or ends with a hyphen"),
        ("-", "the name begins or ends with a hyphen"),
        ("12345", "the name has only digits, which Windows refuses; add a letter"),
        ("LOCALHOST", "the name is reserved by Windows; choose another"),
        ("localhost", "the name is reserved"),
        ("Gateway", "the name is reserved"),
        ("nul", "the name is reserved"),
        ("com9", "the name is reserved"),
        ("LPT1", "the name is reserved"),
        ("domain", "the name is reserved"),
        ("System", "the name is reserved"),
    ],
)
def test_faults_say_what_is_wrong(name: str, words: str) -> None:
    assert words in str(fault(name))


@given(st.text())
def test_a_name_without_fault_is_a_netbios_and_a_dns_name(name: str) -> None:
    if fault(name) is None:
        assert name.isascii()
        assert 1 <= len(name) <= 15
        assert name.replace("-", "a").isalnum()
        assert name[0] != "-" != name[-1]


@given(st.from_regex(r"[A-Za-z0-9-]{1,15}", fullmatch=True))
def test_case_makes_no_difference(name: str) -> None:
    assert (fault(name.lower()) is None) == (fault(name.upper()) is None)


def test_a_sound_list_has_no_faults() -> None:
    assert faults(GOOD[:2], "CORP") == {}
    assert faults([], "CORP") == {}


def test_doubles_are_found_by_case_too() -> None:
    found = faults(["PC-1", "pc-1", "PC-2", "Pc-1"], "CORP")
    words = "the name is in the list 3 times; case does not tell names apart, keep one"
    assert found == dict.fromkeys(("PC-1", "pc-1", "Pc-1"), words)
    assert "2 times" in faults(["PC-1", "PC-1"], "CORP")["PC-1"]


def test_names_may_come_from_a_generator() -> None:
    assert set(faults((name for name in ("PC-1", "pc-1", "x y")), "CORP")) == {"PC-1", "pc-1", "x y"}


@pytest.mark.parametrize("name", ["CORP", "corp", "Corp"])
def test_the_domains_own_name_is_refused(name: str) -> None:
    assert faults([name, "CORP-1"], "CORP") == {name: "the name is that of the domain; choose another"}


def test_every_fault_is_reported_with_its_name() -> None:
    found = faults(["PC-1", "", "x y", "CON"], "CORP")
    assert list(found) == ["", "x y", "CON"]
    assert found["x y"] == str(fault("x y"))
