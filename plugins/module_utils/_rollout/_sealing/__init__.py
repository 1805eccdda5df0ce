# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The layers of what is sealed or signed, each in its file.

They are for the rules of this room that seal, sign and read: whole packages, files, the manifest of a field kit. Other
rooms call ``sealing``, ``identities``, ``carried_certificates`` and ``file_signature``.
"""

from __future__ import annotations
