# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in the lab, in sentences."""

from __future__ import annotations

import os
import subprocess


class LabError(Exception):
    """The lab cannot do what was asked; the message names the cause and the next step."""


class CommandFailed(subprocess.CalledProcessError):
    """A command in the lab ended with an error; the message also shows what it said."""

    def __str__(self) -> str:
        # Only the program's name: its arguments may be secret.
        program = os.path.basename(str(self.cmd[0]))
        said = f"{self.stdout or ''}{self.stderr or ''}".strip()
        return f"{program} ended with exit code {self.returncode}" + (f": {said[-1500:]}" if said else "")
