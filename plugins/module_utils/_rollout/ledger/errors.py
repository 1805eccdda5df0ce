# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with the ledger: one exception for each kind of cause."""

from __future__ import annotations


class LedgerError(Exception):
    """An act that the ledger did not carry out; a transaction that failed has left nothing.

    ``act`` says what was tried and names the ledger, ``cause`` why it failed, ``remedy`` what to do.
    """

    def __init__(self, act: str, cause: str, remedy: str) -> None:
        super().__init__(f"{act}: {cause}; {remedy}")
        self.act = act
        self.cause = cause
        self.remedy = remedy


class LedgerLocationError(LedgerError):
    """The place named is no place for a ledger; nothing was opened."""


class LedgerLibraryError(LedgerError):
    """A library or driver is missing on the host that runs the module."""


class LedgerMissing(LedgerError):
    """There is no ledger at the place named."""


class LedgerSchemaError(LedgerError):
    """The ledger was written by another version of this collection, or is none."""


class LedgerLocked(LedgerError):
    """Another process writes, and did not end in time."""


class LedgerUnreachable(LedgerError):
    """The file or server cannot be reached, or does not let us in, or went away."""


class LedgerFull(LedgerError):
    """There is no space left where the ledger lies."""


class LedgerEntryError(LedgerError):
    """An event, package or chain that must not be taken in."""
