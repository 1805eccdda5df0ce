# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Samba Active Directory domain on loopback, for tests, Molecule and trying things by hand."""

from __future__ import annotations

from .domain import Account
from .errors import CommandFailed, LabError
from .lab import Lab
from .member import Member

__all__ = ["Account", "CommandFailed", "Lab", "LabError", "Member"]
