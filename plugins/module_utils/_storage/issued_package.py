# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a package that was read is the one that was issued, by what goes along with it."""

from __future__ import annotations

from pathlib import Path

from .._package.package import Package
from .._rollout.claims import Claims
from .._rollout.issuing.issue_record import IssueRecord


def fault(path: Path, package: Package, claims: Claims | None, record: IssueRecord | None) -> str | None:
    """Why it must not be used, as a sentence about ``path``; without claims it is plaintext.

    The claims' machine and times are judged by `claims`.
    """
    if claims and package.domain_name.lower() != claims.domain.lower():
        return f"{path}: its claims say {claims.domain}, and the package inside {package.domain_name}; issue it again"
    if record and record.package_sha256 != package.sha256:
        return (
            f"{path} is not the package that was issued, by the issue record beside it: it was changed, or belongs to "
            "an earlier or unfinished run; issue it again"
        )
    return None
