# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a verification is about: what is expected of a machine, and what was seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..checks import Check, Severity, Verdict
from ..clock import Reading

Seen = Mapping[str, Any]
JOINED = 4098  # JoinProviderOnline in the System log: the offline join was completed at a start

# Where Windows notes for which account it processed policy last; undocumented, and widely read.
POLICY_SUBJECT = {
    "key": r"SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\State\Machine",
    "name": "Distinguished-Name",
}
# What opening WinRM on a fresh Windows leaves behind.
BOOTSTRAP = (
    {"key": r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System", "name": "LocalAccountTokenFilterPolicy"},
    {"key": r"SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service", "name": "allow_unencrypted"},
    {"key": r"SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service", "name": "auth_basic"},
)


@dataclass(frozen=True)
class Finding(Check):
    """A check; ``pending`` is a failure that time or the next step of the road may heal."""

    pending: bool = False

    def to_result(self) -> dict[str, Any]:
        return {**super().to_result(), "pending": self.pending}


def pending(check_id: str, evidence: str, remedy: str, *windows_errors: int) -> Finding:
    """It is not ready yet: the machine stops here, and nothing is known to be broken."""
    return Finding(check_id, Severity.ERROR, Verdict.FAIL, evidence, remedy, windows_errors, pending=True)


@dataclass(frozen=True)
class Expected:
    """None or nothing at all leaves a thing unchecked.

    The account has to be in one of ``organizational_units`` (DNs). ``groups`` are DNs or common names; ``policies``
    display names or GUIDs; ``policy_values`` have key, name and data, where data None means that there is no such
    value. ``certificates`` have issuer (a part of it), key_usage and template (object identifiers), all optional.
    ``directaccess`` are the status numbers that count as connected. ``administrators`` are SIDs; ``machine-RID`` and
    ``domain-RID`` stand for those of the machine and of its domain. ``bitlocker`` is ignore, escrowed (what is
    encrypted has its recovery password in the directory) or required.
    """

    name: str
    domain: str
    serial_number: str | None = None
    dns_servers: tuple[str, ...] = ()
    organizational_units: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    policy_values: tuple[Mapping[str, Any], ...] = ()
    certificates: tuple[Mapping[str, Any], ...] = ()
    directaccess: tuple[int, ...] = ()
    laps: bool = False
    laps_age_days: int = 30
    bitlocker: str = "escrowed"
    administrators: tuple[str, ...] | None = None
    without_bootstrap: bool = False

    def registry_values(self) -> list[dict[str, str]]:
        """Everything that ``win_domain_info`` has to read: ``policy_values`` of its options."""
        wanted = [POLICY_SUBJECT, *self.policy_values, *(BOOTSTRAP if self.without_bootstrap else ())]
        return [{"key": one["key"], "name": one["name"]} for one in wanted]


@dataclass(frozen=True)
class Subject:
    """``machine`` and ``domain`` are what win_machine_info and win_domain_info saw, ``account`` is the machine's entry
    of ``computer_info``; ``reading`` is the machine's clock against that of the control node.
    """

    machine: Seen
    domain: Seen
    account: Seen
    reading: Reading
    _values: dict[tuple[str, str], Any] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.domain["policy"]["registry_values"]:
            self._values[_place(one)] = one["data"]

    @property
    def has_controller(self) -> bool:
        """Whether the machine finds a domain controller: without one nothing of the domain can be told."""
        return bool(self.domain["locator"]["status"] == 0)

    @property
    def now(self) -> int:
        """FILETIME by the machine's own clock."""
        return int(self.machine["clock"]["utc"])

    @property
    def joined(self) -> int | None:
        """FILETIME of the join by the machine's own clock; None where nothing tells it."""
        events = [one["time"] for one in self.domain["events"] if one["id"] == JOINED]
        applied = self.machine["membership"]["pending_join"]
        times = events or ([applied["applied"]] if applied else [])
        return max(times, default=None)

    @property
    def policy_subject(self) -> str | None:
        """The DN of the account as policy was processed for it last."""
        dn = self.registry(POLICY_SUBJECT)
        return dn if isinstance(dn, str) else None

    def registry(self, wanted: Mapping[str, Any]) -> Any:
        """The data of one value of HKLM; None where there is no such value."""
        return self._values.get(_place(wanted))


def container(dn: str) -> str:
    """The DN of a computer account's container: the names of computers have no commas."""
    return dn.partition(",")[2]


def same_dn(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _place(value: Mapping[str, Any]) -> tuple[str, str]:
    """The registry knows no difference between upper and lower case."""
    return str(value["key"]).lower(), str(value["name"]).lower()
