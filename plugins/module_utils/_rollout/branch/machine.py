# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One PC of a branch as host variables, and the templates that choose the phase of its connection data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .columns import CONNECTION, PHASES, PLAIN

_ANSIBLE = {
    "address": "ansible_host",
    "user": "ansible_user",
    "connection": "ansible_connection",
    "port": "ansible_port",
}
_PHASE = "{{{{ machine_connection[offline_join_phase | default('site')].{} }}}}"


@dataclass(frozen=True)
class Machine:
    """``values`` are the cells that are not empty, by column; ``file`` and ``line`` say where they stand."""

    name: str
    file: str
    line: int
    values: Mapping[str, str]

    @property
    def source(self) -> str:
        return f"{self.file} line {self.line}"

    def variables(self, extra: Collection[str] = ()) -> dict[str, Any]:
        """The host variables that are data; what the line does not say is left out, so that defaults work."""
        found: dict[str, Any] = {
            f"machine_{column}": self.values[column] for column in (*PLAIN, *extra) if column in self.values
        }
        found |= {"machine_name": self.name, "machine_source": self.source}
        connection = self.connection()
        return found | ({"machine_connection": connection} if connection else {})

    def templates(self) -> dict[str, str]:
        """The host variables that are templates: each chooses its value by the play variable offline_join_phase."""
        given = self.connection().get("site", {})
        return {_ANSIBLE[what]: _PHASE.format(what) for what in CONNECTION if what in given}

    def connection(self) -> dict[str, dict[str, Any]]:
        """By phase; both have the same keys, because what the domain phase does not say is as on site."""
        site, domain = ({what: self.values.get(f"{phase}_{what}") for what in CONNECTION} for phase in PHASES)
        if any(site.values()) or any(domain.values()):
            site["address"] = site["address"] or self.name
        phases: dict[str, dict[str, Any]] = {"site": {}, "domain": {}}
        for what in CONNECTION:
            if site[what]:
                phases["site"][what] = _typed(what, site[what])
                phases["domain"][what] = _typed(what, domain[what] or site[what])
        return phases if phases["site"] else {}


def _typed(what: str, text: str | None) -> Any:
    return int(text) if what == "port" and text else text
