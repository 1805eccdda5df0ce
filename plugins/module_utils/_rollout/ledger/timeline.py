# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of several writers in the order in which they happened, as far as that can be known."""

from __future__ import annotations

from collections.abc import Iterable

from .events import Event


def ordered(events: Iterable[Event]) -> list[Event]:
    """By time, but never against the order within a chain: where a writer's clock jumped back, its events count as
    no earlier than the one before them."""
    latest: dict[str, str] = {}
    keyed = []
    for event in sorted(events, key=lambda event: (event.writer, event.sequence)):
        latest[event.writer] = max(latest.get(event.writer, ""), event.time)
        keyed.append((latest[event.writer], event.writer, event.sequence, event))
    return [event for _time, _writer, _sequence, event in sorted(keyed, key=lambda one: one[:3])]


def by_machine(events: Iterable[Event]) -> dict[str, list[Event]]:
    """The events of each machine in that order, by its name in lower case; what names no machine is left out."""
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.machine:
            found.setdefault(event.machine.lower(), []).append(event)
    return {name: ordered(own) for name, own in found.items()}
