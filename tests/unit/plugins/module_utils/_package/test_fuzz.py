# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever the bytes are, reading them gives a package or says what is wrong with them."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package.fuzz import mutation, mutations

SEED = 20260101
COUNT = 10_000
LONGEST = 1.0  # seconds for one input
MEMORY = 4 * 2**20  # bytes above what was in use before


def outcome(content: bytes) -> str:
    """What reading gives, in one word; everything that is read must be tellable as well."""
    try:
        package = Package.read(content)
    except PackageError as error:
        return "refused with words" if str(error) else "refused without words"
    json.dumps(package.describe())
    return "read"


def test_ten_thousand_damaged_packages_are_read_or_refused() -> None:
    seen = {"read": 0, "refused with words": 0}
    for number, content in enumerate(mutations(SEED, COUNT)):
        start = time.perf_counter()
        try:
            seen[outcome(content)] += 1
        except Exception as error:
            pytest.fail(f"mutation({SEED}, {number}) of {len(content)} bytes: {error!r}")
        took = time.perf_counter() - start
        assert took < LONGEST, f"mutation({SEED}, {number}) of {len(content)} bytes took {took:.1f} s"
    # Else the inputs would be too tame or too wild to prove anything.
    assert seen["read"] > COUNT / 50
    assert seen["refused with words"] > COUNT / 2


def test_damaged_packages_cost_little_memory() -> None:
    inputs = list(mutations(SEED + 1, 500))
    tracemalloc.start()
    try:
        for number, content in enumerate(inputs):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            outcome(content)
            peak = tracemalloc.get_traced_memory()[1] - before
            assert peak < MEMORY, f"mutation({SEED + 1}, {number}) cost {peak} bytes"
    finally:
        tracemalloc.stop()


def test_an_input_follows_from_seed_and_number_alone() -> None:
    assert list(mutations(SEED, 50))[49] == mutation(SEED, 49)
    assert mutation(SEED, 49) != mutation(SEED + 1, 49)


def test_the_packages_that_are_damaged_are_sound() -> None:
    for content in (samples.WINDOWS, samples.SAMBA, samples.full()):
        assert outcome(content) == "read"
