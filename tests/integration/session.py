# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our own connection to the lab's directory, inside the test, for what no module does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import (
    DirectoryConnection,
    connect,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import ARGUMENT_SPEC, Settings

from tests.lab import Lab


@contextmanager
def logged_in(lab: Lab, account: str) -> Iterator[DirectoryConnection]:
    who = lab.accounts[account]
    defaults = {option: spec.get("default") for option, spec in ARGUMENT_SPEC.items()}
    mine = {"server": lab.address, "ca_cert": str(lab.ca_cert), "username": who.upn, "password": who.password}
    with connect(Settings.from_options(defaults | mine)) as connection:
        yield connection
