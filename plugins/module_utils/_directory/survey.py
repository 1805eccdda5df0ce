# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One question to many domain controllers, side by side: each that is out of reach costs a whole connection_timeout."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .connection import DirectoryConnection, connect
from .domain import Domain
from .errors import DirectoryError

_AT_ONCE = 32  # threads that only wait; each has a connection of its own
Answer = TypeVar("Answer")
Question = Callable[[DirectoryConnection], Answer]


def ask(
    connection: DirectoryConnection,
    domain: Domain,
    hosts: Sequence[str],
    question: Question[Answer],
    silent: Collection[str] = (),
) -> dict[str, Answer | None]:
    """By host name, in the order of ``hosts``, what each answers; None where one cannot be asked.

    The same login is used everywhere, and the connection that there is for its own domain controller. ``silent`` are
    those known not to answer, which are not waited for again.

    :raises DirectoryError: the domain controller of ``connection`` refused
    """
    here, mute = domain.controller.host_name.lower(), {host.lower() for host in silent}

    def elsewhere(host: str) -> Answer | None:
        try:
            with connect(dataclasses.replace(connection.settings, server=host)) as other:
                return question(other)
        except DirectoryError:
            return None

    found: dict[str, Answer | None] = dict.fromkeys(hosts)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        others = [host for host in hosts if host.lower() not in {here, *mute}]
        asked = {host: threads.submit(elsewhere, host) for host in others}
        found |= {host: question(connection) for host in hosts if host.lower() == here}
        found |= {host: answer.result() for host, answer in asked.items()}
    return found
