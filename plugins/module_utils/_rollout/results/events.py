# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger is told of a machine after a stage: everything that holds by now, not only what changed.

The ledger leaves out what it has, so a run that was killed before it could record is made good by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ledger.events import REVOCATION_RECORD, Kind
from ..machine_files import SEALED
from ..verification.subject import container
from .machine import Results

_REVOKED = "revoked"  # a state of ``revocation`` and ``expiry``
_INVENTORY = ("branch", "inventory_tag")

Told = Iterator[tuple[Kind, dict[str, Any]]]


def events(results: Results, *, promote: bool) -> list[dict[str, Any]]:
    """In the order of the road, as the option ``events`` of ``ledger_entry``."""
    described = {one: str(results.inventory[one]) for one in _INVENTORY if results.inventory.get(one)}
    return [
        {"machine": results.name, "kind": str(kind), **described, **{key: one for key, one in fields.items() if one}}
        for step in (_issued(results), _carried(results), _joined(results, promote), _ended(results))
        for kind, fields in step
    ]


def _issued(results: Results) -> Told:
    issued = results.issued
    sha256 = issued.get("package_sha256")
    if not sha256:
        return
    yield (
        Kind.ISSUED,
        {
            "sha256": sha256,
            "serial_number": results.inventory.get("serial_number"),
            "issue_record": issued["issue_record"],
        },
    )
    if issued["package"].endswith(SEALED):
        yield Kind.SEALED, {"sha256": sha256, "sealed_package": issued["package"]}


def _carried(results: Results) -> Told:
    if results.carried:
        yield Kind.CARRIED, {"sha256": results.carried["package_sha256"], "details": {"kit": results.carried["kit"]}}


def _joined(results: Results, promote: bool) -> Told:
    applied = results.applied
    if applied.get("package_sha256"):
        yield Kind.APPLIED, {"sha256": applied["package_sha256"], "serial_number": applied.get("serial_number")}
    if results.verified:
        yield Kind.VERIFIED, {}
    if results.retired:
        yield Kind.RETIRED, {}
    if results.promoted:
        yield Kind.PROMOTED, {"organizational_unit": container(results.moved.get("distinguished_name", ""))}
    if results.accepted(promote=promote):
        yield Kind.ACCEPTED, {}


def _ended(results: Results) -> Told:
    for kind, said in ((Kind.REVOKED, results.revoked), (Kind.EXPIRED, results.expired)):
        if said.get("state") == _REVOKED:
            record = said.get(REVOCATION_RECORD)
            yield kind, {"why": said.get("reason"), "details": {REVOCATION_RECORD: record} if record else None}
