# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Group policies that Samba wrote into a real SYSVOL come out of packages, value for value, or nothing is issued."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import parts, preg
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package

from tests.integration.attempts import samba_tool
from tests.integration.branch import Branch
from tests.integration.test_connection import NEXT_LDAP3
from tests.integration.test_name_check import _GATE, Gate
from tests.integration.test_ndrdump import ndrdump
from tests.lab import Lab
from tests.lab.controller import SYSTEM_PYTHON

KEY = "Software\\Policies\\Microsoft\\Windows\\NetworkConnectivityAssistant"
# Name, type and value for Samba, and the bytes that the value is in any registry.
VALUES: list[tuple[str, int, Any, bytes]] = [
    ("FriendlyName", 1, "Büro Köln", "Büro Köln\0".encode("utf-16-le")),
    ("Expanded", 2, "%windir%\\x", "%windir%\\x\0".encode("utf-16-le")),
    ("Binary", 3, "00ff10", bytes.fromhex("00ff10")),
    ("Enabled", 4, 0x01020304, bytes.fromhex("04030201")),
    ("Several", 7, "6f006e0065000000740077006f0000000000", "one\0two\0\0".encode("utf-16-le")),
    ("Large", 11, 2**40 + 1, bytes.fromhex("0100000000010000")),
]
DIRECTIVES = [("**delvals.", 1, " ", b""), ("**del.Old", 1, " ", b""), ("**soft.Site", 1, "x", b"x\0\0\0")]
# Samba's own writer of Registry.pol; whole numbers and text go in as they are, all else in hexadecimal.
SAMBA_WRITES = """
import json, sys
from samba.dcerpc import preg
from samba.ndr import ndr_pack
file, entries = preg.file(), []
file.header.signature, file.header.version = "PReg", 1
for key, name, kind, value in json.load(sys.stdin):
    entry = preg.entry()
    entry.keyname, entry.valuename, entry.type = key, name, kind
    entry.data = value if kind in (1, 2, 4, 11) else bytes.fromhex(value)
    entries.append(entry)
file.num_entries, file.entries = len(entries), entries
sys.stdout.buffer.write(ndr_pack(file))
"""
_SHOWN = re.compile(
    r"pKeyPath +: '(.*)'\s+pValueName +: \*\s+pValueName +: '(.*)'\s+ulValueType +: \w+ \((\d+)\)\s+"
    r"cbValueData +: \w+ \(\d+\)\s+pValueData +: \*\s+pValueData +: ([0-9a-f]+)"
)
PLAY = """
- hosts: all
  gather_facts: false
  roles: [adops.offline_join.package_issue]
"""


def samba_wrote(values: list[tuple[str, int, Any, bytes]]) -> bytes:
    entries = [(KEY, name, kind, value) for name, kind, value, _data in values]
    command = [str(SYSTEM_PYTHON), "-c", SAMBA_WRITES]
    done = subprocess.run(command, input=json.dumps(entries).encode(), capture_output=True, timeout=60, check=True)
    return done.stdout


@dataclass
class Sysvol:
    """Group policy objects of one test file; ``mark`` keeps their names apart from all others'."""

    lab: Lab
    mark: str = field(default_factory=lambda: secrets.token_hex(3))
    made: list[str] = field(default_factory=list)

    def name(self, name: str) -> str:
        return f"{name} {self.mark}"

    def create(self, name: str, content: bytes | None, **attributes: str) -> str:
        """An object as the console leaves it; its display name, which may be shared."""
        guid = f"{{{secrets.token_hex(4)}-0000-0000-0000-{secrets.token_hex(6)}}}".upper()
        entry = {
            "objectClass": "groupPolicyContainer",
            "displayName": self.name(name),
            "gPCFileSysPath": f"\\\\{self.lab.domain}\\SysVol\\{self.lab.domain}\\Policies\\{guid}",
            "flags": "0",
            "versionNumber": "1",
        } | attributes
        dn = f"CN={guid},CN=Policies,CN=System,{self.lab.base_dn}"
        lines = [f"dn: {dn}", *(f"{key}: {value}" for key, value in entry.items()), ""]
        self.lab.ldap(["ldapadd"], "administrator", input="\n".join(lines))
        self.made.append(guid)
        if content is not None:
            self.write(guid, content)
        return self.name(name)

    def write(self, guid: str, content: bytes) -> None:
        folder = self._folder(guid)
        folder.mkdir(parents=True, exist_ok=True)
        [*there] = [one for one in folder.iterdir() if one.name.lower() == "machine"]
        machine = there[0] if there else folder / "Machine"
        machine.mkdir(exist_ok=True)
        (machine / "Registry.pol").write_bytes(content)

    def remove(self) -> None:
        for guid in self.made:
            self.lab.ldap(["ldapdelete", "-r", f"CN={guid},CN=Policies,CN=System,{self.lab.base_dn}"], "administrator")
            shutil.rmtree(self._folder(guid), ignore_errors=True)

    def _folder(self, guid: str) -> Path:
        return self.lab.directory / "dc1" / "sysvol" / self.lab.domain / "Policies" / guid


@pytest.fixture(scope="module")
def sysvol(lab: Lab) -> Iterator[Sysvol]:
    found = Sysvol(lab)
    yield found
    found.remove()


@pytest.fixture(scope="module")
def baseline(sysvol: Sysvol) -> str:
    """A policy that samba-tool made and to which the console's version number was given."""
    name = sysvol.name("Baseline")
    found = re.search(r"\{[0-9A-F-]+\}", samba_tool(sysvol.lab, "gpo", "create", name))
    assert found
    sysvol.made.append(found[0])
    sysvol.write(found[0], samba_wrote(VALUES))
    dn = f"CN={found[0]},CN=Policies,CN=System,{sysvol.lab.base_dn}"
    change = [f"dn: {dn}", "changetype: modify", "replace: versionNumber", "versionNumber: 2", ""]
    sysvol.lab.ldap(["ldapmodify"], "administrator", input="\n".join(change))
    return name


@pytest.fixture(scope="module")
def cleaner(sysvol: Sysvol) -> str:
    return sysvol.create("Cleaner", samba_wrote([*VALUES[:1], *DIRECTIVES]))


def policy_part(branch: Branch, name: str) -> bytes:
    package = Package.read(branch.package(name).read_bytes())
    [part] = [part for part in package.parts if part.part_type == parts.POLICY]
    assert part.content is not None
    return part.content


def nothing_was_issued(branch: Branch) -> None:
    assert not branch.accounts()
    assert not branch.dest.exists()


def test_values_come_out_as_samba_wrote_them(branch: Branch, baseline: str, tmp_path: Path) -> None:
    name = branch.names[0]
    file = tmp_path / "wired.pol"
    file.write_bytes(samba_wrote(VALUES[3:4]))
    options: dict[str, Any] = {"policy_names": [baseline], "policy_paths": [str(file)]}
    predicted = branch.issue(name, check=True, **options)
    nothing_was_issued(branch)
    answer = branch.issue(name, **options)
    assert answer["changed"]
    assert answer["policies"] == predicted["policies"]
    assert answer["policies"] == [
        {"source": baseline, "value_count": 6, "left_out": []},
        {"source": str(file), "value_count": 1, "left_out": []},
    ]
    shown = ndrdump("OP_POLICY_PART", policy_part(branch, name), tmp_path)
    assert "dump OK" in shown
    assert "WARNING" not in shown
    assert re.findall(r"pSource +: '(.*)'", shown) == [baseline, str(file)]
    assert re.findall(r"ulRootKeyId +: (\w+)", shown) == ["0x80000002"] * 2
    wanted = [(KEY, value, str(kind), data.hex()) for value, kind, _value, data in [*VALUES, VALUES[3]]]
    assert _SHOWN.findall(shown) == wanted
    again = branch.issue(name, **options)
    assert not again["changed"]


def test_our_writer_and_sambas_agree() -> None:
    content = samba_wrote([*VALUES, *DIRECTIVES])
    assert preg.write(preg.read(content)) == content
    assert [entry.data for entry in preg.read(content)][: len(VALUES)] == [data for *_rest, data in VALUES]


def test_member_applies_a_package_with_policies(branch: Branch, baseline: str, tmp_path: Path) -> None:
    """By the role, one call for all machines; Samba decodes the whole package and joins with it."""
    branch.variables = {
        "package_issue_dest": str(branch.dest),
        "package_issue_path": branch.lab.staging_ou,
        "package_issue_seal": "none",
        "package_issue_policy_names": [baseline],
    }
    branch.extra_environment = {
        f"OFFLINE_JOIN_DIRECTORY_{key.upper()}": value for key, value in branch.connection().items()
    }
    playbook = branch.directory / "issue.yml"
    playbook.write_text(PLAY)
    done = branch.play(str(playbook))
    assert done.returncode == 0, done.stdout
    name = branch.names[0]
    binary = tmp_path / "package.bin"
    binary.write_bytes(Package.read(branch.package(name).read_bytes()).content)
    command = ["ndrdump", "ODJ", "ODJ_PROVISION_DATA_serialized_ptr", "struct", str(binary), "--validate"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "dump OK" in shown
    member = branch.member(name)
    applied = member.request_offline_join(branch.package(name))
    assert applied.returncode == 0, applied.stderr
    assert member.secure_channel().returncode == 0
    looked = branch.module("package_info", {"package": str(branch.package(name)), "server": None})
    [policy] = [part for part in looked["package"]["parts"] if part["name"] == "policy"]
    [told] = policy["sources"]
    assert told["source"] == baseline
    assert told["elements"][:2] == [
        {"key": KEY, "name": "FriendlyName", "type": "REG_SZ", "value": "Büro Köln"},
        {"key": KEY, "name": "Expanded", "type": "REG_EXPAND_SZ", "value": "%windir%\\x"},
    ]
    values = [one["value"] for one in told["elements"][2:]]
    assert values == ["00ff10", 0x01020304, ["one", "two"], 2**40 + 1]


def test_directives_are_refused_or_left_out(branch: Branch, cleaner: str) -> None:
    name = branch.names[0]
    refused = branch.issue(name, policy_names=[cleaner])
    assert f"{cleaner}: a package can set values only, not **delvals. of {KEY}, **del.Old of {KEY}; " in refused["msg"]
    assert "set unsupported_policy to skip" in refused["msg"]
    nothing_was_issued(branch)
    answer = branch.issue(name, policy_names=[cleaner], unsupported_policy="skip")
    assert answer["policies"] == [
        {"source": cleaner, "value_count": 2, "left_out": [f"**delvals. of {KEY}", f"**del.Old of {KEY}"]}
    ]
    [warning] = answer["warnings"]
    assert f"left out of {cleaner}: **delvals. of {KEY}" in warning["event"]["msg"]
    described = Package.read(branch.package(name).read_bytes()).describe()["parts"][-1]["sources"][0]
    assert [(one["name"], one["value"]) for one in described["elements"]] == [
        ("FriendlyName", "Büro Köln"),
        ("Site", "x"),
    ]


def test_every_fault_is_named_and_nothing_is_issued(
    branch: Branch, sysvol: Sysvol, baseline: str, tmp_path: Path
) -> None:
    sound = samba_wrote(VALUES)
    damaged, empty, missing = (tmp_path / name for name in ("damaged.pol", "empty.pol", "missing.pol"))
    damaged.write_bytes(sound[:-5])
    empty.write_bytes(b"")
    names = {
        sysvol.create("Damaged", sound[:40]): "is no Registry.pol, or is damaged: PReg[0].key at offset 0xa: ",
        sysvol.create("For users", None, versionNumber="65536"): "it has no part for computers",
        sysvol.create("Without registry", None): "it sets no registry values for computers",
        sysvol.create("Disabled", sound, flags="2"): "its computer settings are disabled",
        sysvol.create("Twice", sound): "2 have this name (CN={",
        sysvol.create("Elsewhere", sound, gPCFileSysPath="\\\\evil\\c$\\Policies"): "no path into SYSVOL",
        sysvol.create("Climbing", sound, gPCFileSysPath="\\\\x\\sysvol\\..\\private"): "no path into SYSVOL",
        sysvol.create("Header", sound[:8]): "has no value that a package could set",
        "Nobody (made) *": "there is none of this name",
    }
    sysvol.create("Twice", sound)
    paths = {
        str(damaged): "is no Registry.pol, or is damaged: PReg[5].data at offset ",
        str(empty): "does not begin with the signature PReg",
        str(missing): "cannot be read: No such file or directory",
    }
    options: dict[str, Any] = {"policy_names": [*names, baseline], "policy_paths": [*paths]}
    answer = branch.issue(**options)
    assert answer["failed"]
    assert answer["msg"] == branch.issue(check=True, **options)["msg"]
    headline, *faults = answer["msg"].split("\n")
    assert headline == "no package was issued, because of the policies for them:"
    for name, cause in (names | paths).items():
        [said] = [fault for fault in faults if name in fault]
        assert cause in said
        assert ";" in said, "what to do"
    assert len(faults) == len(names) + len(paths)
    nothing_was_issued(branch)


def test_sysvol_is_out_of_reach(branch: Branch, baseline: str, tmp_path: Path) -> None:
    """LDAP is open and SMB is not, as behind a firewall; then without the library, then with a name SMB knows not."""
    with Gate(branch.lab, 636):
        answer = branch.issue(policy_names=[baseline], server=_GATE, cert_validation="ignore_hostname")
    assert f"open SYSVOL on dc1.corp.example ({_GATE} port 445): " in answer["msg"]
    assert "Connection refused" in answer["msg"]
    who = branch.lab.accounts["issue"]
    answer = branch.issue(policy_names=[baseline], username=who.dn)
    assert "STATUS_LOGON_FAILURE" in answer["msg"]
    assert "give the user name as user@domain" in answer["msg"]
    assert who.password not in str(answer)
    (tmp_path / "smbprotocol.py").write_text("raise ImportError")
    branch.extra_environment = {"PYTHONPATH": str(tmp_path)}
    answer = branch.issue(policy_names=[baseline])
    assert "pip install smbprotocol" in answer["msg"]
    nothing_was_issued(branch)
    assert not branch.issue(branch.names[0]).get("failed"), "nobody else needs the library"


class Forged(socket.socket):
    """The domain controller's answers with one of its policies changed."""

    def recv(self, *arguments: int) -> bytes:
        return super().recv(*arguments).replace(VALUES[0][3], "Büro Bonn\0".encode("utf-16-le"))


class Forger(Gate):
    @staticmethod
    def _forward(visitor: socket.socket, server: socket.socket) -> None:
        Gate._forward(visitor, Forged(fileno=server.detach()))


def test_policy_that_is_changed_on_its_way(branch: Branch, baseline: str) -> None:
    options: dict[str, Any] = {"server": _GATE, "cert_validation": "ignore_hostname", "policy_names": [baseline]}
    with Gate(branch.lab, 636), Forger(branch.lab, 445) as forger:
        answer = branch.issue(branch.names[0], **options)
    assert forger.visitors == 1
    assert "Server message signature could not be verified" in answer["msg"]
    nothing_was_issued(branch)
    with Gate(branch.lab, 636), Gate(branch.lab, 445):
        assert not branch.issue(branch.names[0], **options).get("failed"), "unchanged it is accepted"


@pytest.mark.parametrize("ticket", [False, True])
def test_kerberos(branch: Branch, baseline: str, tmp_path: Path, ticket: bool) -> None:
    branch.extra_environment = {"PYTHONPATH": str(NEXT_LDAP3)}
    options: dict[str, Any] = {"policy_names": [baseline], "auth_protocol": "kerberos"}
    if ticket:
        account = branch.lab.accounts["issue"]
        cache = f"FILE:{tmp_path}/cache"
        branch.lab.run(["kinit", "-c", cache, f"{account.name}@{branch.lab.realm}"], input=account.password + "\n")
        branch.extra_environment |= {"KRB5CCNAME": cache, "OFFLINE_JOIN_DIRECTORY_PASSWORD": ""}
        options["username"] = None
    answer = branch.issue(branch.names[0], **options)
    assert answer["policies"] == [{"source": baseline, "value_count": 6, "left_out": []}], answer
