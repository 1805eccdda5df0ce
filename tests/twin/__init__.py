# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows twin: a WinRM server that behaves like many Windows machines, for unmodified Ansible.

The wire is below, the machines are above, and ``protocol`` is all that they know of each other:

* ``server`` opens and closes the machines' ports; ``http``, ``authentication`` and ``encryption`` are one connection;
* ``soap`` is the envelope, ``service`` the WS-Management service of one machine, ``shells`` and ``psrp`` its shells;
* ``payload``, ``execution``, ``spec`` and ``basic`` do with a script what PowerShell and Ansible.Basic would.

The wire keeps no request and no answer.
"""
