# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the names of a list of machines: rules here, doubles in the directory over one connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._directory import deleted_accounts, dns_records, name_holders
from .._directory.connection import DirectoryConnection
from .._directory.distinguished_name import split
from .._directory.domain import Domain
from .._directory.errors import DirectoryError
from .._rollout.checks import Check, Examination, failed, skipped, tolerated
from .._rollout.names import computer_name, doubles
from .._rollout.names.checks import IDS, INVENTORY, OF_DIRECTORY, RULES, SERVICE, Lists, Machine, NameRules
from .._rollout.names.doubles import Holder, Sighting


class NameExaminer:
    """``tolerate`` are ids of checks whose failure stops no machine; ``reuse`` as in ``doubles``."""

    def __init__(
        self, lists: Lists, *, reuse: bool = False, global_catalog: bool = True, tolerate: Sequence[str] = ()
    ) -> None:
        self._rules = NameRules(lists)
        self._reuse = reuse
        self._global_catalog = global_catalog
        self._tolerate = tolerate

    def refuse(self, machines: Sequence[Machine], faults: Sequence[str]) -> list[Examination]:
        """What every machine hears where the inventory has faults: the first one all of them."""
        remedy = "correct these lines, nothing is done before"
        whole = f"the inventory has {len(faults)} faults:\n" + "\n".join(faults) + "\n"
        examinations: list[Examination] = []
        for machine in machines:
            short = f"the inventory has {len(faults)} faults, told with {machines[0].name}"
            check = failed(INVENTORY, short if examinations else whole, remedy)
            rest = (skipped(other, "the inventory has faults") for other in IDS[1:])
            examinations.append(Examination(machine.name, (check, *rest)))
        return examinations

    def examine(self, connection: DirectoryConnection, machines: Sequence[Machine]) -> list[Examination]:
        """
        :raises DirectoryError: what every authenticated user can read cannot be read
        """
        domain = Domain.read(connection)
        sound = [one.name for one in machines if computer_name.fault(one.name) is None]
        seen = self._look(connection, domain, sound)
        return [self._examination(machine, domain, seen) for machine in machines]

    def _examination(self, machine: Machine, domain: Domain, seen: dict[str, Sighting]) -> Examination:
        checks: list[Check] = self._rules.check(machine, domain.netbios_name)
        if any(one.stops for one in checks if one.id == RULES):
            checks += [skipped(check_id, "the name itself is not possible") for check_id in OF_DIRECTORY]
        else:
            checks += doubles.check(machine, seen[machine.name.lower()], reuse=self._reuse)
        return Examination(machine.name, tolerated(checks, self._tolerate))

    def _look(self, connection: DirectoryConnection, domain: Domain, wanted: list[str]) -> dict[str, Sighting]:
        by_name = name_holders.by_name(connection, domain, wanted)
        by_host_name = name_holders.by_host_name(connection, domain, wanted)
        by_service = name_holders.by_service(connection, domain, wanted)
        deleted = deleted_accounts.find(connection, domain, wanted)
        records = dns_records.find(connection, domain, wanted)
        blind: dict[str, str] = {}
        if not self._global_catalog:
            blind[SERVICE] = "the global catalog was not asked"
        else:
            try:
                for key, holders in name_holders.by_service_in_forest(connection, domain, wanted).items():
                    by_service.setdefault(key, []).extend(holders)
            except DirectoryError as error:
                blind[SERVICE] = str(error)
        return {
            key: Sighting(
                by_name=_holders(by_name.get(key)),
                by_host_name=_holders(by_host_name.get(key)),
                by_service=_holders(by_service.get(key)),
                deleted=None if deleted is None else tuple(map(_told, deleted.get(key, ()))),
                records=None if records is None else tuple(records.get(key, ())),
                blind=blind,
            )
            for key in map(str.lower, wanted)
        }


def _holders(found: Iterable[name_holders.Holder] | None) -> tuple[Holder, ...]:
    return tuple(
        Holder(
            distinguished_name=one.distinguished_name,
            parent=split(one.distinguished_name)[1],
            object_class=one.object_class,
            object_guid=one.object_guid,
            account_name=one.account_name,
            common_name=one.common_name,
            values=one.values,
        )
        for one in found or ()
    )


def _told(account: deleted_accounts.DeletedAccount) -> str:
    where = f", from {account.last_parent}" if account.last_parent else ""
    return f"last changed {account.deleted}{where}"
