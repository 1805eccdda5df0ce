# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""May this login reuse this computer account? Microsoft's rule of KB5020276, which no domain controller enforces on us.

The order is that of SamrValidateComputerAccountReuseAttempt (MS-SAMR 3.1.5.13.8), with one rule more, before the
owner is looked at: an account that somebody else made within the machine account quota belongs to Domain Admins on
paper, so the owner rule would pass what any user has planted under the next machine's name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .refusals import Refusal

_BUILTIN = "S-1-5-32-"
_DOMAIN = "S-1-5-21-"
_ADMINISTRATORS = "S-1-5-32-544"
_ADMINISTRATOR, _DOMAIN_ADMINS, _ENTERPRISE_ADMINS = 500, 512, 519


@dataclass(frozen=True)
class Ownership:
    """Of one account, all as SIDs in text. None: not set, or not readable; groups are nested ones, too (tokenGroups).

    ``creator`` is mS-DS-CreatorSID, which a domain controller sets only for accounts made within the quota.
    """

    owner: str | None
    creator: str | None
    owner_groups: frozenset[str] | None = None
    creator_groups: frozenset[str] | None = None


def refusal(
    ownership: Ownership,
    caller_sids: Sequence[str],
    domain_sid: str,
    trusted_owners: Collection[str] = (),
    forest_sid: str | None = None,
) -> Refusal | None:
    """None when the account may be reused.

    ``caller_sids`` are those of the login's token, its own first. ``trusted_owners`` stands in for the allow list
    of the domain controllers, which is a registry value and not readable over LDAP; it holds SIDs of accounts or
    groups. ``forest_sid`` is that of the forest root, where it is another domain than this one.
    """
    caller = caller_sids[0] if caller_sids else None
    administrators = _administrators(domain_sid, forest_sid or domain_sid)
    trusted = frozenset(trusted_owners)
    if ownership.creator is not None:
        if ownership.creator == caller:
            return None
        if not _counts_as(ownership.creator, ownership.creator_groups, administrators | trusted):
            return _foreign_creator(ownership.creator)
    if ownership.owner is None:
        return Refusal("its owner cannot be read", "give the login the right to read the account's permissions")
    if ownership.owner == caller:
        return None
    if _counts_as(ownership.owner, ownership.owner_groups, administrators):
        return None
    if ownership.owner in caller_sids and ownership.owner.startswith((_DOMAIN, _BUILTIN)):
        return None
    if _counts_as(ownership.owner, ownership.owner_groups, trusted):
        return None
    return _foreign_owner(ownership)


def _administrators(domain_sid: str, forest_sid: str) -> frozenset[str]:
    """Administrator itself is no group of the rule, but a member of each; so it counts without its groups."""
    return frozenset({
        _ADMINISTRATORS,
        f"{domain_sid}-{_ADMINISTRATOR}",
        f"{domain_sid}-{_DOMAIN_ADMINS}",
        f"{forest_sid}-{_ENTERPRISE_ADMINS}",
    })  # fmt: skip


def _counts_as(sid: str, groups: frozenset[str] | None, wanted: frozenset[str]) -> bool:
    return sid in wanted or not wanted.isdisjoint(groups or ())


def _foreign_creator(creator: str) -> Refusal:
    return Refusal(
        f"{creator} made it within the machine account quota and is no administrator",
        "delete the account if it is nobody's machine and issue the package again, or name its maker in trusted_owners",
    )


def _foreign_owner(ownership: Ownership) -> Refusal:
    unknown = ", as far as its groups can be read" if ownership.owner_groups is None else ""
    return Refusal(
        f"its owner {ownership.owner} is neither this login nor an administrator{unknown} (KB5020276)",
        "make Domain Admins its owner, use the login that made it, or name the owner in trusted_owners",
    )
