# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that hold a package: where they are looked for, how they are known, how they are wiped."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..protocol import ModuleCall

if TYPE_CHECKING:
    from ..machine import TwinMachine

PACKAGE, ANSWER_FILE, UNREADABLE = 0, 1, 2

ANSWER_FILES = (
    r"C:\Windows\Panther\*.xml",
    r"C:\Windows\Panther\Unattend\*.xml",
    r"C:\Windows\System32\Sysprep\*.xml",
    r"C:\Windows\System32\Sysprep\Panther\*.xml",
    r"C:\*unattend*.xml",
)

_ENVIRONMENT = {
    "systemroot": r"C:\Windows",
    "windir": r"C:\Windows",
    "systemdrive": "C:",
    "programdata": r"C:\ProgramData",
    "public": r"C:\Users\Public",
    "userprofile": r"C:\Users\Administrator",
    "temp": r"C:\Users\Administrator\AppData\Local\Temp",
}

# MS-RPCE 2.2.6.1: version 1, little-endian, header length 8, filler; and the same as base64.
_BINARY = b"\x01\x10\x08\x00\xcc\xcc\xcc\xcc"
_BASE64 = "ARAIAMzMzM"
_ACCOUNT_DATA = re.compile(r"(<((?:[\w.-]+:)?AccountData)(?:\s[^<>]*)?(?<!/)>)(.*?\S.*?)(</\2\s*>)", re.DOTALL)


def remains(files: Mapping[str, bytes], patterns: list[str], unreadable: list[str]) -> list[dict[str, Any]]:
    """The files that still hold a package or cannot be read, each with its kind."""
    closed = {path.casefold() for path in unreadable}
    paths = dict.fromkeys(path for wanted in (*ANSWER_FILES, *patterns) for path in _matching(files, _expanded(wanted)))
    kinds = {
        path: UNREADABLE if path.casefold() in closed else _kind(files[_stored(files, path) or path]) for path in paths
    }
    return [{"path": path, "kind": kind} for path, kind in kinds.items() if kind is not None]


def win_package_wipe(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """Delete package files, and empty the packages in answer files. The paths are literal."""
    files = machine.state.files
    closed = {path.casefold() for path in machine.state.unreadable_files}
    locked = closed | {path.casefold() for path in machine.state.locked_files}
    wiped, left = [], []
    for path in call.parameters["files"]:
        stored = _stored(files, path)
        kind = None if stored is None else _kind(files[stored])
        if stored is None or (kind is None and stored.casefold() not in closed):
            continue
        if stored.casefold() in locked:
            left.append(path)
            continue
        wiped.append(path)
        if kind is not None and not call.check_mode:
            _wipe(files, stored, kind)
    return {"changed": bool(wiped), "wiped": wiped, "left": left}


def _wipe(files: dict[str, bytes], path: str, kind: int) -> None:
    if kind == PACKAGE:
        del files[path]
        return
    encoding = _encoding(files[path])
    # latin-1 and UTF-16 without a byte order mark give every byte back.
    text = files[path].decode(encoding)
    files[path] = _ACCOUNT_DATA.sub(r"\1\4", text).encode(encoding)


def _kind(content: bytes) -> int | None:
    text = content.decode(_encoding(content), errors="replace")
    if content.startswith(_BINARY) or text.lstrip("\ufeff\xef\xbb\xbf").startswith(_BASE64):
        return PACKAGE
    if _ACCOUNT_DATA.search(text):
        return ANSWER_FILE
    return None


def _encoding(content: bytes) -> str:
    if content[1:2] == b"\0" or content.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if content[:1] == b"\0" or content.startswith(b"\xfe\xff"):
        return "utf-16-be"
    return "latin-1"


def _matching(files: Mapping[str, bytes], wanted: str) -> list[str]:
    """The paths that match one path; wildcards count in its last component only."""
    folder, _backslash, last = wanted.rpartition("\\")
    if "*" not in last and "?" not in last:
        return [wanted] if _stored(files, wanted) else []
    pattern = last.casefold().replace("[", "[[]")
    found = []
    for path in files:
        where, _backslash, name = path.rpartition("\\")
        if where.casefold() == folder.casefold() and fnmatch.fnmatchcase(name.casefold(), pattern):
            found.append(path)
    return sorted(found, key=str.casefold)


def _expanded(path: str) -> str:
    """The path with its environment variables, and backslashes only."""
    known = re.sub(r"%([^%]+)%", lambda found: _ENVIRONMENT.get(found[1].casefold(), found[0]), path)
    return known.replace("/", "\\")


def _stored(files: Mapping[str, bytes], path: str) -> str | None:
    """How the disk writes a path; upper and lower case are one there."""
    return next((one for one in files if one.casefold() == path.replace("/", "\\").casefold()), None)
