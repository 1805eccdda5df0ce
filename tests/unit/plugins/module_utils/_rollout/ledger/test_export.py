# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports for people, chains for other ledgers, and what hostile text does to neither."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import export, state
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.chain import verify
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.exchange import (
    chain_from_json,
    chain_to_json,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.packages import SealedPackage
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    SEALED,
    entry,
    head,
    links,
)
from hypothesis import given
from hypothesis import strategies as st

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1")


def cell(text: str) -> str:
    some = links(entry("issued", why=text))
    [row] = csv.DictReader(io.StringIO(export.events_to_csv(some), newline=""))
    return row["why"]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("before", ["", " ", "\t", "\n", "a;", "a,", "x\r\n", 'a"', "\u202e", "\x00 "])
def test_no_formula_survives(before: str, formula: str) -> None:
    shown = cell(before + formula)
    # wherever a spreadsheet may begin a cell
    for part in shown.replace(";", "\n").replace(",", "\n").replace("\t", "\n").replace('"', "\n").splitlines():
        assert not part.strip().startswith(tuple(FORMULAS[0][0] + "+-@\uff1d"))
    assert "'" + formula in shown


@pytest.mark.parametrize("text", ["OU=Staging,DC=corp", "BER-PC-001", "a+b@c", "5CG-1", "Zürich; Basel"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_text_stays_in_its_cell(text: str) -> None:
    table = export.machines_to_csv([state.MachineState(machine="PC-1", branch=text, serial_number="S1")])
    [row] = csv.DictReader(io.StringIO(table, newline=""))
    assert (row["machine"], row["serial_number"]) == ("PC-1", "S1")


def test_rows_of_machines_and_events() -> None:
    some = links(entry("issued", sha256=ONE, branch="berlin"), entry("applied", minute=1, sha256=ONE, details={"n": 1}))
    states = state.states(link.event for link in some)
    [row] = csv.DictReader(io.StringIO(export.machines_to_csv(states.values())))
    assert (row["state"], row["used_twice"], row["applied"]) == ("applied", "no", some[1].event.time)
    rows = [*csv.DictReader(io.StringIO(export.events_to_csv(some)))]
    assert [one["hash"] for one in rows] == [link.hash for link in some]
    assert [one["details"] for one in rows] == ["", '{"n":1}']


def test_json_says_everything_and_what_was_proved() -> None:
    some = links(entry("issued", why="=1+1 \u202e<b>"), entry("applied", minute=1))
    states = state.states(link.event for link in some)
    read = json.loads(export.to_json(states.values(), some, verify(some, [head(some)])))
    assert read["events"][0]["why"] == "=1+1 \u202e<b>"
    assert read["machines"][0]["state"] == "applied"
    assert read["chains"] == {
        "valid": True,
        "broken": [],
        "heads": [{"writer": "control", "sequence": 2, "hash": some[1].hash}],
    }
    assert not json.loads(export.to_json([], some[:1], verify(some[:1], [head(some)])))["chains"]["valid"]


class TestExchange:
    CHAIN = links(entry("carried", sha256=ONE), entry("applied", minute=1, details={"a": [1, "ü"]}), writer="laptop")

    def test_there_and_back(self) -> None:
        text = chain_to_json(self.CHAIN)
        assert chain_from_json(text) == self.CHAIN
        assert chain_from_json(text.encode()) == self.CHAIN
        assert chain_to_json(chain_from_json(text)) == text

    @given(st.data())
    def test_a_file_that_was_changed(self, data: st.DataObject) -> None:
        """Any character: then it is refused, or, as with blanks and exponents, says the same as before."""
        text = chain_to_json(self.CHAIN)
        place = data.draw(st.integers(0, len(text) - 1))
        other = data.draw(st.characters(codec="utf-8"))
        try:
            read = chain_from_json(text[:place] + other + text[place + 1 :])
        except ValueError:
            return
        assert read == self.CHAIN

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"format": 2}, "format"),
            ({"links": {}}, "format"),
            ({"links": []}, "holds no events"),
            ({"links": [7]}, "other fields"),
        ],
        ids=str,
    )
    def test_what_is_no_chain(self, change: dict[str, Any], words: str) -> None:
        whole = json.loads(chain_to_json(self.CHAIN))
        with pytest.raises(ValueError, match=words):
            chain_from_json(json.dumps(whole | change))

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("hash", None, "impossible fields"),
            ("sequence", "1", "impossible fields"),
            ("writer", None, "impossible fields"),
            ("writer", "a\nb", "a writer's name"),
            ("machine", "=cmd", "the name holds"),
            ("details", None, "details hold"),
            ("who", "x", "its chain is broken: event 1 of laptop"),
            ("writer", "other", "its chain is broken"),
        ],
    )
    def test_hostile_fields(self, field: str, value: Any, words: str) -> None:
        whole = json.loads(chain_to_json(self.CHAIN))
        whole["links"][0][field] = value
        with pytest.raises(ValueError, match=words):
            chain_from_json(json.dumps(whole))

    @pytest.mark.parametrize("content", ["", "{", "[" * 200_000, b"\xff", "null"], ids=["", "{", "deep", "ff", "null"])
    def test_what_is_no_file_of_ours(self, content: str | bytes) -> None:
        with pytest.raises(ValueError, match="no chain of a ledger"):
            chain_from_json(content)

    def test_a_chain_begins_at_its_beginning(self) -> None:
        whole = json.loads(chain_to_json(self.CHAIN))
        del whole["links"][0]
        with pytest.raises(ValueError, match="event 1 of laptop: it is gone"):
            chain_from_json(json.dumps(whole))


class TestSealedPackage:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"ARAIAMzM",
            "\ufeffARAIAMzM".encode("utf-16-le"),
            # Only what the issuing side takes for a sealed package is of use to whoever fetches it.
            b"-----BEGIN CMS-----\nMIAGCSqGSIb3DQEHA6CA\n-----END CMS-----\n",
            bytes.fromhex("308006092a864886f70d010703a080"),
        ],
    )
    def test_what_is_not_sealed_is_refused(self, content: bytes) -> None:
        assert "seal it first" in (SealedPackage("PC-1", ONE, content).fault or "")

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (SEALED[:-1], "cut off"),
            (SEALED.replace(b"SHA-256: ", b"SHA-256: 0"), "cut off"),
            (SEALED.replace(b"YW4", b"YW8"), "changed after it was sealed"),
            (SEALED + bytes(2**23), "no sealed package is so large"),
        ],
    )
    def test_what_is_not_whole_is_refused(self, content: bytes, words: str) -> None:
        assert SealedPackage("PC-1", ONE, SEALED).fault is None
        assert words in (SealedPackage("PC-1", ONE, content).fault or "")

    def test_other_faults(self) -> None:
        assert "sha256 is missing" in (SealedPackage("PC-1", "", SEALED).fault or "")
        assert "the name holds" in (SealedPackage("PC 1", ONE, SEALED).fault or "")

    def test_its_bytes_are_not_shown(self) -> None:
        assert "content" not in repr(SealedPackage("PC-1", ONE, SEALED))
