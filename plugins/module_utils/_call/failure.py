# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words for a fault of ours that may be shown."""

from __future__ import annotations

from pathlib import PurePath


def unexpected(error: BaseException) -> str:
    """Kind and place of an exception, without its text: Ansible prints that even under ``no_log``, and it may
    quote a secret."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "an unknown place"
    return f"unexpected {type(error).__name__} at {place}; please report it with this line"
