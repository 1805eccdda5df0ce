# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to become of the packages of a list of machines: preflight predicts what issuing does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._directory.computers import ComputerAccount
from .._rollout.issuing import regenerate
from .._rollout.issuing.regenerate import Act, Decision, PackageFile
from .._storage.package_store import PackageStore
from .reuse import Reuse


class PackageDecisions:
    """``store`` is None where nobody said where the packages lie, ``choice`` is the option ``regenerate``."""

    def __init__(self, store: PackageStore | None, reuse: Reuse, choice: str) -> None:
        self._store = store
        self._reuse = reuse
        self._choice = choice
        self._files: dict[str, PackageFile] = {}

    def decide(self, names: Iterable[str], accounts: Mapping[str, ComputerAccount]) -> dict[str, Decision]:
        """``accounts`` are those that exist, by name in lower case. Use is looked at for all that hinge on it at once.

        :raises SearchError: the directory does not tell how an account is used
        """
        unreadable: dict[str, Decision] = {}
        self._files = {}
        for name in names:
            account = accounts.get(name.lower())
            try:
                self._files[name] = self._status(name, account)
            except OSError as failure:
                cause = f"{failure.filename}: {failure.strerror}; make it readable"
                unreadable[name] = Decision(Act.REFUSE, cause)
        looked_at = [name for name in self._files if name.lower() in accounts and self._hinges_on_use(name, accounts)]
        self._reuse.look_at(looked_at)
        used = {name for name in looked_at if self._reuse.used(name, accounts[name.lower()])}
        return unreadable | {name: self._decide(name, accounts, used=name in used) for name in self._files}

    def file(self, name: str) -> PackageFile:
        """What lay in the place of its package when that was decided, for one that is kept."""
        return self._files[name]

    def _status(self, name: str, account: ComputerAccount | None) -> PackageFile:
        if self._store is None:
            return PackageFile.ABSENT
        return self._store.status(name, account.sid if account else None)

    def _hinges_on_use(self, name: str, accounts: Mapping[str, ComputerAccount]) -> bool:
        return self._files[name].over or self._decide(name, accounts, used=False).act is Act.REISSUE

    def _decide(self, name: str, accounts: Mapping[str, ComputerAccount], *, used: bool) -> Decision:
        account = accounts.get(name.lower())
        dn = account.distinguished_name if account else None
        return regenerate.decide(dn, self._files[name], self._choice, used=used)
