# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""May an account that exists get a new password? Everything that speaks against it, looked at in bulk.

The domain controller enforces none of this on us: the account re-use rule of KB5020276 lives in Windows' own
client, and a living machine that loses its password is simply lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from .._directory import account_reuse, computers, preparations, protection
from .._directory.account_reuse import Ownership
from .._directory.caller import Caller
from .._directory.computers import ComputerAccount
from .._directory.connection import DirectoryConnection, Entry, owner_and_dacl
from .._directory.domain import Domain, sid, sid_text
from .._directory.effective_rights import AccountRights
from .._directory.errors import ProtectionError, SearchError
from .._directory.refusals import Refusal
from .._directory.security_descriptor import decode
from .._rollout.issuing import liveness
from .evidence import Evidence

_ATTRIBUTES = sorted(
    {*protection.ATTRIBUTES, *preparations.ATTRIBUTES, *AccountRights.ATTRIBUTES, "dNSHostName", "mS-DS-CreatorSID"}
)


class Reuse:
    """``live_machines`` are the names of machines that lose their password even though they live, ``applied`` of those
    whose package is known to be applied."""

    def __init__(
        self,
        connection: DirectoryConnection,
        domain: Domain,
        caller: Caller,
        evidence: Evidence,
        *,
        trusted_owners: Collection[str] = (),
        live_machines: Collection[str] = (),
        applied: Collection[str] = (),
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._caller = caller
        self._evidence = evidence
        self._trusted_owners = trusted_owners
        self._named = {name.lower() for name in live_machines}
        self._applied = {name.lower() for name in applied}
        self._entries: dict[str, Entry] = {}
        self._groups: dict[str, frozenset[str] | None] = {}

    def look_at(self, names: Iterable[str]) -> None:
        """Read all about these accounts, from every writable domain controller.

        :raises SearchError: what must be readable is not
        """
        names = list(names)
        if names:
            found = computers.search(self._connection, self._domain, names, _ATTRIBUTES, owner_and_dacl())
            self._entries = {name: entry for name, (_dn, entry) in found.items()}
            self._evidence.collect(self._connection, self._domain, names)

    def entry(self, name: str) -> Entry:
        return self._entries[name.lower()]

    def used(self, name: str, account: ComputerAccount) -> bool:
        """Whether its package did its work, so that no other is needed; not where another is wanted by name."""
        if name.lower() in self._named:
            return False
        return name.lower() in self._applied or self._evidence.proves_life(name, str(account.object_guid))

    def require(self, name: str, account: ComputerAccount, path: str | None) -> None:
        """
        :raises ProtectionError: the account must stay as it is
        """
        if refusals := list(self._refusals(name, account, path)):
            dn = account.distinguished_name
            raise ProtectionError(f"issue a package again for {dn}", *_together(refusals), dn=dn)

    def _refusals(self, name: str, account: ComputerAccount, path: str | None) -> Iterator[Refusal]:
        """The gravest first; of what is no workstation nothing more is told."""
        entry = self.entry(name)
        if special := protection.refusal(entry):
            yield special
            if special.remedy == protection.NEVER:
                return
        if protection.disabled(entry):
            why = "ask why, or read NAME.revoked.json where it was revoked; enable it if it is to be used again"
            yield Refusal("somebody disabled the account", why)
        if path and not account.distinguished_name.lower().endswith(f",{path.lower()}"):
            yield Refusal(f"it is not in {path}", "move it there first, or give its own path for this machine")
        for left in preparations.find(entry, self._domain.sid, [self._domain.dns_name]):
            yield Refusal(f"it carries {left.name} ({left.evidence})", left.remedy)
        if foreign := account_reuse.refusal(
            self._ownership(entry), self._caller.sids, self._domain.sid, self._trusted_owners
        ):
            yield foreign
        yield from self._life(name, account)
        if missing := AccountRights.judge(account.distinguished_name, entry, self._caller.sids).missing("reissue"):
            remedy = "delegate it these rights on the account's OU"
            yield Refusal(f"the login may not {' or '.join(missing)}", remedy)

    def _life(self, name: str, account: ComputerAccount) -> Iterator[Refusal]:
        life = self._evidence.judge(name, str(account.object_guid))
        if life.state is not liveness.State.UNUSED and name.lower() not in self._named:
            yield Refusal(
                f"the machine is treated as live, because {life.reason}",
                "leave it alone, or name it in live_machines if it may lose its membership",
            )

    def _ownership(self, entry: Entry) -> Ownership:
        owner = decode(entry["nTSecurityDescriptor"][0]).owner
        creator = sid(entry, "mS-DS-CreatorSID") if "mS-DS-CreatorSID" in entry else None
        return Ownership(owner, creator, self._groups_of(owner), self._groups_of(creator))

    def _groups_of(self, account_sid: str | None) -> frozenset[str] | None:
        """All groups that an account is in, nested ones too; None where they cannot be read."""
        if account_sid is None:
            return None
        if account_sid not in self._groups:
            try:
                token = self._connection.read(f"<SID={account_sid}>", ["tokenGroups"]).get("tokenGroups", [])
                self._groups[account_sid] = frozenset(map(sid_text, token))
            except SearchError:
                self._groups[account_sid] = None
        return self._groups[account_sid]


def _together(refusals: list[Refusal]) -> Refusal:
    """All causes and all remedies, numbered where there are several."""
    if len(refusals) == 1:
        return refusals[0]
    return Refusal(_numbered(one.cause for one in refusals), _numbered(one.remedy for one in refusals))


def _numbered(sayings: Iterable[str]) -> str:
    return ", ".join(f"({number}) {said}" for number, said in enumerate(sayings, start=1))
