# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others than we do to the directory: OpenLDAP's tools as any account of the lab, Samba's as the administrator.

What is tried here is done or refused for a lack of rights; anything else fails the test.
"""

from __future__ import annotations

import base64
import os
import secrets

from ansible_collections.adops.offline_join.plugins.module_utils._directory.security_descriptor import (
    SecurityDescriptor,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

from tests.lab import Lab

REFUSED = 50  # insufficientAccessRights, which OpenLDAP's tools make their exit code


def password() -> str:
    return base64.b64encode(f'"{secrets.token_urlsafe(40)}"'.encode("utf-16-le")).decode()


def succeeds(lab: Lab, account: str, tool: list[str], *lines: str) -> bool:
    done = lab.ldap(tool, account, check=False, input="\n".join([*lines, ""]))
    assert done.returncode in (0, REFUSED), done.stderr
    return done.returncode == 0


def make(lab: Lab, maker: str, name: str, container: str) -> str | None:
    """The DN of a new computer account, or None when that was refused."""
    dn = f"CN={name},{container}"
    attributes = ["objectClass: computer", f"sAMAccountName: {name}$", "userAccountControl: 4096"]
    return dn if succeeds(lab, maker, ["ldapadd"], f"dn: {dn}", *attributes, f"unicodePwd:: {password()}") else None


def samba_tool(lab: Lab, *argv: str) -> str:
    """What ``samba-tool`` says as the administrator."""
    environment = os.environ | {"PASSWD_FILE": str(lab.directory / "password.administrator")}
    where = ["-H", f"ldap://{lab.server}", "-U", lab.accounts["administrator"].name]
    said: str = lab.run(["samba-tool", *argv, *where], env=environment).stdout
    return said


def remove(lab: Lab, dn: str) -> None:
    lab.ldap(["ldapdelete", dn], "administrator")


def modify(lab: Lab, who: str, dn: str, attribute: str, value: str, sd_flags: int | None = None) -> bool:
    """``sd_flags`` are the parts of a security descriptor that are meant: 1 the owner, 4 the DACL."""
    ber = base64.b64encode(bytes([0x30, 3, 2, 1, sd_flags or 0])).decode()
    control = [] if sd_flags is None else [f"control: 1.2.840.113556.1.4.801 true:: {ber}"]
    return succeeds(
        lab, who, ["ldapmodify"], f"dn: {dn}", *control, "changetype: modify", f"replace: {attribute}", value
    )


def descriptor_line(descriptor: SecurityDescriptor) -> str:
    return "nTSecurityDescriptor:: " + base64.b64encode(sddl.encode(descriptor)).decode()
