# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger is told of a machine after a stage: everything that holds by now, not only what changed.

The ledger leaves out what it has, so a run that was killed before it could record is made good by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..ledger.events import Kind
from .machine import Results

_SEALED = ".sealed"
_REVOKED = "revoked"  # a state of ``revocation`` and ``expiry``
_INVENTORY = ("branch", "inventory_tag")

Told = Iterator[tuple[Kind, dict[str, Any]]]


def events(results: Results, container: Callable[[str], str], *, promote: bool) -> list[dict[str, Any]]:
    """In the order of the road, as the option ``events`` of ``ledger_entry``; ``container`` is that of a DN."""
    described = {one: str(results.inventory[one]) for one in _INVENTORY if results.inventory.get(one)}
    return [
        {"machine": results.name, "kind": str(kind), **described, **{key: one for key, one in fields.items() if one}}
        for step in (_issued(results), _carried(results), _joined(results, container, promote), _ended(results))
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
    if issued["package"].endswith(_SEALED):
        yield Kind.SEALED, {"sha256": sha256, "sealed_package": issued["package"]}


def _carried(results: Results) -> Told:
    if results.carried:
        yield Kind.CARRIED, {"sha256": results.carried["package_sha256"], "details": {"kit": results.carried["kit"]}}


def _joined(results: Results, container: Callable[[str], str], promote: bool) -> Told:
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
    if results.revoked.get("state") == _REVOKED:
        yield Kind.REVOKED, {"why": results.revoked.get("reason")}
    if results.expired.get("state") == _REVOKED:
        yield Kind.EXPIRED, {"why": results.expired.get("reason")}
