# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is behind a machine of the twin: a real Samba member, and its answers as the numbers that Windows has.

Applying a package runs ``net offlinejoin requestodj`` without any network; every other act asks the lab's
domain controllers. All of it blocks: call it in a thread.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from tests.lab.member import Member
from tests.lab.view import View

SUCCESS = 0
ACCESS_DENIED = 5
INVALID_PARAMETER = 87
NO_LOGON_SERVERS = 1311
NO_SUCH_DOMAIN = 1355

# What Samba says, as winerror.h has it. A secret that Kerberos refuses is, to Netlogon, a secret that is dead.
_WIN32 = {
    "NT_STATUS_ACCESS_DENIED": ACCESS_DENIED,
    "NT_STATUS_LOGON_FAILURE": ACCESS_DENIED,
    "NT_STATUS_NO_LOGON_SERVERS": NO_LOGON_SERVERS,
    "NT_STATUS_NO_SUCH_DOMAIN": NO_SUCH_DOMAIN,
    "NT_STATUS_NO_TRUST_LSA_SECRET": 1786,
    "NT_STATUS_CANT_ACCESS_DOMAIN_INFO": 1786,
    "NT_STATUS_NO_TRUST_SAM_ACCOUNT": 1787,
    "NT_STATUS_INVALID_ACCOUNT_NAME": 1787,
    "NT_STATUS_ACCOUNT_DISABLED": 1331,
    "NT_STATUS_ACCOUNT_LOCKED_OUT": 1909,
}

# net ads lookup's lines and dsgetdc.h's DS_*_FLAG
_LOCATOR_FLAGS = {
    "Is a PDC": 0x1,
    "Is a GC of the forest": 0x4,
    "Is an LDAP server": 0x8,
    "Supports DS": 0x10,
    "Is running a KDC": 0x20,
    "Is running time services": 0x40,
    "Is the closest DC": 0x80,
    "Is writable": 0x100,
    "Has a hardware clock": 0x200,
    "Is NT6 DC that has some secrets": 0x800,
    "Is NT6 DC that has all secrets": 0x1000,
    "Runs Active Directory Web Services": 0x2000,
    "Runs on Windows 2012 or later": 0x4000,
}


@dataclass(frozen=True)
class Location:
    """A domain controller that was found."""

    domain_controller: str
    address: str
    forest: str
    controller_site: str
    client_site: str
    flags: int


@dataclass(frozen=True)
class Applied:
    """A package that was applied, or the API's error; the names come out of the package, read by Samba."""

    status: int
    member: TwinMember | None = None


class TwinMember(Member):
    """The Samba member behind one machine for as long as one package lasts."""

    @property
    def domain(self) -> str:
        """DNS name of the domain that the member belongs to, lower case."""
        return self._setting("realm").lower()

    def locate(self) -> Location | None:
        """Find a domain controller as the locator does: DNS, then an LDAP ping."""
        done = self._ask("ads", "lookup")
        found = dict(re.findall(r"^\t?([^:\n]+):[ \t]+(.+)$", done.stdout, re.M))
        if done.returncode != 0 or "Domain Controller" not in found:
            return None
        return Location(
            domain_controller=found["Domain Controller"],
            address=found["Information for Domain Controller"],
            forest=found["Forest"],
            controller_site=found["Server Site Name"],
            client_site=found["Client Site Name"],
            flags=sum(bit for line, bit in _LOCATOR_FLAGS.items() if found.get(line) == "yes"),
        )

    def channel_status(self) -> int:
        """Whether the stored secret opens the secure channel (Netlogon) and gets a ticket (Kerberos): Win32 code."""
        netlogon = self.secure_channel()
        return win32(netlogon) or win32(self.kerberos())

    def change_password(self) -> int:
        """Let the machine change its own password: Win32 code."""
        # Samba notes a new password before it sends it, and a note that stays would be in the way of every later one.
        return win32(self.secure_channel()) or win32(self._ask("ads", "changetrustpw"))

    def policies(self) -> tuple[int, list[dict[str, str]]]:
        """The group policy objects that concern the machine, as the directory lists them to it, after a Win32 code."""
        if status := win32(self.secure_channel()):
            return status, []
        done = self._ask("ads", "gpo", "list", f"{self.name}$", "-P")
        # The list itself goes to standard error.
        found = re.findall(r"^name:\s+(\{[0-9A-Fa-f-]+\})\ndisplayname:\s+(.*)$", done.stderr, re.M)
        return win32(done), [{"guid": guid, "display_name": display_name} for guid, display_name in found]

    def escrow(self, protector: str) -> int:
        """Write a recovery object for a protector, ``{GUID}``, below its own account, as the machine: Win32 code."""
        found = self.locate()
        told = self._ask("ads", "search", f"(sAMAccountName={self.name}$)", "distinguishedName", "-P").stdout
        account = re.search(r"^distinguishedName: (.+)$", told, re.M)
        if found is None or account is None:
            return NO_SUCH_DOMAIN
        entry = self.directory / "recovery.ldif"
        _write_secret(entry, _recovery_object(protector, account[1]))
        try:
            where = ["-H", f"ldap://{found.domain_controller}", "-P", f"--configfile={self.smb_conf}"]
            return win32(self._run(self.view.command(["ldbadd", *where, str(entry)])))
        finally:
            entry.unlink()

    def provision(self, credentials: Path, package: Path) -> int:
        """Give the account a new password with somebody's credentials, and make a package of it: Win32 code."""
        names = [f"domain={self.domain}", f"machine_name={self.name}"]
        done = self._ask("offlinejoin", "provision", *names, "reuse", f"savefile={package}", "-A", str(credentials))
        if "attempted logon is invalid" in done.stdout + done.stderr:
            return 1326
        return win32(done)

    def _setting(self, option: str) -> str:
        found = re.search(rf"^\s*{option} = (.*)$", self.smb_conf.read_text(), re.M)
        return found[1] if found else ""

    def adopt(self, option: str, value: str) -> None:
        """Set what the package prescribes and Samba does not change by itself."""
        text = self.smb_conf.read_text()
        self.smb_conf.write_text(re.sub(rf"^(\s*{option} = ).*$", rf"\g<1>{value}", text, flags=re.M))


@dataclass
class Behind:
    """The place of one machine's members: ``directory`` has one below it for each package that was applied."""

    directory: Path
    view: View

    def apply(self, package: bytes) -> Applied:
        """Apply a binary package where there is no network at all."""
        place = self._place()
        member = TwinMember("TWIN", place, self.view)
        member.create()
        file = place / "package"
        _write_secret(file, base64.b64encode(package).decode())
        try:
            done = self._apply(member, file)
        finally:
            file.unlink()
        if done.returncode != 0:
            member.remove()
            return Applied(_api_status(done))
        return Applied(SUCCESS, TwinMember(member._setting("netbios name"), place, self.view))

    def repair(self, member: TwinMember, user: str, password: str) -> Applied:
        """What Reset-ComputerMachinePassword does: a new password for the account, with somebody's credentials."""
        credentials, package = self.directory / "credentials", self.directory / "provisioned"
        domain, _backslash, name = user.rpartition("\\")
        name, _at, suffix = name.partition("@")
        account = f"username = {name}\npassword = {password}\ndomain = {domain or suffix or member.domain}\n"
        try:
            _write_secret(credentials, account)
            status = member.provision(credentials, package)
            if status != SUCCESS:
                return Applied(status)
            return self.apply(base64.b64decode(package.read_text("utf-16").strip("\0")))
        finally:
            credentials.unlink(missing_ok=True)
            package.unlink(missing_ok=True)

    def stranger(self) -> TwinMember:
        """A member that belongs to nothing: enough to look for a domain controller."""
        member = TwinMember("STRANGER", self.directory / "stranger", self.view)
        member.create()
        return member

    def remove(self) -> None:
        """Remove every member."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def _apply(self, member: TwinMember, file: Path) -> subprocess.CompletedProcess[str]:
        done = member.request_offline_join(file)
        # Samba names what the package wants otherwise, one setting at a time or all at once.
        for _round in range(4):
            wanted = re.findall(r'"([a-z ]+)" set to \'[^\']*\', should be \'([^\']+)\'', done.stdout + done.stderr)
            if done.returncode == 0 or not wanted:
                break
            for option, value in wanted:
                member.adopt(option, value)
            done = member.request_offline_join(file)
        return done

    def _place(self) -> Path:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1
        while (place := self.directory / str(number)).exists():
            number += 1
        return place


def _recovery_object(protector: str, account: str) -> str:
    """LDIF of what BitLocker writes ([MS-ADA2] msFVE-*), with a recovery password that opens nothing."""
    guid = base64.b64encode(uuid.UUID(protector).bytes_le).decode()
    password = "-".join(f"{secrets.randbelow(10**6):06}" for _block in range(8))
    lines = [
        f"dn: CN={time.strftime('%Y-%m-%dT%H:%M:%S-00:00', time.gmtime())}{protector},{account}",
        "objectClass: msFVE-RecoveryInformation",
        f"msFVE-RecoveryGuid:: {guid}",
        f"msFVE-RecoveryPassword: {password}",
    ]
    return "\n".join([*lines, ""])


def win32(done: subprocess.CompletedProcess[str]) -> int:
    """The Win32 code of what one of Samba's programs said."""
    if done.returncode == 0:
        return SUCCESS
    named = re.search(r"NT_STATUS_[A-Z_]+", done.stdout + done.stderr)
    if named is None:
        # Without a word: no domain controller, as `net rpc testjoin` has it.
        return NO_LOGON_SERVERS
    return _WIN32.get(named[0], ACCESS_DENIED)


def _api_status(done: subprocess.CompletedProcess[str]) -> int:
    code = re.search(r"DOS code 0x([0-9a-fA-F]{8})", done.stdout + done.stderr)
    return int(code[1], 16) if code else INVALID_PARAMETER


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
