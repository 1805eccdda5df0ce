# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Damaged packages without end: bits, lengths, runs and numbers changed at every level of real packages.

Each input follows from its seed and number alone, so that one line of a failure is enough to see it again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from ansible_collections.adops.offline_join.plugins.module_utils._package import ndr, parts
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    Blob,
    PackagePart,
    PartCollection,
    ProvisionData,
    ProvisioningPackage,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

Damage = Callable[[random.Random, bytearray], None]

_SMALL = (0, 1, 2, 3, 4, 7, 8, 0x7F, 0x80, 0xFF)
_LARGE = (0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_LONGEST_RUN = 64
_SOURCES = (samples.WINDOWS, samples.SAMBA, samples.full())
_TARGETS = tuple((samples.nested(source), place) for source in _SOURCES for place in samples.nested(source))


def mutations(seed: int, count: int) -> Iterator[bytes]:
    """Inputs 0 to ``count`` of a seed."""
    for number in range(count):
        yield mutation(seed, number)


def mutation(seed: int, number: int) -> bytes:
    """One input. Most are damaged inside, with every length around the damage put right, so that readers go deep."""
    chance = random.Random(f"{seed}/{number}")
    if chance.random() < 0.02:
        return chance.randbytes(chance.randrange(400))
    levels, place = chance.choice(_TARGETS)
    damaged = bytearray(levels[place][1])
    for _number in range(chance.choice((1, 1, 1, 2, 5))):
        chance.choice(_DAMAGES)(chance, damaged)
    if chance.random() < 0.8:
        _put_length_right(damaged)
    return _wrap({name: content for name, (_type, content) in levels.items()}, place, bytes(damaged))


def _flip_bit(chance: random.Random, data: bytearray) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _truncate(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _insert_run(chance: random.Random, data: bytearray) -> None:
    place = chance.randrange(len(data) + 1)
    data[place:place] = chance.randbytes(chance.randrange(1, _LONGEST_RUN))


def _delete_run(chance: random.Random, data: bytearray) -> None:
    place = chance.randrange(len(data) + 1)
    del data[place : place + chance.randrange(1, _LONGEST_RUN)]


def _repeat_run(chance: random.Random, data: bytearray) -> None:
    place = chance.randrange(len(data) + 1)
    data[place:place] = data[place : place + chance.randrange(1, _LONGEST_RUN)]


def _set_number(chance: random.Random, data: bytearray) -> None:
    if len(data) >= 4:
        place = chance.randrange(len(data) // 4) * 4
        data[place : place + 4] = chance.choice(_SMALL + _LARGE).to_bytes(4, "little")


_DAMAGES: tuple[Damage, ...] = (_flip_bit, _truncate, _insert_run, _delete_run, _repeat_run, _set_number, _set_number)


def _put_length_right(data: bytearray) -> None:
    if len(data) >= 16:
        data[8:12] = (len(data) - 16).to_bytes(4, "little")


def _wrap(levels: dict[str, bytes], place: str, damaged: bytes) -> bytes:
    """The whole package around the damaged structure. Damaged join data are damaged alike in both copies."""
    levels = levels | {place: damaged}
    if place == "package":
        return damaged
    if place in ("win7", "join"):
        levels = levels | {"win7": damaged, "join": damaged}
    if place not in ("collection", "win8"):
        collection = tuple(
            PackagePart(part_type=guid, flags=guid == parts.JOIN, content=levels[known.name])
            for guid, known in parts.PART_TYPES.items()
            if known.name in levels
        )
        levels["collection"] = samples.encode(PartCollection(parts=collection))
    if place != "win8":
        levels["win8"] = samples.encode(ProvisioningPackage(wrapped_part_collection=levels["collection"]))
    blobs = (Blob(blob_format=1, content=levels["win7"]), Blob(blob_format=2, content=levels["win8"]))
    return ndr.encode(ndr.Serialized(ProvisionData(version=1, blobs=blobs)))
