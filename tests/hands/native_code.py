# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The C# of the Windows hands, compiled as Windows PowerShell 5.1 would and run by mono.

The functions of Windows that it calls are those of a small library, native/fake.c, which tells what it was given.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_NATIVE = Path(__file__).parent / "native"
_LIBRARIES = ("netapi32.dll", "advapi32.dll", "kernel32.dll", "iphlpapi.dll")
_COMPILER_TIMEOUT = 120  # seconds
_RUN_TIMEOUT = 120


def csharp(
    sources: list[Path], out: Path, *, program: bool = False, libraries: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Compile C# 5 with every warning an error; ``libraries`` are named as ``-r:System.Security``."""
    command = ["mcs", "-langversion:5", "-warn:4", "-warnaserror", f"-target:{'exe' if program else 'library'}"]
    return subprocess.run(
        [*command, *libraries, f"-out:{out}", *map(str, sources)],
        capture_output=True,
        text=True,
        timeout=_COMPILER_TIMEOUT,
        check=False,
    )


@dataclass(frozen=True)
class Ran:
    """What C# answered, by key; and what the library was called with, one line each."""

    answers: dict[str, list[str]]
    calls: list[str]

    def __getitem__(self, key: str) -> str:
        [value] = self.answers[key]
        return value

    def call(self, name: str) -> dict[str, str]:
        """The values of the only call of a function."""
        [line] = [line for line in self.calls if line.partition(" ")[0] == name]
        return _pairs(line)

    def calls_of(self, name: str) -> list[dict[str, str]]:
        return [_pairs(line) for line in self.calls if line.partition(" ")[0] == name]


def _pairs(line: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in line.split()[1:])


def utf16(text: str) -> str:
    """A text as the library tells it."""
    return "".join(f"{ord(character):04x}" for character in text)


class Proof:
    """native/Proof.cs with all of our C#, beside the library; ``old`` is a Windows without the newer functions."""

    def __init__(self, folder: Path, sources: list[Path]) -> None:
        self._program = folder / "Proof.exe"
        self._registry = folder / "registry"
        compiled = csharp([*sources, _NATIVE / "Proof.cs"], self._program, program=True)
        assert compiled.returncode == 0, compiled.stdout + compiled.stderr
        self._libraries = {old: self._library(folder, old=old) for old in (False, True)}

    def _library(self, folder: Path, *, old: bool) -> Path:
        library = folder / ("libold.so" if old else "libnew.so")
        define = ["-DOLD_WINDOWS"] if old else []
        command = ["gcc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", *define]
        subprocess.run([*command, "-o", str(library), str(_NATIVE / "fake.c")], timeout=_COMPILER_TIMEOUT, check=True)
        return library

    def run(self, proof: str, *arguments: str, status: int = 0, case: str = "", old: bool = False) -> Ran:
        """Run one proof. ``status`` is what the library answers, ``case`` which answer it gives."""
        maps = "".join(f'<dllmap dll="{name}" target="{self._libraries[old]}"/>' for name in _LIBRARIES)
        self._program.with_suffix(".exe.config").write_text(f"<configuration>{maps}</configuration>", encoding="utf-8")
        environment = os.environ | {
            "FAKE_STATUS": str(status),
            "FAKE_CASE": case,
            "MONO_REGISTRY_PATH": str(self._registry),
            "LC_ALL": "C.UTF-8",
        }
        done = subprocess.run(
            ["mono", str(self._program), proof, *arguments],
            capture_output=True,
            timeout=_RUN_TIMEOUT,
            check=False,
            env=environment,
        )
        told = done.stderr.decode("utf-8")
        assert done.returncode == 0, told
        answers: dict[str, list[str]] = {}
        for key, value in _lines(done.stdout.decode("utf-8")):
            answers.setdefault(key, []).append(value)
        return Ran(answers, told.splitlines())

    def restart(self) -> None:
        """What a start of Windows does to the registry: volatile keys are gone."""
        shutil.rmtree(self._registry / "volatile-keys", ignore_errors=True)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, _equals, value = line.partition("=")
        yield key, value
