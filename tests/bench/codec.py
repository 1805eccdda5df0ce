# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The package format by itself: how fast, and what a million damaged packages do to it."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
import uuid
from collections import Counter
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import (
    Account,
    Domain,
    DomainController,
    Package,
)
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package.fuzz import mutation

_SEED = 20260301
_CHUNK = 2_000
_DOMAIN_SID = "S-1-5-21-1111111111-2222222222-3333333333"
_PARTS_OF_A_SECOND = 5


def speed(seconds: float) -> dict[str, Any]:
    """Packages a second on one core, built and encoded as a file's content, decoded and checked, and both.

    The best of some parts of the time, since whatever disturbs makes it only slower.
    """
    password = Password.generate()
    rates = [_rates(seconds / _PARTS_OF_A_SECOND, password) for _part in range(_PARTS_OF_A_SECOND)]
    encode, decode = max(rate[0] for rate in rates), max(rate[1] for rate in rates)
    return {"encode": encode, "decode": decode, "both": 1 / (1 / encode + 1 / decode), "bytes": len(_package(password))}


def _rates(seconds: float, password: Password) -> tuple[float, float]:
    files = []
    began = time.perf_counter()
    while (encoding := time.perf_counter() - began) < seconds / 2:
        files.append(_package(password))
    began = time.perf_counter()
    for file in files:
        Package.read(file)
    return len(files) / encoding, len(files) / (time.perf_counter() - began)


def _package(password: Password) -> bytes:
    return Package.build(
        Account("BER-PC-001", f"{_DOMAIN_SID}-1234", uuid.UUID(int=1)),
        Domain("corp.example", "CORP", "corp.example", uuid.UUID(int=2), _DOMAIN_SID),
        DomainController("dc1.corp.example", "192.0.2.10", 0xE00011FD, "Default-First-Site-Name", "Berlin"),
        password,
        options=0,
    ).to_djoin_file()


def fuzz(count: int, seconds: float) -> dict[str, Any]:
    """Read ``count`` damaged packages, or as many as the time allows, on all cores.

    Every one must be read or refused with words. ``failures`` names the inputs that did something else.
    """
    deadline = time.time() + seconds
    began = time.perf_counter()
    seen: Counter[str] = Counter()
    failures: list[str] = []
    slowest = 0.0
    cores = os.cpu_count() or 1
    with multiprocessing.Pool(cores) as pool:
        chunks = [(start, min(_CHUNK, count - start), deadline) for start in range(0, count, _CHUNK)]
        for outcomes, wrong, longest in pool.imap_unordered(_read_damaged, chunks):
            seen += outcomes
            failures += wrong
            slowest = max(slowest, longest)
    return {
        "asked": count,
        "done": seen.total(),
        "seconds": time.perf_counter() - began,
        "cores": cores,
        "seed": _SEED,
        "outcomes": dict(seen),
        "slowest_seconds": slowest,
        "failures": failures,
    }


def _read_damaged(chunk: tuple[int, int, float]) -> tuple[Counter[str], list[str], float]:
    start, count, deadline = chunk
    seen: Counter[str] = Counter()
    failures = []
    longest = 0.0
    for number in range(start, start + count):
        if time.time() > deadline:
            break
        began = time.perf_counter()
        outcome = _outcome(mutation(_SEED, number))
        longest = max(longest, time.perf_counter() - began)
        seen[outcome] += 1
        if outcome not in ("read", "refused"):
            failures.append(f"mutation({_SEED}, {number}): {outcome}")
    return seen, failures, longest


def _outcome(content: bytes) -> str:
    try:
        json.dumps(Package.read(content).describe())
    except PackageError as error:
        return "refused" if str(error) else "refused without words"
    except Exception as error:
        return type(error).__name__
    return "read"
