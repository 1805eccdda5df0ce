# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a package is issued, issued again, kept or refused: the option ``regenerate`` as a pure decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

CHOICES = ("never", "missing", "dead", "always")


class PackageFile(Enum):
    """What lies where a machine's package belongs.

    DEAD is a package whose password we ourselves replaced since: its issue record names another package.
    """

    ABSENT = "there is no package of it in dest"
    UNUSABLE = "the file in dest is not its package"
    DEAD = "its package in dest is dead, because its password was reset since"
    EXPIRED = "its package in dest has expired"
    SOUND = "its package is in dest"

    @property
    def over(self) -> bool:
        """Whether it is of no use any more, which is no fault once it was used."""
        return self in (PackageFile.DEAD, PackageFile.EXPIRED)


class Act(Enum):
    CREATE = "create the account and issue its package"
    REISSUE = "reset the password of the account and issue its package again"
    KEEP = "change nothing"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Decision:
    """``refusal`` is a cause and a remedy, and set for REFUSE only."""

    act: Act
    refusal: str = ""


def decide(account_dn: str | None, package: PackageFile, regenerate: str, *, used: bool = False) -> Decision:
    """Choose the act for one machine; whether an account may be reset at all is judged afterwards.

    ``account_dn`` is None where the account does not exist. ``used`` says that its package is proved to have done its
    work.
    """
    if account_dn is None:
        if package is not PackageFile.ABSENT and regenerate == "never":
            return Decision(
                Act.REFUSE,
                "there is a package file, but no such account; remove the file, or set regenerate to missing",
            )
        return Decision(Act.CREATE)
    if package is PackageFile.SOUND and regenerate != "always":
        return Decision(Act.KEEP)
    if package.over and used and regenerate != "always":
        return Decision(Act.KEEP)
    if package.over and regenerate in ("never", "missing"):
        return Decision(
            Act.REFUSE,
            f"{package.value}; set regenerate to dead to issue it again, but not where it was applied and the machine "
            "waits for its network: a new password breaks that membership",
        )
    if regenerate == "never":
        return Decision(
            Act.REFUSE,
            f"the account exists ({account_dn}), but {package.value}; choose another name, put its package back, "
            "or set regenerate to missing to issue it again",
        )
    return Decision(Act.REISSUE)
