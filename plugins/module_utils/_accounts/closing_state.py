# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far an account is closed, as revocations and audits judge it."""

from __future__ import annotations

from .._directory import account_closing, protection
from .._directory.connection import Entry
from .._directory.domain import guid, number
from .._rollout.package_life.revocation import Account

ATTRIBUTES = ["objectGUID", *account_closing.ATTRIBUTES]


def account(entry: Entry) -> Account:
    """Needs :data:`ATTRIBUTES`."""
    return Account(
        object_guid=str(guid(entry, "objectGUID")),
        enabled=not protection.disabled(entry),
        password_last_set=number(entry, "pwdLastSet") or 0,
        key_credentials=len(entry.get(account_closing.KEY_CREDENTIALS, [])),
    )
