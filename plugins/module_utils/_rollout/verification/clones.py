# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines that were cloned from one image without Sysprep: told by their machine SID, and no cause to stop them."""

from __future__ import annotations

from collections.abc import Mapping


def same_sid(machine_sids: Mapping[str, str]) -> list[str]:
    """A sentence for each machine SID that several machines have. ``machine_sids``: by the machine's name."""
    by_sid: dict[str, list[str]] = {}
    for name, sid in machine_sids.items():
        by_sid.setdefault(sid, []).append(name)
    return [
        f"{', '.join(sorted(names))} have one machine SID ({sid}); generalize the image with Sysprep: logons from one "
        "of them to another fail, those to the domain do not"
        for sid, names in by_sid.items()
        if len(names) > 1
    ]
