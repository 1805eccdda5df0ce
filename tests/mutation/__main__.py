# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutate the copy of the collection that the first argument names; the others choose files (``_package/ndr.py``).

Ends with a table, and badly where a mutant survives that survivors.txt does not explain, or where one stands there that
does not survive any more.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation import targets, trial
from tests.mutation.mutants import mutants
from tests.mutation.trial import Outcome

RESULT = Path("build/mutation/result.json").resolve()
EXPLAINED = Path(__file__).with_name("survivors.txt")


@dataclass
class Figures:
    """``survivors`` are mutants in the words of survivors.txt."""

    killed: int = 0
    timed_out: int = 0
    survivors: list[str] = field(default_factory=list)

    @property
    def mutants(self) -> int:
        return self.killed + self.timed_out + len(self.survivors)

    def __str__(self) -> str:
        return f"{self.mutants:8}{self.killed:8}{self.timed_out:11}{len(self.survivors):10}"


def main() -> int:
    tree = Path(sys.argv[1]).resolve()
    chosen = sys.argv[2:] or targets.files()
    move_to(tree)
    trial.preload([test for file in chosen for test in targets.tests(file)], tree)
    print(f"    {'':38}{'mutants':>8}{'killed':>8}{'timed out':>11}{'survived':>10}")
    found = {}
    for file in chosen:
        found[file] = figures(file)
        print(f"    {file:38}{found[file]}", flush=True)
        RESULT.write_text(json.dumps({name: vars(one) for name, one in found.items()}, indent=1), encoding="utf-8")
    total = Figures(sum(one.killed for one in found.values()), sum(one.timed_out for one in found.values()))
    total.survivors = [survivor for one in found.values() for survivor in one.survivors]
    print(f"    {'':38}{total}")
    return compared({*total.survivors}, {one for one in explained() if one.partition(" ")[0] in found})


def move_to(tree: Path) -> None:
    """From here on the tests and the collection are those of the copy."""
    here = Path.cwd()
    if not tree.is_relative_to(here / "build"):
        raise SystemExit(f"{tree} is no copy of the collection: make mutation makes one")
    os.chdir(tree)
    sys.path[:] = [str(tree.parents[2]), *(entry for entry in sys.path if Path(entry).resolve() != here)]


def figures(file: str) -> Figures:
    path = targets.SOURCES / file
    original = path.read_text(encoding="utf-8")
    limits = {}
    for test in targets.tests(file):
        outcome, took = trial.run([test], 300)
        if outcome is not Outcome.SURVIVED:
            raise SystemExit(f"{file}: {test} fails without any mutant")
        limits[test] = 10 + int(5 * took)
    result = Figures()
    for number, mutant in enumerate(mutants(original), 1):
        if sys.stdout.isatty():
            print(f"    {file:38}{number:8}{result.killed:8}", end="\r", flush=True)
        write(path, mutant.source)
        outcome = judged_by(limits)
        result.killed += outcome is Outcome.KILLED
        result.timed_out += outcome is Outcome.TIMED_OUT
        if outcome is Outcome.SURVIVED:
            result.survivors.append(f"{file} {mutant}")
    write(path, original)
    return result


def judged_by(limits: Mapping[str, int]) -> Outcome:
    """One file of tests after the other, until one notices; with the seconds that each may take."""
    outcomes = (trial.run([test], seconds)[0] for test, seconds in limits.items())
    return next((one for one in outcomes if one is not Outcome.SURVIVED), Outcome.SURVIVED)


_times: Iterator[int] = iter(range(1_000_000_000, 2_000_000_000))


def write(path: Path, source: str) -> None:
    """Each time with a new date, because Python takes compiled code for that of a source of the same date and size."""
    path.write_text(source, encoding="utf-8")
    date = next(_times)
    os.utime(path, (date, date))


def explained() -> list[str]:
    lines = EXPLAINED.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def compared(survivors: set[str], known: set[str]) -> int:
    for headline, found in (("survive unexplained", survivors - known), ("are noticed by now", known - survivors)):
        if found:
            print(f"\nThese {headline} ({EXPLAINED.name}):")
            print("".join(f"  {one}\n" for one in sorted(found)), end="")
    return int(survivors != known)


if __name__ == "__main__":
    sys.exit(main())
