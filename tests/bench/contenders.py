# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways of making computer accounts with a password that are compared."""

from __future__ import annotations

import json
import os
import secrets
import ssl
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

import ldap3

from tests.bench.workplace import BenchError, Workplace

Way = Callable[[Workplace, list[str]], float]  # the seconds that these machines took


@dataclass(frozen=True)
class Contender:
    """``slow``: one process for each machine, so that a few machines tell as much as many."""

    key: str
    what: str
    way: Way
    slow: bool = False


def raw_adds(place: Workplace, names: list[str]) -> float:
    """What the domain controller takes: nothing but adds over one connection, which is open already."""
    lab = place.lab
    issuer = lab.accounts["issue"]
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(lab.ca_cert), valid_names=[lab.server])
    server = ldap3.Server(lab.address, port=636, use_ssl=True, tls=tls, get_info=ldap3.NONE)
    connection = ldap3.Connection(
        server, issuer.upn, issuer.password, auto_bind=True, check_names=False, raise_exceptions=True
    )
    adds = [(f"CN={name},{lab.staging_ou}", _attributes(name, lab.domain)) for name in names]
    began = time.perf_counter()
    for dn, attributes in adds:
        connection.add(dn, "computer", attributes)
    seconds = time.perf_counter() - began
    connection.unbind()
    return seconds


def _attributes(name: str, domain: str) -> dict[str, object]:
    dns_name = f"{name.lower()}.{domain}"
    return {
        "sAMAccountName": f"{name}$",
        "userAccountControl": "4096",
        "dNSHostName": dns_name,
        "servicePrincipalName": [
            f"{kind}/{host}" for host in (dns_name, name) for kind in ("HOST", "RestrictedKrbHost")
        ],
        "unicodePwd": f'"{secrets.token_hex(58)}aA1-"'.encode("utf-16-le"),
    }


def module(place: Workplace, names: list[str]) -> float:
    return place.issue(names).seconds


def task(place: Workplace, names: list[str]) -> float:
    """Ansible's start and the loading of the inventory are in it."""
    branch = place.branch(names)
    playbook = place.directory / "task.json"
    options = {
        **branch.connection(),
        "path": place.lab.staging_ou,
        "dest": str(place.dest),
        "seal": "none",
        "machines": [{"name": name} for name in names],
    }
    issue = {
        "adops.offline_join.packages": options,
        "run_once": True,
        "delegate_to": "localhost",
        "no_log": True,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "ansible_pipelining": True},
    }
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [issue]}]))
    began = time.perf_counter()
    done = branch.play(str(playbook))
    seconds = time.perf_counter() - began
    if done.returncode:
        raise BenchError(f"ansible-playbook failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    place.issued += names
    return seconds


def net_offlinejoin(place: Workplace, names: list[str]) -> float:
    lab = place.lab

    def command(name: str) -> list[str]:
        machine = [f"machine_name={name}", f"machine_account_ou={lab.staging_ou}", f"dcname={lab.server}"]
        package = f"savefile={place.directory / name}.djoin"
        # Samba 4.17 finds no domain controller here with a ticket alone.
        login = ["-A", str(lab.credentials_file("administrator"))]
        return ["net", "offlinejoin", "provision", f"domain={lab.domain}", *machine, package, *login]

    return _one_by_one(place, names, command)


def samba_tool(place: Workplace, names: list[str]) -> float:
    lab = place.lab
    # Relative to the domain, as samba-tool wants it.
    unit = lab.staging_ou.removesuffix(f",{lab.base_dn}")

    def command(name: str) -> list[str]:
        where = [f"--computerou={unit}", "-H", f"ldap://{lab.server}", f"--use-krb5-ccache={_ticket(place)}"]
        return ["samba-tool", "computer", "create", name, *where]

    return _one_by_one(place, names, command)


def adcli(place: Workplace, names: list[str]) -> float:
    lab = place.lab

    def command(name: str) -> list[str]:
        where = [f"--domain={lab.domain}", f"--domain-controller={lab.server}", f"--domain-ou={lab.staging_ou}"]
        login = f"--login-ccache={_ticket(place)}"
        return ["adcli", "preset-computer", *where, login, f"{name.lower()}.{lab.domain}"]

    return _one_by_one(place, names, command)


def _ticket(place: Workplace) -> str:
    """An administrator's Kerberos ticket, which spares each process a login."""
    cache = f"FILE:{place.directory}/administrator.krb5cc"
    if not (place.directory / "administrator.krb5cc").exists():
        who = place.lab.accounts["administrator"]
        environment = os.environ | {"KRB5CCNAME": cache}
        place.lab.run(["kinit", f"{who.name}@{place.lab.realm}"], env=environment, input=f"{who.password}\n")
    return cache


def _one_by_one(place: Workplace, names: list[str], command: Callable[[str], list[str]]) -> float:
    commands = [command(name) for name in names]
    began = time.perf_counter()
    for one in commands:
        try:
            place.lab.run(one)
        except subprocess.CalledProcessError as error:
            raise BenchError(f"{one[0]} failed: {error.stdout}{error.stderr}") from None
    return time.perf_counter() - began


CONTENDERS = (
    Contender("raw", "LDAP adds alone, one connection (the limit)", raw_adds),
    Contender("module", "our module `packages`, one process", module),
    Contender("task", "our module `packages`, one task of ansible-playbook", task),
    Contender("net", "`net offlinejoin provision`, one process a machine", net_offlinejoin, slow=True),
    Contender("samba_tool", "`samba-tool computer create`, one process a machine (no package)", samba_tool, slow=True),
    Contender("adcli", "`adcli preset-computer`, one process a machine (no package)", adcli, slow=True),
)
