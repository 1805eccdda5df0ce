# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package from facts that somebody knows, where no domain controller is asked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .._package.errors import PackageError
from .._package.package import Account, Domain, DomainController, Package
from .._package.password import Password
from .._rollout.issuing.issue_record import IssueRecord
from .._rollout.issuing.regenerate import PackageFile
from .._rollout.names import computer_name
from .._storage.package_form import PackageForm
from .._storage.package_store import PackageStore
from . import certificate_sources, extra_parts

_LONGEST_PASSWORD = 256  # UTF-16 units, MS-SAMR 3.1.1.7.1
_ACCOUNT_SID = re.compile(r"(S-1-5-21-[0-9]{1,10}-[0-9]{1,10}-[0-9]{1,10})-[0-9]{1,10}")


def package(facts: Mapping[str, Any], now: datetime) -> Package:
    """The same facts give the same bytes. ``facts`` are the options of the module package_compose.

    :raises PackageError: a fact cannot be
    :raises SealError: a certificate must not be used
    """
    name, domain, controller = facts["name"], facts["domain"], facts["domain_controller"]
    if fault := computer_name.faults([name], domain["netbios_name"]).get(name):
        raise PackageError(f"{name}: {fault}")
    authorities = certificate_sources.from_files(facts["root_ca_files"], now)
    additions = extra_parts.collect([facts], facts, authorities, domain["netbios_name"], now)
    if fault := additions.faults.get(name):
        raise PackageError(f"{name}: {fault}")
    match = _ACCOUNT_SID.fullmatch(facts["sid"])
    if not match:
        raise PackageError(f"{name}: sid {facts['sid']!r} is not that of an account, S-1-5-21-...; give its objectSid")
    try:
        return Package.build(
            Account(name, facts["sid"], _guid(facts["object_guid"], "object_guid")),
            Domain(
                domain["dns_name"],
                domain["netbios_name"],
                domain["forest_name"] or domain["dns_name"],
                _guid(domain["guid"], "domain.guid"),
                match[1],
            ),
            DomainController(
                controller["name"],
                controller["address"],
                controller["flags"],
                controller["site"],
                facts["site"] or controller["site"],
            ),
            _password(facts["password"]),
            options=facts["provision_options"],
            join4=facts["join4"],
            join2=additions.join2.get(name),
            certificates=additions.certificates.get(name),
        )
    except PackageError as error:
        raise PackageError(f"{name}: no package can be composed: {error}") from None


def is_there(store: PackageStore, composed: Package) -> bool:
    """Whether the very package lies in its place, not expired.

    :raises PackageError: another one lies there that must not be lost
    """
    name = composed.machine_name
    record = store.read_record(name)
    if record is None or not store.package(name).exists():
        return False
    if record.package_sha256 == composed.sha256:
        return store.status(name, composed.account_sid) is PackageFile.SOUND
    if record.distinguished_name:
        place = store.package(name)
        raise PackageError(f"{name}: {place} was issued, not composed, and would be lost; name another dest")
    return False


def write(store: PackageStore, form: PackageForm, composed: Package, facts: Mapping[str, Any], now: datetime) -> None:
    """
    :raises OSError: naming the path
    :raises SealError: the package cannot be sealed
    """
    record = IssueRecord(
        machine=composed.machine_name,
        domain=composed.domain_name,
        distinguished_name="",  # nobody asked where the account is
        issued=now.isoformat(timespec="seconds"),
        sid=composed.account_sid,
        object_guid=str(uuid.UUID(facts["object_guid"])),
        password_last_set=facts["password_last_set"],
        key_version=facts["key_version"],
        package_sha256=composed.sha256,
    )
    issued = form.wrap(record, composed)
    store.prepare()
    for failure in store.write([issued]).values():
        raise failure


def _guid(text: str, option: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise PackageError(
            f"{option} {text!r} is no GUID; write it like 0a0b0c0d-0e0f-1011-1213-141516171819"
        ) from None


def _password(text: str) -> Password:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if not 0 < units <= _LONGEST_PASSWORD or "\0" in text:
        raise PackageError(f"the password has {units} characters; an account has 1 to {_LONGEST_PASSWORD}, and no NUL")
    return Password(text)
