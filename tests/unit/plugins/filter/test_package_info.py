# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter: the same as the module tells, and errors without a byte of the text."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.adops.offline_join.plugins.filter.package_info import FilterModule, package_info
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

TEXT = base64.b64encode(samples.WINDOWS).decode()


def test_it_tells_what_the_package_tells() -> None:
    assert FilterModule().filters() == {"package_info": package_info}
    assert package_info(TEXT) == package_info(TEXT + "\r\n") == Package.read(samples.WINDOWS).describe()


@pytest.mark.parametrize("content", [None, 5, b"bytes", ["list"], {}])
def test_anything_but_text_is_named_by_its_type(content: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=f"not {type(content).__name__}"):
        package_info(content)


@pytest.mark.parametrize("content", ["", "no base64, but xQ7-vN2_kT9+wR4", TEXT[:-1], TEXT[:400], "\ud800"])
def test_what_is_no_package(content: str) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        package_info(content)
    shown = str(raised.value)
    assert shown.startswith("the text ")
    assert "xQ7-vN2_kT9" not in shown
    assert TEXT[:16] not in shown
