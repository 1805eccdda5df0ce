# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the machine notes in its registry, run by mono on a registry of its own."""

from __future__ import annotations

import pytest

from tests.hands.native_code import Proof

FIRST = ("ab" * 32, "BER-PC-001", "corp.example", "134395000000000000", "134394960000000000")
SECOND = ("cd" * 32, "BER-PC-002", "other.example", "134395000000000001", "134394960000000001")
KEYS = ("package_sha256", "machine_name", "domain", "applied", "last_boot")


@pytest.fixture(autouse=True)
def no_marker(proof: Proof) -> None:
    proof.run("RemoveMarker")
    assert proof.run("ReadMarker")["marker"] == "none"


def told(proof: Proof) -> tuple[tuple[str, ...], str, str]:
    """The values of the marker, its status, and whether it is from this start of Windows."""
    ran = proof.run("ReadMarker")
    return tuple(ran[key] for key in KEYS), ran["status"], ran["same_boot"]


class TestMarker:
    def test_it_stands_without_status_before_windows_answers(self, proof: Proof) -> None:
        proof.run("WriteMarker", *FIRST)
        assert told(proof) == (FIRST, "null", "True")

    @pytest.mark.parametrize("status", ["0", "2713", "4294967295"])
    def test_the_answer_is_added(self, proof: Proof, status: str) -> None:
        proof.run("WriteMarker", *FIRST)
        proof.run("CompleteMarker", status)
        assert told(proof) == (FIRST, status, "True")

    def test_a_restart_is_seen(self, proof: Proof) -> None:
        proof.run("WriteMarker", *FIRST)
        proof.run("CompleteMarker", "0")
        proof.restart()
        assert told(proof) == (FIRST, "0", "False")

    def test_a_new_package_starts_without_status(self, proof: Proof) -> None:
        proof.run("WriteMarker", *FIRST)
        proof.run("CompleteMarker", "0")
        proof.run("WriteMarker", *SECOND)
        assert told(proof) == (SECOND, "null", "True")

    @pytest.mark.parametrize("restarted", [False, True])
    def test_an_earlier_one_comes_back_as_it_was(self, proof: Proof, restarted: bool) -> None:
        proof.run("WriteMarker", *FIRST)
        proof.run("CompleteMarker", "2713")
        if restarted:
            proof.restart()
        proof.run("FailOver", *SECOND)
        assert told(proof) == (FIRST, "2713", str(not restarted))

    def test_nothing_is_left_of_it(self, proof: Proof) -> None:
        proof.run("WriteMarker", *FIRST)
        proof.run("RemoveMarker")
        assert proof.run("ReadMarker")["marker"] == "none"
        proof.run("RemoveMarker")


def test_a_refresh_of_policy_is_remembered_until_the_restart(proof: Proof) -> None:
    """Beside the marker of a join, whose key must outlive the same start."""
    assert proof.run("ReadPolicyRefresh")["there"] == "False"
    for _time in range(2):
        proof.run("LeavePolicyRefresh")
        assert proof.run("ReadPolicyRefresh")["there"] == "True"
    proof.run("WriteMarker", *FIRST)
    proof.restart()
    assert proof.run("ReadPolicyRefresh")["there"] == "False"
    assert told(proof) == (FIRST, "null", "False")


def test_registry_values_come_as_numbers_and_texts(proof: Proof) -> None:
    ran = proof.run("Registry")
    assert (ran["small"], ran["small_type"]) == (str(2**32 - 2), "REG_DWORD")
    assert (ran["big"], ran["big_type"]) == ("134395000000000000", "REG_QWORD")
    assert (ran["text"], ran["text_type"]) == ("café", "REG_SZ")
    assert (ran["unexpanded"], ran["unexpanded_type"]) == ("%PATH%", "REG_EXPAND_SZ")
    assert (ran.answers["several"], ran["several_type"]) == (["a", "b"], "REG_MULTI_SZ")
    assert (ran["bytes"], ran["bytes_type"]) == ("00ab", "REG_BINARY")
    assert {ran[key] for key in ("absent", "absent_type", "missing_data", "missing_type", "no_time")} == {"null"}
    assert (ran["exists"], ran["missing"]) == ("True", "False")


def test_a_time_in_two_halves(proof: Proof) -> None:
    assert proof.run("Registry")["time"] == str(31291135 << 32 | 0xFEDCBA98)
