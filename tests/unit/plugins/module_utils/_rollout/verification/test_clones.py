# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.clones import same_sid


def test_clones() -> None:
    [told] = same_sid({"B": "S-1", "A": "S-1", "C": "S-2"})
    assert told.startswith("A, B have one machine SID (S-1); generalize the image with Sysprep: ")
    assert same_sid({"A": "S-1", "B": "S-2"}) == []
