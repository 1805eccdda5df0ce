# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's own loader finds the collection, as in a run; it must be there before the first import of a plugin."""

from __future__ import annotations

try:
    from ansible.plugins.loader import init_plugin_loader
except ImportError:
    # ansible-test shows the tests of modules only what a module sees, and brings a loader of its own.
    pass
else:
    init_plugin_loader()
