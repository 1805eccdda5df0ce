# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Windows may be asked to provision, and what its answers mean: the judgement behind ``provisioned_packages``.

An ``account`` is a machine's entry of ``computer_info``, asked with the directory of the packages.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .. import status_codes
from ..clock import KERBEROS_TOLERANCE, unix_time
from . import liveness, regenerate
from .issue_record import IssueRecord, Traces
from .regenerate import Act, Decision, PackageFile

Account = Mapping[str, Any]


class Option(enum.IntFlag):
    """NETSETUP_PROVISION_* (lmjoin.h), as far as they are asked for."""

    REUSE_ACCOUNT = 0x2
    ROOT_CA_CERTS = 0x10
    PERSISTENT_SITE = 0x20


# What a status means here and not where a package is applied. The last two are those of an enterprise CA (inferred).
_MEANINGS = {
    2: "the organizational unit was not found (ERROR_FILE_NOT_FOUND, 2); correct path",
    5: "the login may not make or reuse this account (ERROR_ACCESS_DENIED, 5); delegate it the right, and let the host "
    "act as it in the domain (become with runas, CredSSP)",
    50: "the domain controller cannot do this (ERROR_NOT_SUPPORTED, 50); name a writable one with domain_controller",
    87: "Windows does not accept these parameters (ERROR_INVALID_PARAMETER, 87); look at path, the names of policies "
    r"and certificate templates, and %WINDIR%\Debug\NetSetup.log on the provisioning host",
    1326: "the domain refuses the login (ERROR_LOGON_FAILURE, 1326); correct its password",
    2224: "the account was made meanwhile (NERR_UserExists, 2224); look at the accounts again, then run again",
    2732: "the account belongs to somebody else (NERR_AccountReuseBlockedByPolicy, 2732); provision with the login "
    "that made it, or see KB5020276",
    0x80094012: "the login may not enroll for a certificate template (CERTSRV_E_TEMPLATE_DENIED); give it the right",
    0x80094800: "the CA does not issue a certificate template (CERTSRV_E_UNSUPPORTED_CERT_TYPE); correct its name, or "
    "publish it",
}


def refusal(status: int) -> str | None:
    """Why Windows made no package, and what to do; None when it made one."""
    if status == 0:
        return None
    code = status_codes.explain(status)
    return _MEANINGS.get(code.number) or code.sentence


def host_refusal(membership: Mapping[str, Any]) -> str | None:
    """Why this host cannot provision; ``membership`` is that subset of ``win_machine_info``."""
    if not membership["part_of_domain"]:
        return "it is no member of a domain; provision on one that is"
    return None


def judge(
    account: Account, package: PackageFile, record: IssueRecord | None, choice: str, *, may_lose_membership: bool
) -> Decision:
    """Choose the act for one machine. ``choice`` is the option ``regenerate``.

    Only an account with an issue record of ours is reused unasked, because without one it counts as live.
    """
    if "exists" not in account:
        return Decision(Act.REFUSE, "nothing is known of its account; give its entry of computer_info in accounts")
    used = not may_lose_membership and _proves_life(record, account)
    decision = regenerate.decide(account.get("distinguished_name"), package, choice, used=used)
    if decision.act is not Act.REISSUE or may_lose_membership or _got_lost(record, account):
        return decision
    if "liveness" not in account:
        return Decision(Act.REFUSE, "nobody judged whether it lives; ask computer_info with dest")
    if account["liveness"]["state"] == liveness.State.UNUSED.value:
        return decision
    return Decision(
        Act.REFUSE,
        f"the account exists ({account['distinguished_name']}), and it is treated as live, because "
        f"{account['liveness']['reason']}; name it in live_machines if it may lose its membership",
    )


def _proves_life(record: IssueRecord | None, account: Account) -> bool:
    """Whether the record of this very account shows that it was used; without one, it only counts as live."""
    if record is None or record.object_guid not in (None, account.get("object_guid")):
        return False
    return bool(account.get("liveness", {}).get("state") == liveness.State.LIVE.value)


def _got_lost(record: IssueRecord | None, account: Account) -> bool:
    """Whether the account was provisioned by a run that ended before its package arrived, and not touched since."""
    return record is not None and record.package_sha256 is None and not isinstance(complete(record, account), str)


def options(act: Act, *, root_ca_certificates: bool, persistent_site: bool) -> int:
    """The flags for one call."""
    flags = Option(0)
    if act is Act.REISSUE:
        flags |= Option.REUSE_ACCOUNT
    if root_ca_certificates:
        flags |= Option.ROOT_CA_CERTS
    if persistent_site:
        flags |= Option.PERSISTENT_SITE
    return int(flags)


def incomplete(record: IssueRecord) -> bool:
    """Whether a package was issued, and the record lacks what only the directory knows."""
    return record.package_sha256 is not None and record.password_last_set is None


def complete(record: IssueRecord, account: Account) -> IssueRecord | str:
    """The record with what the directory said right after issuing, or why the directory says something else by now.

    Whoever provisions may log on as the machine to see that it works (Samba does), so logons of that time count as its
    own, within what clocks may differ.
    """
    if not account.get("exists"):
        return "there is no such account"
    if record.sid not in (None, account["sid"]):
        return "the account is another one by now"
    issued = datetime.fromisoformat(record.issued).timestamp()
    password_last_set = liveness.password_last_set(account)
    if abs(unix_time(password_last_set) - issued) > KERBEROS_TOLERANCE:
        return "its password was not set when the package was issued"
    seen = {host: Traces(**traces) for host, traces in account["evidence"].items() if traces}
    for host, traces in seen.items():
        if unix_time(max(traces.last_logon, traces.last_logon_timestamp)) - issued > KERBEROS_TOLERANCE:
            return f"its machine logged on since on {host}"
        if traces.operating_system != record.baseline(host).operating_system:
            return f"its machine wrote its operating system on {host}"
    return dataclasses.replace(
        record,
        distinguished_name=account["distinguished_name"],
        sid=account["sid"],
        object_guid=account["object_guid"],
        password_last_set=password_last_set,
        key_version=account["key_version"],
        evidence=seen,
    )
