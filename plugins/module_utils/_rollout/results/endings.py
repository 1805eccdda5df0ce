# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a playbook takes a machine: one that neither came there nor has a note was lost on the way."""

from __future__ import annotations

from .machine import Results


def missing(results: Results, playbook: str, *, promote: bool) -> bool:
    """Whether nobody heard of the machine, in the playbook of this name."""
    ends = {
        "prepare": bool(results.issued),
        "join": bool(results.applied),
        "accept": results.accepted(promote=promote),
        "field_kit": bool(results.carried),
        "revoke": bool(results.revoked),
        "expire": bool(results.expired),
    }
    # What the others found of a machine is its note.
    return not results.note and not ends.get(playbook, False)
