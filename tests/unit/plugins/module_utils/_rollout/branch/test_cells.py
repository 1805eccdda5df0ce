# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may stand in a cell."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.cells import judge

GOOD = [
    ("planned_date", "2026-12-31"),
    ("planned_date", "2028-02-29"),
    ("staging_ou", "OU=Staging,DC=corp,DC=example"),
    ("production_ou", "ou=Sales\\, North, OU=Köln,dc=corp,DC=example"),
    ("staging_ou", "CN=Computers,DC=corp,DC=example"),
    ("serial_number", "5CG6127XT1"),
    ("serial_number", "00E12"),
    ("site_address", "192.0.2.7"),
    ("site_address", "fe80::1"),
    ("site_address", "::1"),
    ("domain_address", "ber-pc-001.corp.example"),
    ("site_connection", "winrm"),
    ("site_connection", "ansible.builtin.psrp"),
    ("site_port", "1"),
    ("domain_port", "65535"),
    ("responsible", "Жанна д'Арк {{ nothing }}"),
]


@pytest.mark.parametrize(("column", "text"), GOOD)
def test_good(column: str, text: str) -> None:
    assert judge(column, text) is None


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("planned_date", "31.12.2026", "is no date that everybody reads alike"),
        ("planned_date", "12/31/2026", "is no date"),
        ("planned_date", "20261231", "is no date"),
        ("planned_date", "2026-1-1", "is no date"),
        ("planned_date", "2026-02-30", "is not in the calendar"),
        ("planned_date", "2026-13-01", "is not in the calendar"),
        ("staging_ou", "Staging", "is no distinguished name"),
        ("staging_ou", "corp.example/Staging", "is no distinguished name"),
        ("staging_ou", "OU=Staging,DC=corp,DC=", "is no distinguished name"),
        ("staging_ou", "OU=Sales, North,DC=corp", "is no distinguished name"),
        ("staging_ou", "OU=Staging;DC=corp", "is no distinguished name"),
        ("production_ou", "OU=Staging", "is no organizational unit in a domain"),
        ("production_ou", "DC=corp,DC=example", "is no organizational unit in a domain"),
        ("production_ou", "DC=corp,OU=Staging,DC=example", "is no organizational unit in a domain"),
        ("serial_number", "5E+11", "was made a number by a spreadsheet"),
        ("inventory_tag", "4,02E+12", "was made a number by a spreadsheet"),
        ("site_address", "my pc", "is no host name or IP address"),
        ("site_address", "http://x", "is no host name or IP address"),
        ("site_address", "x;rm", "is no host name or IP address"),
        ("site_connection", "Win RM", "is no connection plugin"),
        ("domain_port", "0", "is no port"),
        ("domain_port", "65536", "is no port"),
        ("site_port", "5986.0", "is no port"),
        ("branch", "BER\u200b", "holds the invisible character U+200B"),
        ("branch", "BER\x07", "holds the invisible character U+0007"),
        ("responsible", "x" * 257, "has 257 characters"),
    ],
)
def test_faults(column: str, text: str, words: str) -> None:
    judged = judge(column, text)
    assert judged is not None
    cause, remedy = judged
    assert words in cause
    assert cause.startswith(column)
    assert remedy
