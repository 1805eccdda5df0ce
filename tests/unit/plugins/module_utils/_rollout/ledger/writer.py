# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process of its own that writes to a ledger: LOCATION WRITER EVENTS CALLS [KILL].

It waits for a line on its input, so that several begin at once. With KILL it ends itself, as kill -9 does, before the
statement of that number is executed, counted from the first of its calls; what it wrote until then is whatever the
database makes of it. It prints how many statements there were.
"""

from __future__ import annotations

import os
import signal
import sys

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import (
    Entry,
    now,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.libraries import (
    sqlalchemy,
    sqlalchemy_event,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.packages import SealedPackage
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    sealed_file,
)


def main() -> None:
    location, writer, events, calls, *kill = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    ledger = Ledger.open(location, create=True, timeout=60)
    package = SealedPackage("PC-0", ONE, sealed_file(writer.encode()))
    statements = 0

    @sqlalchemy_event.listens_for(sqlalchemy.Engine, "before_cursor_execute")
    def count(*_anything: object) -> None:
        nonlocal statements
        statements += 1
        if kill and statements == int(kill[0]):
            os.kill(os.getpid(), signal.SIGKILL)

    @sqlalchemy_event.listens_for(sqlalchemy.Engine, "commit")
    def commit(_connection: object) -> None:
        count()

    for call in range(int(calls)):
        entries = [
            Entry(kind="repaired", machine=f"PC-{number}", time=now(), who=str(os.getpid()), details={"call": call})
            for number in range(int(events))
        ]
        ledger.append(entries, writer=writer, packages=[package], repeat=True)
    print(statements)


if __name__ == "__main__":
    main()
