# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter: the same text as the module writes, and errors without a byte of package or template."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.adops.offline_join.plugins.filter.answer_file import FilterModule, answer_file
from ansible_collections.adops.offline_join.plugins.module_utils._package import unattend
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import sealed_samples

PACKAGE = samples.build()
TEXT = PACKAGE.to_base64()
TEMPLATE = f'<unattend xmlns="{unattend.NAMESPACE}"><!-- caf\u00e9 --></unattend>'


def test_it_gives_the_text_of_an_answer_file() -> None:
    assert FilterModule().filters() == {"answer_file": answer_file}
    assert answer_file(TEXT) == unattend.write(None, unattend.Wanted(PACKAGE)).decode()
    wanted = unattend.Wanted(PACKAGE, unattend.OFFLINE_SERVICING, "arm64")
    patched = answer_file(TEXT, TEMPLATE, "offlineServicing", "arm64")
    assert patched == unattend.write(TEMPLATE.encode(), wanted).decode()
    assert "<!-- caf\u00e9 -->" in patched


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((5,), "takes the text of a package, not int"),
        (("no package xQ7-vN2",), "the text is neither"),
        ((TEXT, "<none"), "the template is no well-formed XML in line 1"),
        ((TEXT, 5), "template is the text of an answer file, not int"),
        ((TEXT, TEMPLATE, "oobeSystem"), "configuration_pass is one of specialize, offlineServicing"),
        ((TEXT, TEMPLATE, "specialize", "ia64"), "architecture is one of amd64, arm64, x86"),
    ],
)
def test_what_it_refuses(arguments: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(AnsibleFilterError, match=sentence) as raised:
        answer_file(*arguments)
    assert "xQ7-vN2" not in str(raised.value)
    assert TEXT[:16] not in str(raised.value)


def test_a_sealed_package_needs_the_module() -> None:
    with pytest.raises(AnsibleFilterError, match="a filter has no keys; use the module answer_file"):
        answer_file(sealed_samples.sealed().decode())
