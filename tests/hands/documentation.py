# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of the Windows hands, from the .yml beside each .ps1, with its fragments."""

from __future__ import annotations

from typing import Any

import yaml
from ansible_collections.adops.offline_join.plugins.doc_fragments._attributes import ModuleDocFragment

from tests.hands.powershell import MODULES

_FRAGMENTS = "adops.offline_join._attributes"


def read(name: str) -> dict[str, Any]:
    """DOCUMENTATION, EXAMPLES (as text) and RETURN of a hand."""
    documentation: dict[str, Any] = yaml.safe_load((MODULES / f"{name}.yml").read_text(encoding="utf-8"))
    return documentation


def attributes(name: str) -> dict[str, dict[str, Any]]:
    """The attributes of a hand: its own, over those of the fragments that it extends."""
    documentation = read(name)["DOCUMENTATION"]
    merged: dict[str, dict[str, Any]] = {}
    for fragment in documentation["extends_documentation_fragment"]:
        part = fragment.removeprefix(_FRAGMENTS).removeprefix(".").upper() or "DOCUMENTATION"
        for key, value in yaml.safe_load(getattr(ModuleDocFragment, part))["attributes"].items():
            merged.setdefault(key, {}).update(value)
    for key, value in documentation.get("attributes", {}).items():
        merged.setdefault(key, {}).update(value)
    return merged


def options(documented: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Documented options in the words of a ``$spec``: without descriptions, suboptions as options."""
    return {
        name: {
            "options" if key == "suboptions" else key: options(value) if key == "suboptions" else value
            for key, value in option.items()
            if key != "description"
        }
        for name, option in documented.items()
    }
