# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provision and seed the domain in one process, before its controller starts.

A program for the system's Python, because Debian's Samba bindings live there. It needs no running
server and takes no secret on its command line: one JSON object comes on standard input, with
``smb_conf``, ``directory``, ``realm``, ``workgroup``, ``host``, ``address``, ``machine_password``,
``organizational_units`` (DNs, parents first), ``accounts`` (list of ``name``, ``upn``, ``dn``,
``password``), ``group`` (a DN) and ``grants`` (list of ``dn``, ``account``, ``aces``: SDDL in which
``{sid}`` stands for the account's SID).
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import ldb
import samba.dsdb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.param import LoadParm
from samba.provision import provision
from samba.samdb import SamDB
from samba.sd_utils import SDUtils


def provision_domain(plan: dict[str, Any], parameters: LoadParm) -> None:
    """Make the databases of a new domain whose first controller is ``host``."""
    administrator = next(account for account in plan["accounts"] if account["name"] == "Administrator")
    provision(
        logging.getLogger("provision"),
        system_session(),
        lp=parameters,
        targetdir=plan["directory"],
        realm=plan["realm"],
        domain=plan["workgroup"],
        hostname=plan["host"],
        hostip=plan["address"],
        adminpass=administrator["password"],
        machinepass=plan["machine_password"],
        dns_backend="SAMBA_INTERNAL",
        serverrole="active directory domain controller",
        dom_for_fun_level=samba.dsdb.DS_DOMAIN_FUNCTION_2008_R2,
        use_rfc2307=True,
        skip_sysvolacl=False,
    )


def seed(plan: dict[str, Any], parameters: LoadParm) -> None:
    """Add the OUs, accounts and group, and delegate the rights: all of it or nothing."""
    directory = SamDB(session_info=system_session(), lp=parameters)
    directory.transaction_start()
    try:
        for dn in plan["organizational_units"]:
            directory.add({"dn": dn, "objectClass": "organizationalUnit"})
        for account in plan["accounts"]:
            write_account(directory, account)
        directory.add(
            {
                "dn": plan["group"],
                "objectClass": "group",
                "sAMAccountName": str(ldb.Dn(directory, plan["group"]).get_rdn_value()),
            }
        )
        descriptors = SDUtils(directory)
        for grant in plan["grants"]:
            sid = sid_of(directory, grant["account"])
            for ace in grant["aces"]:
                descriptors.dacl_add_ace(grant["dn"], ace.format(sid=sid))
    except BaseException:
        directory.transaction_cancel()
        raise
    directory.transaction_commit()


def write_account(directory: SamDB, account: dict[str, str]) -> None:
    """Add one user with a password that never expires; the built-in Administrator is changed instead."""
    control = str(samba.dsdb.UF_NORMAL_ACCOUNT | samba.dsdb.UF_DONT_EXPIRE_PASSWD)
    if account["name"] == "Administrator":
        message = ldb.Message(ldb.Dn(directory, account["dn"]))
        for attribute, value in (("userPrincipalName", account["upn"]), ("userAccountControl", control)):
            message[attribute] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, attribute)
        directory.modify(message)
        return
    directory.add(
        {
            "dn": account["dn"],
            "objectClass": "user",
            "sAMAccountName": account["name"],
            "userPrincipalName": account["upn"],
            "userAccountControl": control,
            "unicodePwd": f'"{account["password"]}"'.encode("utf-16-le"),
        }
    )


def sid_of(directory: SamDB, name: str) -> str:
    """The SID, as text, of the account with this sAMAccountName."""
    found = directory.search(
        expression=f"(sAMAccountName={ldb.binary_encode(name)})", scope=ldb.SCOPE_SUBTREE, attrs=["objectSid"]
    )
    return str(ndr_unpack(security.dom_sid, found[0]["objectSid"][0]))


def main() -> None:
    plan = json.load(sys.stdin)
    parameters = LoadParm()
    parameters.load(plan["smb_conf"])
    provision_domain(plan, parameters)
    seed(plan, parameters)


if __name__ == "__main__":
    main()
