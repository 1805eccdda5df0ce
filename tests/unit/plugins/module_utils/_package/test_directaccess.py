# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a package brings DirectAccess: by the keys of its policies, wherever they stand."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import parts
from ansible_collections.adops.offline_join.plugins.module_utils._package.directaccess import has_policies
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    PackagePart,
    PolicyElement,
    PolicyElementList,
    PolicyPart,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

ASSISTANT = r"Software\Policies\Microsoft\Windows\NetworkConnectivityAssistant"
RESOURCES = r"Software\Policies\Microsoft\Windows\NetworkConnectivityStatusIndicator\CorporateConnectivity"
OTHER = r"Software\Policies\Microsoft\Windows\WindowsUpdate"


def elements(*keys: str | None) -> PolicyElementList:
    return PolicyElementList(
        source="policy",
        root_key_id=0x80000002,
        elements=tuple(
            PolicyElement(key_path=key, value_name="v", value_type=4, value_data=b"\1\0\0\0") for key in keys
        ),
    )


def policy(*lists: PolicyElementList) -> PackagePart:
    return parts.make(parts.POLICY, PolicyPart(element_lists=lists))


@pytest.mark.parametrize("key", [ASSISTANT, RESOURCES])
@pytest.mark.parametrize("below", ["", r"\CustomCommands"])
def test_keys_of_directaccess(key: str, below: str) -> None:
    assert has_policies([policy(elements(key + below))])
    assert has_policies([policy(elements((key + below).upper()))])


@pytest.mark.parametrize(
    "key",
    [
        OTHER,
        "",
        None,
        r"Software\Policies\Microsoft\Windows\NetworkConnectivityStatusIndicator",
        r"Software\Policies\Microsoft\Windows\NetworkConnectivity",
        "Wow6432Node\\" + ASSISTANT,
    ],
)
def test_other_keys(key: str | None) -> None:
    assert not has_policies([policy(elements(key))])


def test_they_are_found_in_every_place() -> None:
    assert has_policies([policy(elements(None, OTHER, RESOURCES))])
    assert has_policies([policy(elements(OTHER), elements(), elements(ASSISTANT))])
    assert has_policies([samples.UNKNOWN, policy(elements(OTHER)), policy(elements(ASSISTANT))])


@pytest.mark.parametrize(
    "content", [PolicyPart(element_lists=None), PolicyPart(element_lists=()), samples.POLICY], ids=["none", "no", "few"]
)
def test_policies_without_them(content: PolicyPart) -> None:
    assert not has_policies([parts.make(parts.POLICY, content)])


def test_elements_that_are_not_there() -> None:
    empty = PolicyElementList(source="policy", root_key_id=0x80000002, elements=None)
    assert not has_policies([policy(empty)])
    assert has_policies([policy(empty, elements(ASSISTANT))])


def test_no_parts_at_all() -> None:
    assert not has_policies([])


def test_policies_that_cannot_be_read() -> None:
    whole = policy(elements(OTHER))
    assert whole.content is not None
    for content in (None, b"", whole.content[:-9]):
        with pytest.raises(PackageError):
            has_policies([PackagePart(part_type=parts.POLICY, flags=0, content=content)])


def test_other_parts_are_not_read() -> None:
    whole = policy(elements(ASSISTANT))
    assert not has_policies(
        [PackagePart(part_type=kind, flags=0, content=whole.content) for kind in (parts.JOIN3, samples.UNKNOWN_TYPE)]
    )


@pytest.mark.parametrize("content", [samples.WINDOWS, samples.SAMBA, samples.full()], ids=["windows", "samba", "full"])
def test_packages_that_bring_none(content: bytes) -> None:
    assert not has_policies(Package.read(content).parts)


def test_package_that_brings_them() -> None:
    package = samples.build()
    assert not has_policies(package.parts)
    composed = samples.compose(package.join, (*package.parts, policy(elements(ASSISTANT))))
    assert has_policies(Package.read(composed).parts)
