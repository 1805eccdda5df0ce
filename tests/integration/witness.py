# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a callback plugin got to see of a run, and what it says about the tasks of each host."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PLUGINS = Path(__file__).parent / "callback_plugins"
_RESULTS = {"ok", "failed", "skipped", "unreachable"}


@dataclass(frozen=True)
class Witness:
    """The callback plugin ``witness``, and the file that it adds its lines to."""

    file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ANSIBLE_CALLBACK_PLUGINS": str(_PLUGINS),
            "ANSIBLE_CALLBACKS_ENABLED": "witness",
            "WITNESS_FILE": str(self.file),
        }

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()]

    def results(self, action: str | None = None) -> list[dict[str, Any]]:
        """The task runs, role validations and skipped ones too; those of one module by its full name."""
        return [event for event in self.events() if event["event"] in _RESULTS and action in (None, event["action"])]

    def hosts(self, action: str) -> list[str]:
        """On which hosts a module ran, in the order of its results."""
        return [event["host"] for event in self.results(action)]

    def once_and_per_host(self) -> tuple[int, Counter[str]]:
        """How many tasks ran once for all hosts, and how many ran on each host; what ``meta`` does costs no worker."""
        results = [event for event in self.results() if event["action"].rpartition(".")[2] != "meta"]
        once = [event for event in results if event["task_fields"].get("run_once")]
        return len(once), Counter(event["host"] for event in results if event not in once)
