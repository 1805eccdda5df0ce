# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine still needs after its account was moved, told by a verification of it."""

from __future__ import annotations

from . import verification_directory, verification_network, verification_policy
from .verification import Outcome
from .verification_subject import Subject

# Before these stand, refreshing and restarting changes nothing, or into the wrong policy.
_FIRST = (
    *verification_network.BEFORE_ACCOUNT,
    *verification_directory.BEFORE_CHANNEL,
    *verification_network.CHANNEL,
    verification_directory.ORGANIZATIONAL_UNIT,
)
_OF_POLICY = (verification_policy.POLICY, verification_policy.POLICY_VALUES)


def needs_policy(outcome: Outcome, subject: Subject, *, moved: bool) -> bool:
    """Whether its policy is to be refreshed and it is to be restarted. ``moved``: the account was, in this run.

    An earlier run may have moved it and stopped; then the machine has processed policy for the old place last.
    """
    if outcome.stops_at(_FIRST):
        return False
    return moved or verification_policy.outdated(subject) is not None


def waits_for_start(outcome: Outcome) -> bool:
    """Whether a policy is missing, which may be one that Windows only processes at the second start after it came."""
    return not outcome.stops_at(_FIRST) and outcome.stops_at(_OF_POLICY)
