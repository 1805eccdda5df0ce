# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from tests.hands.native_code import Proof
from tests.hands.powershell import CSHARP


@pytest.fixture(scope="session")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    """All of our C# as a program, beside the library that stands in for Windows."""
    return Proof(tmp_path_factory.mktemp("native"), CSHARP)
