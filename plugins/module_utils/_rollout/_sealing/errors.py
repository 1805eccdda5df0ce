# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be wrong with a sealed package, its claims or an identity."""

from __future__ import annotations


class SealError(Exception):
    """One sentence with the cause and the next step. It never holds a passphrase, a key or a byte of a package."""
