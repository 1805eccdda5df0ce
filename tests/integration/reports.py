# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports and labels made as a playbook makes them, and what a browser takes to open and filter a report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.integration.chromium import Chromium

_MAKE = """
import importlib, json, resource, sys, time
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
kind = importlib.import_module("ansible_collections.adops.offline_join.plugins.action." + sys.argv[1]).ActionModule
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
machines = json.load(open(sys.argv[2], encoding="utf-8"))
start = time.process_time()
actions.make(kind, {"machines": machines, "dest": sys.argv[3], **json.loads(sys.argv[4])}).run(None, {})
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"seconds": time.process_time() - start, "mebibytes": peak}))
"""
SHOWN = "[...document.querySelectorAll('#list .row .k-name bdi')].map(one => one.textContent)"
_TIMED = """(() => {{
  const start = performance.now();
  {act};
  document.body.offsetHeight;
  return performance.now() - start;
}})()"""
FIND = "find.value = {0}; find.dispatchEvent(new Event('input', {{bubbles: true}}))"


def machine(number: int, **more: Any) -> dict[str, Any]:
    state = ("accepted", "accepted", "done", "pending", "failed")[number % 5]
    checks = [
        {"id": kind, "verdict": "pass", "evidence": f"{kind} of PC-{number} is as it should be", "remedy": ""}
        for kind in ("identity", "address", "dns_servers", "domain_controller", "clock", "secure_channel", "policy")
    ]
    times = [f"2026-11-{day:02}T{number % 24:02}:15:00Z" for day in (2, 3, 5, 9)]
    kinds = ("issued", "applied", "verified", "accepted")
    return {
        "name": f"PC-{number}",
        "state": state,
        "branch": f"B{number % 40}",
        "wave": str(number % 3),
        "responsible": "Anna Berger",
        "serial_number": f"SN{number:06}",
        "headline": "no route to host" if state in ("pending", "failed") else "",
        "stage": "join",
        "checks": checks,
        "events": [{"time": time, "kind": kind, "who": "ops"} for time, kind in zip(times, kinds, strict=True)],
        "package": {"issued": times[0], "sha256": f"{number:064x}"},
        "organizational_unit": "OU=Production,DC=corp,DC=example",
    } | more


def make(
    dest: Path, machines: list[dict[str, Any]], action: str = "acceptance_report", **options: Any
) -> dict[str, Any]:
    """What an action writes to ``dest``, in a process of its own; its seconds of work and its peak."""
    directory = dest if dest.is_dir() else dest.parent
    given = directory / "machines.json"
    given.write_text(json.dumps(machines), encoding="utf-8")
    command = [sys.executable, "-c", _MAKE, action, str(given), str(dest), json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    cost: dict[str, Any] = json.loads(done.stdout)
    return cost


def filtering(browser: Chromium, report: Path, words: str) -> dict[str, float]:
    """Seconds until a report stands there, until it shows what was searched for, and until all are sorted by name."""
    opened = browser.open(report)
    find = "const find = document.getElementById('find');"
    act = find + FIND.format(json.dumps(words))
    filtered = browser.run(_TIMED.format(act=act)) / 1000
    found = browser.run(SHOWN)
    sort = "document.querySelector('th[data-key=name] button').click()"
    resorted = browser.run(_TIMED.format(act=f"{find}{FIND.format(json.dumps(''))};{sort}")) / 1000
    return {"opened": opened, "filtered": filtered, "sorted": resorted, "found": len(found)}
