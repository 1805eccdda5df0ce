# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Join one more controller to the domain.

A program for the system's Python, as ``provision.py`` is: one JSON object on standard input, with
``smb_conf``, ``directory``, ``source`` (DNS name of a running controller), ``domain``, ``host``,
``username`` and ``password``.
"""

from __future__ import annotations

import json
import logging
import sys

from samba.credentials import MUST_USE_KERBEROS, Credentials
from samba.join import join_DC
from samba.param import LoadParm


def main() -> None:
    question = json.load(sys.stdin)
    parameters = LoadParm()
    parameters.load(question["smb_conf"])
    credentials = Credentials()
    credentials.guess(parameters)
    credentials.set_username(question["username"])
    credentials.set_password(question["password"])
    credentials.set_kerberos_state(MUST_USE_KERBEROS)
    join_DC(
        logger=logging.getLogger("join"),
        server=question["source"],
        creds=credentials,
        lp=parameters,
        domain=question["domain"],
        netbios_name=question["host"].upper(),
        targetdir=question["directory"],
        dns_backend="SAMBA_INTERNAL",
    )


if __name__ == "__main__":
    main()
