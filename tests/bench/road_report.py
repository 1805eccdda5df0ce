# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole road as tables on the screen and as its section of docs/performance.md."""

from __future__ import annotations

import math
from typing import Any

from tests.bench.report import aligned, markdown
from tests.bench.road import NOTHING, PING, PLAYS, START, STEPS

_HEADING = "## The whole road"
_TARGET_SECONDS = 900
_LABELS = {START: "Ansible's start and the inventory", PLAYS: "leaving plays, for those with no part in them"}


def each_ms(size: dict[str, Any], step: str) -> float:
    """Milliseconds of a step for one machine that it was done for."""
    found = size["steps"][step]
    return 1000 * (found["once"] + found["each"]) / found["machines"]


def growth(found: list[dict[str, Any]], step: str) -> float:
    """The exponent of a step's seconds, from the first size to the last: 1 is linear, more is worse."""
    first, last = found[0], found[-1]
    return 1 + math.log(each_ms(last, step) / each_ms(first, step)) / math.log(last["machines"] / first["machines"])


def whole(size: dict[str, Any]) -> float:
    return float(sum(size["seconds"].values()))


def projected(size: dict[str, Any]) -> float:
    """Seconds of the whole road if every machine of the branch were a twin: the tasks of each machine, as often."""
    return float(
        sum(found["once"] + found["each"] * found["branch"] / found["machines"] for found in size["steps"].values())
    )


def table(found: list[dict[str, Any]]) -> list[list[str]]:
    """Steps with milliseconds for each machine, by size, and how they grow."""
    return [
        [_LABELS.get(step, step), *[f"{each_ms(size, step):.1f}" for size in found], f"{growth(found, step):.2f}"]
        for step in STEPS
    ]


def screen(found: list[dict[str, Any]]) -> str:
    sizes = [f"{size['machines']} machines" for size in found]
    playbooks = [*found[-1]["seconds"]]
    return "\n\n".join([
        aligned(["milliseconds for each machine", *sizes, "growth"], table(found)),
        aligned(_PROFILE, _profile(found[-1])),
        aligned(["machines", "twins", *playbooks, "whole road", "if all were twins"], _seconds(found)),
    ])  # fmt: skip


_PROFILE = ["step", "seconds", "calls for all machines", "Ansible itself", "tasks beyond that"]


def _seconds(found: list[dict[str, Any]]) -> list[list[str]]:
    return [
        [f"{size['machines']:,}", f"{size['twins']}", *[f"{seconds:.0f}" for seconds in size["seconds"].values()],
         f"{whole(size):.0f}", f"{projected(size):.0f}"]
        for size in found
    ]  # fmt: skip


def _profile(size: dict[str, Any]) -> list[list[str]]:
    rows = []
    for step in STEPS:
        found = size["steps"][step]
        # A busy moment may make nothing dearer than something.
        own = min(found["each"], found["runs"] * size["own"][NOTHING])
        parts = (found["once"], own, found["each"] - own)
        rows.append([_LABELS.get(step, step), f"{sum(parts):.1f}", *[f"{part:.1f}" for part in parts]])
    return rows


def _processor(size: dict[str, Any], cores: int) -> list[list[str]]:
    rows = []
    for playbook, parties in size["processor"].items():
        seconds = size["seconds"][playbook] * cores
        shares = [f"{used:.0f} s, {100 * used / seconds:.0f} %" for used in parties.values()]
        rows.append([playbook, *shares, f"{100 * (1 - sum(parties.values()) / seconds):.0f} %"])
    return rows


def section(found: list[dict[str, Any]], machine: dict[str, str], cores: int) -> str:
    """For docs/performance.md, from its heading on."""
    last = found[-1]
    sizes = [f"{size['machines']:,} machines" for size in found]
    own = last["own"]
    return _SECTION.format(
        heading=_HEADING,
        most=f"{last['machines']:,}",
        share=last["machines"] // last["twins"],
        machine=f"{machine['processor']}, {machine['memory']}",
        seconds=markdown(["machines", "twins", *last["seconds"], "whole road", "if all were twins"], _seconds(found)),
        whole=f"{whole(last):.0f}",
        target=_TARGET_SECONDS,
        verdict="met" if whole(last) <= _TARGET_SECONDS else "missed",
        projected=f"{projected(last):.0f}",
        steps=markdown(["step", *sizes, "growth"], table(found)),
        profile=markdown(_PROFILE, _profile(last)),
        nothing=f"{1000 * own[NOTHING]:.0f}",
        ping=f"{1000 * own[PING]:.0f}",
        processor=markdown(["playbook", *next(iter(last["processor"].values())), "idle"], _processor(last, cores)),
    )


_SECTION = """\
{heading}

`make bench BENCH=--road` wrote this section: branches of growing size go from their CSV to accepted machines, each with
names of its own, sealed packages, groups, an account for each duty and a ledger in a file. One machine in {share} is a
Windows twin with a Samba member behind it; the others are known to the directory only, so `prepare` is run over all and
`join` and `accept` with `--limit` over the twins. Everything, domain controller and twins included, shares {machine}.

{seconds}

{most} machines took {whole} s; the target, at most {target} s, is {verdict}. The last column is no measurement: it has
the tasks of each machine as often as if all machines were twins, {projected} s for {most} of them.

![Milliseconds that each step takes for one machine, in branches of growing size](images/road.svg)

A step that is linear has a level line, one that costs something once falls, one that rises needs a reason.

Milliseconds of each step for one machine that it was done for, and the exponent of the growth of its seconds, 1 being
linear:

{steps}

### Where the time goes

The profile of {most} machines in seconds. A task that does nothing costs {nothing} ms for each host in the same run, a
`win_ping` {ping} ms; as often as a step's tasks ran, that first number is what Ansible itself costs. Calls for all
machines are modules that wait for the domain controller or the disk; tasks beyond that are WinRM and the twins, and
what a machine is told.

{profile}

The processor time that everybody used. The control node is ansible-playbook with its modules, and shares the
processors with the other two, which a real one does not:

{processor}
"""


def put(document: str, written: str) -> str:
    """The page with this section in the place of the one that it had; it is the last one."""
    return f"{document.partition(_HEADING)[0].rstrip()}\n\n{written}"


def kept(document: str) -> str:
    """The section as it stands on the page, or nothing."""
    _before, heading, rest = document.partition(_HEADING)
    return f"\n{heading}{rest}" if heading else ""
