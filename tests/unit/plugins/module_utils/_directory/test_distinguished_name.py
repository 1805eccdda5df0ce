# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Distinguished names taken apart."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.distinguished_name import split


@pytest.mark.parametrize(
    ("dn", "parts"),
    [
        ("CN=PC-1,OU=Staging,DC=corp", ("CN=PC-1", "OU=Staging,DC=corp")),
        (r"CN=PC\,1,OU=Staging,DC=corp", (r"CN=PC\,1", "OU=Staging,DC=corp")),
        (r"CN=PC\\,OU=Staging\, old,DC=corp", (r"CN=PC\\", r"OU=Staging\, old,DC=corp")),
        ("DC=corp", ("DC=corp", "")),
    ],
)
def test_split(dn: str, parts: tuple[str, str]) -> None:
    assert split(dn) == parts
