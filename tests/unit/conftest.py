# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How hypothesis runs here.

Without a time limit for one example, because the cores are slow and shared, and with the same examples in every run, so
that whoever sees red has changed something.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unit", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("unit")
