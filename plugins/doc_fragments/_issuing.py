# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say where accounts and packages are made, and when they are made anew."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  path:
    description:
      - Distinguished name of the organizational unit where the accounts are created, by default the domain's own
        container for new computers. The login needs the right to create computer objects there, and no other.
    type: str
  dest:
    description:
      - Where the packages are written with mode 0600, one file C(NAME.sealed) for each machine, or C(NAME.djoin) with
        O(seal=none), and beside it C(NAME.issue.json), its issue record.
      - It is made with mode 0700 if it is not there.
    type: path
    required: true
  regenerate:
    description:
      - When an account that exists gets a new password and a new package. One that must not be reused gets neither, see
        the notes.
      - V(never) leaves every account that exists alone.
      - V(missing) does it where O(dest) has no package of the account that can be read.
      - V(dead) does it also where the package in O(dest) is dead, because its password was reset since, or has expired.
        One that did its work, because the machine is proved to use its account, is kept.
      - V(always) does it for every machine of the list.
    type: str
    choices: [never, missing, dead, always]
    default: missing
  live_machines:
    description:
      - Names of machines that may lose their membership, and have to join again then. A machine that uses its account,
        or may use it, is refused unless it is named here, and so is every account without an issue record in O(dest).
    type: list
    elements: str
    default: []
"""
