# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answer files that we write are found and wiped by the C# of the hands, on real files by mono."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import unattend
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

from tests.hands.native_code import Proof
from tests.hands.powershell import source
from tests.twin.hands.package_files import ANSWER_FILES

PACKAGE = samples.build()
TEMPLATE = f'<?xml version="1.0" encoding="utf-16"?>\r\n<a:unattend xmlns:a="{unattend.NAMESPACE}"/>\r\n'


def test_the_twin_looks_where_the_hand_looks() -> None:
    named = re.findall(r'^ +"(\$env:System\w+\\.*\.xml)"$', source("win_machine_info"), re.MULTILINE)
    variables = {"$env:SystemRoot": r"C:\Windows", "$env:SystemDrive": "C:"}
    paths = [re.sub(r"^\$env:\w+", lambda found: variables[found[0]], path) for path in named]
    assert tuple(paths) == ANSWER_FILES


@pytest.mark.parametrize("template", [None, TEMPLATE.encode("utf-16")], ids=["new", "utf-16"])
@pytest.mark.parametrize("configuration_pass", unattend.PASSES)
def test_what_we_write_is_wiped(template: bytes | None, configuration_pass: str, proof: Proof, tmp_path: Path) -> None:
    written = unattend.write(template, unattend.Wanted(PACKAGE, configuration_pass))
    path = tmp_path / "unattend-original.xml"
    path.write_bytes(written)
    assert proof.run("Find", f"{tmp_path}/*.xml")[str(path)] == "1"
    assert proof.run("Wipe", str(path))["wiped"] == "True"
    codec = "utf-8" if template is None else "utf-16"
    assert path.read_bytes().decode(codec) == written.decode(codec).replace(PACKAGE.to_base64(), "")
    assert unattend.look(path.read_bytes()).machines == ()
