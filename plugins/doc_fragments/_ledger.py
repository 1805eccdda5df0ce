# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of module_utils/_ledger/access.py, documented once."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  ledger:
    description:
      - Where the ledger is. An absolute path is a SQLite file, for one control node; a URL such as
        V(postgresql://rollout@db.corp.example/offline_join) is a PostgreSQL database, which several control nodes and
        execution environments share.
      - A SQLite file belongs on a local disk, not on a network file system. A path inside the container of an execution
        environment is refused, because it would vanish with the container.
      - To a PostgreSQL server on another host C(sslmode=verify-full) is used unless the URL or E(PGSSLMODE) says
        V(require) or V(verify-ca). Anything weaker is refused.
      - A URL with a password in it is refused here; in the environment variable it may have one.
      - If not set, the environment variable E(OFFLINE_JOIN_LEDGER) is used.
    type: str
    required: true
  ledger_password:
    description:
      - The password of the user in the URL. Prefer the environment or C(~/.pgpass) - callback plugins that store task
        arguments see it here, even under C(no_log).
      - If not set, the environment variable E(OFFLINE_JOIN_LEDGER_PASSWORD) is used.
    type: str
  ledger_timeout:
    description:
      - Seconds to wait for another process that writes, and for the server.
      - If not set, the environment variable E(OFFLINE_JOIN_LEDGER_TIMEOUT) is used.
    type: int
    default: 30
requirements:
  - Python 3.11 or later on the host that runs the module
  - SQLAlchemy 2.0 or later on the host that runs the module, which is the Ansible control node as a rule
  - psycopg 3.1 or later for PostgreSQL
"""
