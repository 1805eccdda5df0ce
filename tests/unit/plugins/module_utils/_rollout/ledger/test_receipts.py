# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receipts as lines: what was changed, moved or taken out is found, and no kit can say more than what a kit does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import receipts
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import to_fields
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    entry,
    links,
)

WRITER = "field-kit-5d0e21c7-9a1b2c3d"


def content(*events: Any, writer: str = WRITER) -> bytes:
    lines = [json.dumps({**to_fields(link.event), "hash": link.hash}) for link in links(*events, writer=writer)]
    return "".join(f"{line}\n" for line in lines).encode()


GENUINE = content(
    entry("delivered", sha256=ONE), entry("applied", minute=1, sha256=ONE), entry("applied", "PC-2", 2, sha256=ONE)
)


def test_a_chain_is_read() -> None:
    read = receipts.read(GENUINE)
    assert [(link.event.kind, link.event.machine) for link in read.links] == [
        ("delivered", "BER-PC-001"), ("applied", "BER-PC-001"), ("applied", "PC-2"),
    ]  # fmt: skip
    assert not read.cut_off


def test_a_file_in_which_nothing_stands_is_no_fault() -> None:
    assert receipts.read(b"") == receipts.Receipts((), cut_off=False)
    assert receipts.read(b'{"half') == receipts.Receipts((), cut_off=True)


def _swapped(lines: list[bytes]) -> list[bytes]:
    return [lines[1], lines[0], lines[2]]


@pytest.mark.parametrize(
    ("damaged", "sentence"),
    [
        (GENUINE.replace(b'"applied"', b'"delivered"', 1), "event 2 of"),
        (GENUINE.replace(b"PC-2", b"PC-3"), "event 3 of"),
        (b"".join(GENUINE.splitlines(keepends=True)[1:]), "event 1 of"),
        (b"".join(_swapped(GENUINE.splitlines(keepends=True))), "event 1 of"),
        (GENUINE.replace(b"\n", b"\n\n", 1), "no chain of a ledger"),
        (b"PK\x03\x04 a zip file\n", "no chain of a ledger"),
        (content(entry("accepted", sha256=ONE)), "event 1 is no receipt of a field kit"),
        (content(entry("applied")), "event 1 is no receipt of a field kit"),
        (content(entry("applied", sha256=ONE), writer="control"), "event 1 is no receipt of a field kit"),
    ],
)
def test_what_is_not_as_the_kit_wrote_it_is_refused(damaged: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        receipts.read(damaged)
