# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The C# of the field kit, just as its script holds it, compiled as Windows PowerShell 5.1 would and run by mono."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.adops.offline_join.plugins.plugin_utils import _field_kit_files

from tests.hands.native_code import csharp

PROOF = Path(__file__).parent / "native" / "KitProof.cs"
LIBRARIES = ("-r:System.Security", "-r:System.Core")
_TIMEOUT = 60  # seconds


class KitProof:
    def __init__(self, folder: Path, source: str | None = None) -> None:
        self._program = folder / "KitProof.exe"
        text = folder / "Kit.cs"
        text.write_text(_field_kit_files.source() if source is None else source, encoding="ascii")
        compiled = csharp([text, PROOF], self._program, program=True, libraries=LIBRARIES)
        assert compiled.returncode == 0, compiled.stdout + compiled.stderr

    def run(self, proof: str, given: Sequence[dict[str, Any]]) -> list[str]:
        """One answer for each that is given."""
        lines = [json.dumps(one, sort_keys=True, separators=(",", ":")) for one in given]
        done = subprocess.run(
            ["mono", str(self._program), proof],
            input="\n".join([*lines, ""]),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
        answers = done.stdout.splitlines()
        assert done.returncode == 0, done.stderr
        assert len(answers) == len(given), done.stderr
        return answers
