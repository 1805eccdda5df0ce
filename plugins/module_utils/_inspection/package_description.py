# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package in words, its certificates too; never a key."""

from __future__ import annotations

from typing import Any

from .._package import certificates, parts
from .._package.errors import DecodeError
from .._package.package import Package
from .._package.structures import CertificatePart, PackagePart, SstStore
from .._rollout import carried_certificates


def describe(package: Package) -> dict[str, Any]:
    """What the package says of itself, its certificates in words among it."""
    said = package.describe()
    described = zip(package.parts, said["parts"], strict=True)
    return {**said, "parts": [_in_words(part, words) for part, words in described]}


def _in_words(part: PackagePart, words: dict[str, Any]) -> dict[str, Any]:
    content = parts.read(part)
    if not isinstance(content, CertificatePart):
        return words
    keys = zip(content.pfx_stores or (), words["private_keys"], strict=True)
    stores = zip(content.sst_stores or (), words["stores"], strict=True)
    return {
        **words,
        "private_keys": [
            {**said, "certificate": carried_certificates.describe_client_certificate(key.pfx or b"")}
            for key, said in keys
        ],
        "stores": [{**said, **_describe_store(store)} for store, said in stores],
    }


def _describe_store(store: SstStore) -> dict[str, Any]:
    """A store that nobody can read hides nothing else of the package."""
    try:
        found = certificates.certificates(store)
    except DecodeError as error:
        return {"certificates": [], "fault": str(error)}
    return {"certificates": [carried_certificates.describe(der) for der in found], "fault": None}
