# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where our module's time goes beside the add itself, measured one by one on one machine's worth of work."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._directory import computers
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import ARGUMENT_SPEC, Settings
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.plugins.module_utils._storage import secret_file

from tests.bench.workplace import Workplace

_TIMES = 200


def costs(place: Workplace) -> dict[str, Any]:
    """Milliseconds, the median of many: what a machine costs again and again while packages are issued."""
    name = place.issued[0]
    content = (place.dest / f"{name}.djoin").read_bytes()
    issuer = place.lab.accounts["issue"]
    options = {option: spec.get("default") for option, spec in ARGUMENT_SPEC.items()} | {
        "server": place.lab.address,
        "username": issuer.upn,
        "password": issuer.password,
        "ca_cert": str(place.lab.ca_cert),
    }
    directory = place.directory / "costs"
    directory.mkdir(exist_ok=True)
    with connect(Settings.from_options(options)) as connection:
        return {
            "read the account back": _median(lambda: computers.read(connection, f"CN={name},{place.lab.staging_ou}")),
            "write one file, synchronized with its directory": _median(
                lambda: secret_file.write(directory / "file", content)
            ),
            "write one file, not synchronized": _median(lambda: _unsynchronized(directory / "plain", content)),
            "make a password": _median(Password.generate),
        }


def _median(act: Callable[[], Any]) -> float:
    seconds = []
    for _number in range(_TIMES):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds) * 1000


def _unsynchronized(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.replace(path)
