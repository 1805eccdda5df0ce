# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plugin can and cannot do, in the words that the documentation shows."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Predicts what a run would do, and changes nothing anywhere.
  diff_mode:
    description: Tells what is or would be different afterwards, without secrets.
  idempotent:
    description: Run again with the same options and nothing changed meanwhile, it changes nothing.
"""

    READS = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This only reads.
  diff_mode:
    support: N/A
    details:
      - This only reads.
  idempotent:
    support: full
    details:
      - This only reads.
"""

    WINDOWS = r"""
options: {}
attributes:
  platform:
    description: What the host that it runs on must be.
    support: full
    platforms: windows
    details:
      - Windows 10, Windows Server 2016 and later, with Windows PowerShell 5.1.
requirements:
  - local administrator with full rights, which over the network is the account with the relative identifier 500, a
    domain account, or C(become) to SYSTEM
"""

    DIRECTORY_GROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/adops.offline_join.directory) in C(module_defaults) to give the connection options once.
    support: full
    membership:
      - adops.offline_join.directory
"""

    LEDGER_GROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/adops.offline_join.ledger) in C(module_defaults) to name the ledger once.
    support: full
    membership:
      - adops.offline_join.ledger
"""
