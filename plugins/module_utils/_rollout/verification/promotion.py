# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine still needs after its account was moved, told by a verification of it."""

from __future__ import annotations

from . import directory, network, policy
from .causal_order import Outcome
from .subject import Subject

# Before these stand, refreshing and restarting changes nothing, or into the wrong policy.
_FIRST = (
    *network.BEFORE_ACCOUNT,
    *directory.BEFORE_CHANNEL,
    *network.CHANNEL,
    directory.ORGANIZATIONAL_UNIT,
)
_OF_POLICY = (policy.POLICY, policy.POLICY_VALUES)


def needs_policy(outcome: Outcome, subject: Subject, *, moved: bool) -> bool:
    """Whether its policy is to be refreshed: also where the last processing failed, whoever asked for it."""
    return not outcome.stops_at(_FIRST) and (needs_restart(subject, moved=moved) or policy.broken(subject))


def needs_restart(subject: Subject, *, moved: bool) -> bool:
    """Whether it is to be restarted, too. ``moved``: the account was, in this run.

    An earlier run may have moved it and stopped: then the machine has processed policy for the old place last, or for
    the new one, and the restart is missing.
    """
    return moved or policy.outdated(subject) is not None or bool(subject.machine["restart"]["policy_refresh"])


def waits_for_start(outcome: Outcome) -> bool:
    """Whether a policy is missing, which may be one that Windows only processes at the second start after it came."""
    return not outcome.stops_at(_FIRST) and outcome.stops_at(_OF_POLICY)
