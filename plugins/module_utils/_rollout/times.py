# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times as texts."""

from __future__ import annotations

from datetime import UTC, datetime


def with_offset(text: str) -> datetime | None:
    """An ISO 8601 time; None where it is none, or does not say how far it is from UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if time.tzinfo is None else time


def written(time: datetime) -> str:
    """In UTC, with a Z and whole seconds, such as 2026-11-21T03:23:26Z."""
    return f"{time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
