# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that are mutated, the codec of packages and the rules that refuse, and the unit tests that judge each."""

from __future__ import annotations

from pathlib import Path

SOURCES = Path("plugins/module_utils")
TESTS = Path("tests/unit/plugins/module_utils")

_RULES = {
    "_directory": "account_reuse preparations protection",
    "_rollout": "account_state checks claims file_signature login secure_channel",
    "_rollout/issuing": "liveness provisioning regenerate",
    "_rollout/joining": "editions membership_repair offer right_machine samba_join windows_join",
    "_rollout/package_life": "expiry remembered retirement revocation",
    "_rollout/verification": "promotion",
}
# Whose tests say something of a file as well; its own (test_NAME*.py) are asked first.
_TESTED_WITH = {
    "errors": "test_ndr",
    "liveness": "../package_life/test_retirement",
    "ndr": "test_ndr_types",
    "ndr_types": "test_ndr test_structures",
    "package": "test_policies",
    "parts": "test_directaccess test_package",
    "policies": "test_parts",
    "structures": "test_parts test_package",
    "xml_source": "test_unattend",
}


def files() -> list[str]:
    """Below ``SOURCES``, all of the codec and the rules."""
    codec = [path for path in (SOURCES / "_package").glob("*.py") if path.name != "__init__.py"]
    rules = [SOURCES / folder / f"{name}.py" for folder, names in _RULES.items() for name in names.split()]
    return sorted(str(path.relative_to(SOURCES)) for path in (*codec, *rules))


def tests(file: str) -> list[str]:
    source = SOURCES / file
    folder = TESTS / Path(file).parent
    own = [path for path in sorted(folder.glob(f"test_{source.stem}*.py")) if _is_of(path.stem, source)]
    borrowed = [folder / f"{one}.py" for one in _TESTED_WITH.get(source.stem, "").split()]
    return [str(path) for path in dict.fromkeys((*own, *borrowed))]


def _is_of(test: str, source: Path) -> bool:
    """test_windows_join_outcome.py is of windows_join; test_ndr_types.py is of ndr_types, not of ndr."""
    return test == f"test_{source.stem}" or not source.with_name(f"{test.removeprefix('test_')}.py").exists()
