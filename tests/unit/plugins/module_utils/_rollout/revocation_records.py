# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of one revocation: when it was begun, and when it was done."""

from __future__ import annotations

import dataclasses

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.revocation_record import (
    RevocationRecord,
)

RECORD = RevocationRecord(
    machine="BER-PC-001",
    domain="corp.example",
    object_guid="guid",
    reason="stick lost",
    revoked="2026-11-21T04:23:00+00:00",
    used=False,
    package_sha256="0" * 64,
    password_last_set=7,
)
BEGUN = dataclasses.replace(RECORD, password_last_set=None)
