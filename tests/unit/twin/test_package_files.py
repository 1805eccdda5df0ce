# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a machine finds packages on its disk, and what wiping leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.view import View
from tests.twin.hands.package_files import remains, win_package_wipe
from tests.twin.machine import TwinMachine
from tests.twin.member import Behind
from tests.twin.protocol import ModuleCall
from tests.twin.state import fresh

UNATTEND = r"C:\Windows\Panther\unattend.xml"
XML = '<?xml version="1.0"?>\r\n<AccountData>ARAIAMzMzMw=</AccountData>\r\n<Other>\u00e4</Other>'
BINARY = b"\x01\x10\x08\x00\xcc\xcc\xcc\xcc\0\0"


@pytest.fixture
def machine(tmp_path: Path) -> TwinMachine:
    return TwinMachine("PC1", "127.77.0.1", fresh("PC1", "s3cret"), Behind(tmp_path, View(tmp_path)))


def wipe(machine: TwinMachine, *paths: str, check_mode: bool = False) -> dict[str, object]:
    return win_package_wipe(machine, ModuleCall("win_package_wipe", {"files": list(paths)}, check_mode, "", "", False))


def test_packages_are_known_by_what_they_are() -> None:
    files = {
        r"C:\WINDOWS\panther\Unattend.XML": XML.encode(),
        r"C:\Windows\Panther\unattend-original.xml": XML.encode(),
        r"C:\Windows\Panther\setupinfo.xml": b"<nothing/>",
        r"C:\autounattend.xml": XML.encode(),
        r"C:\field\one.txt": b"\xff\xfe" + "ARAIAMzMzMw=".encode("utf-16-le"),
        r"C:\field\two.bin": BINARY,
        r"C:\field\three.txt": b"nothing",
        r"C:\field\deeper\four.bin": BINARY,
    }
    held = [r"c:\field\three.txt"]
    assert remains(files, [r"C:\field\*", r"%SystemDrive%\field\one.txt", r"C:\fie*\two.bin"], held) == [
        {"path": r"C:\Windows\Panther\unattend-original.xml", "kind": 1},
        {"path": r"C:\WINDOWS\panther\Unattend.XML", "kind": 1},
        {"path": r"C:\autounattend.xml", "kind": 1},
        {"path": r"C:\field\one.txt", "kind": 0},
        {"path": r"C:\field\three.txt", "kind": 2},
        {"path": r"C:\field\two.bin", "kind": 0},
    ]
    assert remains({UNATTEND: b"<AccountData> </AccountData>"}, [], []) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_answer_file_keeps_everything_else(machine: TwinMachine, encoding: str) -> None:
    machine.state.files[UNATTEND] = XML.encode(encoding)
    assert wipe(machine, UNATTEND) == {"changed": True, "wiped": [UNATTEND], "left": []}
    assert machine.state.files[UNATTEND] == XML.replace("ARAIAMzMzMw=", "").encode(encoding)
    assert wipe(machine, UNATTEND) == {"changed": False, "wiped": [], "left": []}


def test_check_mode_keeps_the_file_and_a_locked_one_is_left(machine: TwinMachine) -> None:
    machine.state.update({"files": {r"C:\a": {"base64": "ARAIAMzMzMw="}, r"C:\b": "ARAIAMzMzMw="}})
    machine.state.update({"locked_files": [r"C:\B"]})
    expected = {"changed": True, "wiped": [r"C:\A"], "left": [r"C:\b"]}
    assert wipe(machine, r"C:\A", r"C:\b", r"C:\*", check_mode=True) == expected
    assert len(machine.state.files) == 2
    assert wipe(machine, r"C:\A", r"C:\b", r"C:\*") == expected
    assert list(machine.state.files) == [r"C:\b"]


def test_what_cannot_be_read_is_left(machine: TwinMachine) -> None:
    machine.state.update({"files": {r"C:\a": "nothing"}, "unreadable_files": [r"C:\A"]})
    assert wipe(machine, r"C:\a") == {"changed": False, "wiped": [], "left": [r"C:\a"]}
