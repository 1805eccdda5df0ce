# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a package is issued, kept or refused: the option ``regenerate`` as a pure decision."""

from __future__ import annotations

from dataclasses import dataclass

CHOICES = ("never", "missing")


@dataclass(frozen=True)
class Found:
    """What there is before anything is done.

    ``account_dn`` is None where the account does not exist, ``package_fault`` None where the package file is
    sound and belongs to that account; ``package_exists`` says whether there is a file at all.
    """

    account_dn: str | None
    package_exists: bool
    package_fault: str | None


@dataclass(frozen=True)
class Decision:
    """Issue, or keep what there is, or refuse with a sentence."""

    issue: bool = False
    refusal: str | None = None


def decide(found: Found, regenerate: str) -> Decision:
    """An account that exists is never touched; a package file is replaced only where its account is gone."""
    if found.account_dn is not None:
        if found.package_exists and found.package_fault is None:
            return Decision()
        package = found.package_fault or "there is no package of it in dest"
        return Decision(
            refusal=f"the account exists ({found.account_dn}), but {package}; "
            "choose another name, put its package back, or delete the account if no machine uses it"
        )
    if found.package_exists and regenerate == "never":
        return Decision(
            refusal="there is a package file, but no such account; remove the file, or set regenerate to missing"
        )
    return Decision(issue=True)
