# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The measurements as a table on the screen and as docs/performance.md."""

from __future__ import annotations

from typing import Any

_TARGETS = (
    # what, number of the measurement, at least or at most, target, unit
    ("adds of one task against LDAP adds alone", "task_of_raw", ">=", 0.9, "times"),
    ("one task against `net offlinejoin provision`", "task_against_net", ">=", 6.0, "times"),
    ("a run with nothing to do", "rerun", ">=", 500.0, "machines a second"),
    ("peak memory of the module, most machines", "memory", "<=", 150.0, "MiB"),
    ("growth of that memory from the first size on", "growth", "<=", 1.25, "times"),
    ("machines audited", "audit", ">=", 500.0, "a second"),
    ("encode and decode", "codec", ">=", 1000.0, "packages a second"),
    ("the task `join` against `win_ping`, no package needed", "look", "<=", 1.4, "times"),
    ("the task `join` against `win_ping`, package given", "join", "<=", 1.4, "times"),
    ("events recorded in a ledger in a file", "append", ">=", 5000.0, "a second"),
    ("chains of that ledger verified", "verify", "<=", 5.0, "s"),
    ("the acceptance report of as many machines made", "report", "<=", 10.0, "s"),
    ("memory for it", "report_memory", "<=", 300.0, "MiB"),
    ("it opened and filtered in a browser", "report_shown", "<=", 2.0, "s"),
)


def targets(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Each target with what was measured and whether it was met."""
    memory = found["memory"]
    numbers = {
        "task_of_raw": found["ways"]["task"]["of_raw"],
        "task_against_net": found["ways"]["net"]["task_against_it"],
        "rerun": max(found["rerun"]["rates"]),
        "memory": memory[-1]["nothing_to_do_mib"],
        "growth": memory[-1]["nothing_to_do_mib"] / memory[0]["nothing_to_do_mib"],
        "audit": found["audit"]["rate"],
        "codec": found["codec"]["both"],
        "look": found["join"]["of_win_ping"]["look"],
        "join": found["join"]["of_win_ping"]["join"],
        "append": found["ledger"]["append_rate"],
        "verify": found["ledger"]["verify_seconds"],
        "report": found["report"]["seconds"],
        "report_memory": found["report"]["peak_mib"],
        "report_shown": found["report"]["opened_seconds"] + found["report"]["filtered_seconds"],
    }
    return [
        {
            "what": what,
            "measured": numbers[key],
            "target": f"{'at least' if sign == '>=' else 'at most'} {target:g} {unit}",
            "met": numbers[key] >= target if sign == ">=" else numbers[key] <= target,
        }
        for what, key, sign, target, unit in _TARGETS
    ]


def _ways(found: dict[str, Any]) -> list[list[str]]:
    return [
        [
            way["what"],
            f"{way['of_raw']:.2f}",
            f"{way['task_against_it']:.1f}",
            f"{way['module_against_it']:.1f}",
            f"{way['rate']:.1f}",
            f"{min(way['rates']):.1f} to {max(way['rates']):.1f}",
        ]
        for way in found["ways"].values()
    ]


_WAYS = ["way", "of LDAP adds alone", "our task is faster by", "our module is faster by", "machines a second", "range"]


def _others(found: dict[str, Any]) -> list[list[str]]:
    fuzz, codec, ledger = found["fuzz"], found["codec"], found["ledger"]
    memory = [
        [
            f"peak memory over {size['machines']} machines: nothing to do, check mode",
            f"{size['nothing_to_do_mib']:.0f} MiB, {size['check_mode_mib']:.0f} MiB",
        ]
        for size in found["memory"]
    ]
    fuzzed = f"{fuzz['done']} of {fuzz['asked']} in {fuzz['seconds']:.0f} s, {len(fuzz['failures'])} failures"
    return [
        [f"a run over {found['rerun']['machines']} machines with nothing to do", _rate(max(found["rerun"]["rates"]))],
        *memory,
        [f"an audit of {found['audit']['machines']} machines", _rate(found["audit"]["rate"])],
        [f"peak memory, issuing for {found['machines']} machines", f"{found['issuing']['peak_mib']:.0f} MiB"],
        ["processor time of the client for each package", f"{found['issuing']['cpu_ms_per_machine']:.1f} ms"],
        [f"joins over WinRM, {found['join']['machines']} twins", f"{found['join']['seconds']['join']:.1f} s"],
        [f"win_ping of {found['join']['machines']} twins", f"{found['join']['seconds']['win_ping']:.1f} s"],
        [f"a ledger of {ledger['machines']} machines, {ledger['events']} events", f"{ledger['mib']:.0f} MiB"],
        ["states derived from it", f"{ledger['states_seconds']:.1f} s"],
        ["packages encoded", _rate(codec["encode"])],
        ["packages decoded and checked", _rate(codec["decode"])],
        ["packages encoded and decoded", _rate(codec["both"])],
        ["damaged packages read or refused", fuzzed],
        ["the slowest of them", f"{fuzz['slowest_seconds'] * 1000:.0f} ms"],
        *[[f"{what}, once", f"{cost:.2f} ms"] for what, cost in found["costs_ms"].items()],
    ]


def _rate(number: float) -> str:
    return f"{number:,.0f} a second"


def _judged(found: dict[str, Any]) -> list[list[str]]:
    return [
        [target["what"], f"{target['measured']:,.2f}", target["target"], "met" if target["met"] else "missed"]
        for target in found["targets"]
    ]


def table(found: dict[str, Any]) -> str:
    return "\n\n".join(
        [
            aligned(_WAYS, _ways(found)),
            aligned(["what", "measured"], _others(found)),
            aligned(["target", "measured", "wanted", ""], _judged(found)),
            f"{found['seconds']:.0f} s in all; {found['rounds']} rounds of {found['machines']} machines a call, "
            f"{found['slow_machines']} where every machine is a process",
        ]
    )


def aligned(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]
    )


def markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def document(found: dict[str, Any]) -> str:
    """docs/performance.md: ratios inside the run first, absolute rates with the machine's description after them."""
    ratios = [row[:4] for row in _ways(found)]
    rates = [[row[0], row[4], row[5]] for row in _ways(found)]
    machine = [[what, value] for what, value in found["machine"].items()]
    return _DOCUMENT.format(
        machines=found["machines"],
        rounds=found["rounds"],
        slow=found["slow_machines"],
        ratios=markdown(_WAYS[:4], ratios),
        targets=markdown(["target", "measured", "wanted", ""], _judged(found)),
        rates=markdown(["way", "machines a second", "slowest and fastest round"], rates),
        others=markdown(["what", "measured"], _others(found)),
        machine=markdown(["part", "of this run"], machine),
    )


_DOCUMENT = """\
<!--
Copyright (c) 2026 adops.offline_join contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# Performance

`make bench` wrote this page. It starts a Samba domain controller of its own on loopback and lets every way of making
computer accounts have its turn, {rounds} times in changing order: {machines} machines in one call, {slow} machines
where each machine is a process. A busy machine slows all of them alike, so compare the ratios; the rates belong to
the machine below.

## Against each other

The domain controller is the limit: the first line is how many accounts with a password it takes over one connection,
and nothing else is done there. The rates of our module and of the task hold the start of Python and of Ansible, the
login, the search for accounts that exist, and all files. Medians of the rounds.

{ratios}

## Targets

{targets}

What they hold: Ansible's start, its packing of the module and its reading of the answer cost some two seconds for each
task, whatever the domain controller does. A machine that gets its package is looked at before, which is two calls of
modules where `win_ping` is one; its twin only says that it took the package, because what Samba needs to apply it is no
cost of the control node.

## Rates on this machine

{rates}

{others}

Memory of runs with nothing to do is measured over real packages, memory of new machines in check mode.

The machine:

{machine}
"""
