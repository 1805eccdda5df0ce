# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured, and in what order: ``python -m tests.bench``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import acceptance, audit, codec, curve, ledger, report, road, road_report, windows
from tests.bench.contenders import CONTENDERS
from tests.bench.costs import costs
from tests.bench.machine import description
from tests.bench.workplace import BenchError, Workplace
from tests.lab import LabError

_BUILD = Path("build").resolve()
_DOCUMENT = Path("docs/performance.md")
_CURVE = Path("docs/images/road.svg")


@dataclass(frozen=True)
class Sizes:
    """``machines`` of one call; slow ways take one in ``slow_share`` of them; times in seconds.

    ``road`` are the branches of the whole road, with so many twins at the most.
    """

    machines: int
    rounds: int
    rerun: int
    memory: tuple[int, int]
    fuzz: int
    fuzz_seconds: float
    codec_seconds: float
    twins: int
    ledger: int
    road: tuple[int, ...]
    road_twins: int
    slow_share: int = 25


def sizes() -> tuple[Sizes, argparse.Namespace]:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--machines", type=int, default=500, help="machines of one call (default: 500)")
    parser.add_argument("--rounds", type=int, default=3, help="how often every way has its turn (default: 3)")
    parser.add_argument("--fuzz", type=int, default=1_000_000, help="damaged packages (default: a million)")
    parser.add_argument("--fuzz-seconds", type=float, default=300, help="no longer than this (default: 300)")
    parser.add_argument("--quick", action="store_true", help="50 machines, small everything; writes no document")
    parser.add_argument("--road", action="store_true", help="only the whole road of 100 to 1,000 machines")
    given = parser.parse_args()
    if given.quick:
        return Sizes(50, 2, 100, (100, 200), 20_000, 20, 1, 10, 1_000, (10, 20), 5, slow_share=10), given
    fuzz, branches = (given.fuzz, given.fuzz_seconds), (100, 300, 1_000)
    return Sizes(given.machines, given.rounds, 1_000, (1_000, 5_000), *fuzz, 5, 100, 10_000, branches, 200), given


@contextlib.contextmanager
def workplace() -> Iterator[Workplace]:
    directory = _BUILD / "bench"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    place = Workplace(directory)
    place.lab.stop()
    place.lab.start()
    try:
        yield place
    finally:
        place.lab.stop()


def step(words: str) -> None:
    print(f"==> {words}", flush=True)


def rounds(place: Workplace, size: Sizes) -> list[dict[str, Any]]:
    """Every round has each way once, in an order that moves on, so that no way always comes first."""
    done = []
    for number in range(size.rounds):
        step(f"round {number + 1} of {size.rounds}")
        rates = {}
        for contender in (*CONTENDERS[number % len(CONTENDERS) :], *CONTENDERS[: number % len(CONTENDERS)]):
            names = place.fresh(max(2, size.machines // (size.slow_share if contender.slow else 1)))
            rates[contender.key] = len(names) / contender.way(place, names)
            print(f"    {contender.key:12} {len(names):5} machines {rates[contender.key]:8.1f} a second", flush=True)
        done.append(rates)
    return done


def compared(done: list[dict[str, Any]]) -> dict[str, Any]:
    """The rates of each way, and within each round as parts of what the domain controller takes."""
    return {
        contender.key: {
            "what": contender.what,
            "rates": [rates[contender.key] for rates in done],
            "rate": statistics.median(rates[contender.key] for rates in done),
            "of_raw": statistics.median(rates[contender.key] / rates["raw"] for rates in done),
            "task_against_it": statistics.median(rates["task"] / rates[contender.key] for rates in done),
            "module_against_it": statistics.median(rates["module"] / rates[contender.key] for rates in done),
        }
        for contender in CONTENDERS
    }


def reruns(place: Workplace, size: Sizes) -> dict[str, Any]:
    """The same command again, with nothing to do; the best of three, since disturbance only slows it down."""
    step(f"{size.rerun} machines with nothing to do")
    fill(place, size.rerun)
    runs = [place.issue(place.issued[: size.rerun]) for _number in range(3)]
    if any(run.answer["changed"] for run in runs):
        raise BenchError("a run with nothing to do changed something")
    return {"machines": size.rerun, "rates": [size.rerun / run.seconds for run in runs]}


def fill(place: Workplace, count: int) -> None:
    missing = max(0, count - len(place.issued))
    if missing:
        step(f"{missing} more machines")
    for _start in range(0, missing, 500):
        place.issue(place.fresh(min(500, count - len(place.issued))))


def memory(place: Workplace, size: Sizes) -> list[dict[str, Any]]:
    """Peak of resident memory: runs with nothing to do over real packages, and predictions of new machines."""
    fill(place, size.memory[-1])
    measured = []
    for count in size.memory:
        step(f"memory of a run over {count} machines")
        kept = place.issue(place.issued[:count])
        predicted = place.issue([f"NEW-{number:06}" for number in range(count)], check=True)
        measured.append({
            "machines": count,
            "nothing_to_do_mib": kept.peak_mib,
            "nothing_to_do_rate": count / kept.seconds,
            "check_mode_mib": predicted.peak_mib,
        })  # fmt: skip
    return measured


def audited(place: Workplace, size: Sizes) -> dict[str, Any]:
    fill(place, size.memory[-1])
    step(f"an audit of {size.memory[-1]} machines")
    return audit.speed(place, size.memory[-1])


def joins(place: Workplace, size: Sizes) -> dict[str, Any]:
    step(f"{size.twins} Windows twins take their packages")
    return windows.join(place, size.twins)


def measure(size: Sizes) -> dict[str, Any]:
    began = time.monotonic()
    step("a fresh domain controller")
    with workplace() as place:
        done = rounds(place, size)
        issuing = place.issue(place.fresh(size.machines))
        found = {
            "machine": description(),
            "machines": size.machines,
            "rounds": size.rounds,
            "slow_machines": max(2, size.machines // size.slow_share),
            "ways": compared(done),
            "issuing": {"peak_mib": issuing.peak_mib, "cpu_ms_per_machine": issuing.cpu_seconds / size.machines * 1000},
            "costs_ms": costs(place),
            "rerun": reruns(place, size),
            "memory": memory(place, size),
            "audit": audited(place, size),
            "join": joins(place, size),
        }
    step("speed of the package format")
    found["codec"] = codec.speed(size.codec_seconds)
    step(f"{size.fuzz} damaged packages, {size.fuzz_seconds:.0f} s at the most")
    found["fuzz"] = codec.fuzz(size.fuzz, size.fuzz_seconds)
    step(f"a ledger of {size.ledger} machines")
    found["ledger"] = ledger.speed(size.ledger, _BUILD)
    step(f"an acceptance report of {size.ledger} machines")
    found["report"] = acceptance.speed(size.ledger, _BUILD)
    found["seconds"] = time.monotonic() - began
    found["targets"] = report.targets(found)
    return found


def drive(size: Sizes) -> list[dict[str, Any]]:
    step("a fresh domain controller")
    with workplace() as place:
        step(f"the whole road of {size.road[0]} to {size.road[-1]} machines")
        return road.drive(place, size.road, size.road_twins)


def write(found: list[dict[str, Any]], *, quick: bool) -> None:
    """The road on the screen and, if it is all of it, in the document; the curve of a quick one is in build."""
    (_BUILD / "road.json").write_text(json.dumps(found, indent=2) + "\n")
    print(road_report.screen(found))
    (_BUILD / "road.svg" if quick else _CURVE).write_text(curve.svg(found))
    if not quick:
        section = road_report.section(found, description(), os.cpu_count() or 1)
        _DOCUMENT.write_text(road_report.put(_DOCUMENT.read_text(), section))


def main() -> int:
    size, given = sizes()
    try:
        if given.road:
            write(drive(size), quick=given.quick)
            return 0
        found = measure(size)
    except (BenchError, LabError) as error:
        print(f"The measuring stopped: {error}", file=sys.stderr)
        return 1
    result = _BUILD / "bench.json"
    result.write_text(json.dumps(found, indent=2) + "\n")
    print(report.table(found))
    if not given.quick:
        _DOCUMENT.write_text(report.document(found) + road_report.kept(_DOCUMENT.read_text()))
    return 1 if found["fuzz"]["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
