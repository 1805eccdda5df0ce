# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Links out of docs/, as GitHub understands them, made links inside the site or to the repository."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = "https://github.com/adops/offline_join/blob/main"
OUTWARDS = re.compile(r"\]\(\.\./([^)#\s]+)(#[^)\s]*)?\)")
DOCUMENTED = re.compile(r"(?:plugins/(?P<folder>modules|inventory|filter)/(?P<plugin>\w+)\.\w+|roles/(?P<role>\w+)/?)$")


def redirected(text: str, repository: Path) -> str:
    """The page with its links to modules, plugins and roles on their reference; SystemExit where nothing is there."""

    def target(match: re.Match[str]) -> str:
        path, anchor = match[1], match[2] or ""
        if not (repository / path).exists():
            raise SystemExit(f"a page links to {path}, which is not there")
        documented = DOCUMENTED.match(path)
        if documented is None:
            return f"]({REPOSITORY}/{path}{anchor})"
        kind = "role" if documented["role"] else documented["folder"].removesuffix("s")
        return f"](reference/{kind}-{documented['role'] or documented['plugin']}.md)"

    return OUTWARDS.sub(target, text)
