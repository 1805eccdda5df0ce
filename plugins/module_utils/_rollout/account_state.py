# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wanted of a computer account against what it is: the list of changes between the two, and nothing else.

DNs are compared without regard to case; both sides give them as the directory writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a change is about, in the word that results and diffs show."""

    OWNER = "owner"
    RIGHTS = "rights"
    ENABLED = "enabled"
    DESCRIPTION = "description"
    PATH = "path"
    GROUP = "group"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Change:
    """From ``before`` to ``after``, both as shown; the empty text stands for nothing at all."""

    kind: Kind
    before: str
    after: str

    @property
    def endangers_the_machine(self) -> bool:
        """Whether a machine that lives could lose its membership, its policies or its only connection by it."""
        return self.kind in (Kind.PATH, Kind.ACCOUNT) or (self.kind is Kind.ENABLED and self.after == NO)


@dataclass(frozen=True)
class AccountState:
    """``path`` is the DN of the account's container; ``groups`` are the DNs of its direct memberships.

    SIDs are ``owner``, ``creator`` (None: unknown, or nobody in particular) and ``trustees``, who have entries of their
    own on the account.
    """

    distinguished_name: str
    path: str
    enabled: bool
    description: str | None
    groups: tuple[str, ...]
    owner: str | None = None
    creator: str | None = None
    trustees: tuple[str, ...] = ()


@dataclass(frozen=True)
class WantedGroups:
    """DNs of groups. ``exactly`` is None where other memberships stay as they are."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    exactly: tuple[str, ...] | None = None


@dataclass(frozen=True)
class WantedState:
    """None leaves a thing as it is; an empty description removes it. What is ``absent`` has no other wishes.

    SIDs are ``owner`` and ``stripped``, who lose their own entries on the account. With an owner those who owned or
    created it lose theirs, too: they could have written any entry anyway.
    """

    path: str | None = None
    enabled: bool | None = None
    description: str | None = None
    groups: WantedGroups = WantedGroups()
    absent: bool = False
    owner: str | None = None
    stripped: frozenset[str] = frozenset()


YES, NO = "yes", "no"


def changes(now: AccountState, wanted: WantedState) -> list[Change]:
    """In the order in which they are to be made: the rights that a login has on an account may end with its move."""
    if wanted.absent:
        return [Change(Kind.ACCOUNT, now.distinguished_name, "")]
    return [*_security(now, wanted), *_attributes(now, wanted), *_memberships(now.groups, wanted.groups)]


def _security(now: AccountState, wanted: WantedState) -> Iterator[Change]:
    stripped: frozenset[str | None] = wanted.stripped
    if wanted.owner is not None:
        stripped |= {now.owner, now.creator}
        if wanted.owner != now.owner:
            yield Change(Kind.OWNER, now.owner or "", wanted.owner)
    yield from (Change(Kind.RIGHTS, sid, "") for sid in now.trustees if sid in stripped and sid != wanted.owner)


def _attributes(now: AccountState, wanted: WantedState) -> Iterator[Change]:
    if wanted.enabled is not None and wanted.enabled != now.enabled:
        yield Change(Kind.ENABLED, _shown(now.enabled), _shown(wanted.enabled))
    if wanted.description is not None and wanted.description != (now.description or ""):
        yield Change(Kind.DESCRIPTION, now.description or "", wanted.description)
    if wanted.path is not None and wanted.path.lower() != now.path.lower():
        yield Change(Kind.PATH, now.path, wanted.path)


def _memberships(now: Iterable[str], wanted: WantedGroups) -> Iterator[Change]:
    there = _by_key(now)
    if wanted.exactly is None:
        joining, leaving = wanted.add, wanted.remove
    else:
        kept = {group.lower() for group in wanted.exactly}
        joining, leaving = wanted.exactly, tuple(group for key, group in there.items() if key not in kept)
    yield from (Change(Kind.GROUP, "", group) for key, group in _by_key(joining).items() if key not in there)
    yield from (Change(Kind.GROUP, group, "") for key, group in _by_key(leaving).items() if key in there)


def _by_key(groups: Iterable[str]) -> dict[str, str]:
    return {group.lower(): group for group in groups}


def _shown(enabled: bool) -> str:
    return YES if enabled else NO
