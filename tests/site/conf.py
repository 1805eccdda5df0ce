# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of Sphinx (https://www.sphinx-doc.org/en/master/usage/configuration.html)."""

from __future__ import annotations

project = "adops.offline_join"
author = "adops.offline_join contributors"
copyright = "2026 adops.offline_join contributors"  # noqa: A001 - the name is Sphinx's
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
html_copy_source = False
# links to headings, checked like those to pages
myst_heading_anchors = 4
