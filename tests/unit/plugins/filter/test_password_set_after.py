# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the directory has a machine's new password, as the role package_retire asks."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.filter.password_set_after import FilterModule, password_set_after


def test_as_seen_by_any_domain_controller() -> None:
    assert FilterModule().filters() == {"password_set_after": password_set_after}
    seen = {"exists": True, "password_last_set": 5, "evidence": {"dc1": None, "dc2": {"password_last_set": 6}}}
    assert password_set_after(seen, 5)
    assert not password_set_after(seen, 6)
