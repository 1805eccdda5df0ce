# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``computer_info`` tells of accounts besides their own attributes, each kind looked up for a whole list."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from .._directory import escrow, memberships, name_holders, replicas
from .._directory.computers import ComputerAccount
from .._directory.connection import DirectoryConnection
from .._directory.domain import Domain
from .._directory.memberships import NestedGroups

CHOICES = ("all_groups", "doubles", "laps", "recovery_objects", "replicas")


class AccountSurroundings:
    """``accounts`` are those that exist, by name in lower case; so are the keys of every answer."""

    def __init__(
        self, connection: DirectoryConnection, domain: Domain, accounts: Mapping[str, ComputerAccount]
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._accounts = accounts

    def look(self, subsets: Collection[str], silent: Collection[str] = ()) -> dict[str, dict[str, Any]]:
        """Keys for the result of each account; ``silent`` are domain controllers known not to answer.

        :raises DirectoryError: the directory refused
        """
        looks = {
            "all_groups": self._all_groups,
            "doubles": self._doubles,
            "laps": self._laps,
            "recovery_objects": self._recovery_objects,
        }
        found: dict[str, dict[str, Any]] = {name: {} for name in self._accounts}
        for subset, look in looks.items():
            for name, key_and_value in look().items() if subset in subsets else ():
                found[name] |= key_and_value
        if "replicas" in subsets and found:
            self._add_replicas(found, silent)
        return found

    def _all_groups(self) -> dict[str, dict[str, Any]]:
        nested = NestedGroups(self._connection)
        found = memberships.find(self._connection, self._domain, self._accounts)
        return {
            name: {"all_groups": list(nested.all_of([*one.direct, *([one.primary] if one.primary else [])]))}
            for name, one in found.items()
            if name in self._accounts
        }

    def _doubles(self) -> dict[str, dict[str, Any]]:
        by_host_name = name_holders.by_host_name(self._connection, self._domain, self._accounts)
        by_service = name_holders.by_service(self._connection, self._domain, self._accounts)
        return {
            name: {
                "doubles": sorted({
                    one.distinguished_name
                    for one in [*by_host_name.get(name, []), *by_service.get(name, [])]
                    if one.object_guid != str(account.object_guid)
                })
            }
            for name, account in self._accounts.items()
        }  # fmt: skip

    def _laps(self) -> dict[str, dict[str, Any]]:
        expirations = escrow.laps_expirations(self._connection, self._domain, self._accounts)
        return {name: {"laps_expiration": expirations.get(name)} for name in self._accounts}

    def _recovery_objects(self) -> dict[str, dict[str, Any]]:
        return {
            name: {"recovery_objects": escrow.recovery_objects(self._connection, account.distinguished_name)}
            for name, account in self._accounts.items()
        }

    def _add_replicas(self, found: dict[str, dict[str, Any]], silent: Collection[str]) -> None:
        by_host = replicas.survey(self._connection, self._domain, self._accounts, silent)
        for name, result in found.items():
            result["replicas"] = {
                host: None if accounts is None else _replica(accounts.get(name)) for host, accounts in by_host.items()
            }


def _replica(replica: replicas.Replica | None) -> dict[str, Any]:
    if replica is None:
        return {"exists": False}
    return {"exists": True, **dataclasses.asdict(replica), "groups": list(replica.groups)}
