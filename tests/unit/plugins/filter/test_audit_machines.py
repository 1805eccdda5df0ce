# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines that are to be audited, each with what the ledger remembers of it."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.filter.audit_machines import FilterModule, audit_machines


def test_each_gets_its_own() -> None:
    assert FilterModule().filters() == {"audit_machines": audit_machines}
    remembered = {"BER-PC-002": {"serial_number": "5CG2"}, "BER-PC-003": {"serial_number": "5CG3"}}
    assert audit_machines([{"name": "BER-PC-001"}, {"name": "BER-PC-002"}], remembered) == [
        {"name": "BER-PC-001"},
        {"name": "BER-PC-002", "serial_number": "5CG2"},
    ]
