# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who we are to the directory, and how much damage these credentials could do."""

from __future__ import annotations

from dataclasses import dataclass

from .connection import DirectoryConnection
from .domain import sid_text, text
from .errors import SearchError, TierError

# Groups that command the whole domain: RIDs of the domain or of BUILTIN (MS-DTYP 2.4.2.4).
_DOMAIN_WIDE = {
    512: "Domain Admins",
    518: "Schema Admins",
    519: "Enterprise Admins",
    526: "Key Admins",
    527: "Enterprise Key Admins",
    544: "Administrators",
    548: "Account Operators",
    549: "Server Operators",
    551: "Backup Operators",
}


@dataclass(frozen=True)
class Caller:
    """``identity`` is the account's name; ``sids`` are those of its token, its own first, nested groups included."""

    identity: str
    sids: tuple[str, ...]

    @classmethod
    def read(cls, connection: DirectoryConnection) -> Caller:
        """The token as the domain controller made it (MS-ADTS 3.1.1.3.2.21); Samba knows no "Who am I?"."""
        sids = tuple(map(sid_text, connection.read("", ["tokenGroups"]).get("tokenGroups", [])))
        return cls(_account_name(connection, sids[0]) if sids else "unknown", sids)

    def require_delegated(self, domain_sid: str, *, allow_tier0: bool) -> None:
        """Refuse a login that could do far more than its duty, unless that is wanted.

        :raises TierError: naming the groups that make it so powerful
        """
        powers = self.domain_wide_power(domain_sid)
        if powers and not allow_tier0:
            raise TierError(
                f"work as {self.identity}",
                f"this login commands the whole domain ({', '.join(powers)})",
                "use an account delegated for this duty, or set allow_tier0",
            )

    def domain_wide_power(self, domain_sid: str) -> list[str]:
        """The names of the groups in the token that make this a credential of tier 0."""
        prefixes = (f"{domain_sid}-", "S-1-5-32-")
        rids = {int(sid.rpartition("-")[2]) for sid in self.sids if sid.startswith(prefixes)}
        return [name for rid, name in _DOMAIN_WIDE.items() if rid in rids]


def _account_name(connection: DirectoryConnection, sid: str) -> str:
    try:
        return text(connection.read(f"<SID={sid}>", ["sAMAccountName"]), "sAMAccountName")
    except SearchError:
        return sid  # of another domain, or not readable
