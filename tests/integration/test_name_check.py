# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check of a name provoked on a real domain controller, found, and gone after its remedy."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.branch import Branch
from tests.lab import Lab

_DNS_RECORD = "BAABAAXwAAABAAAAAAADhAAAAAAAAAAAwAACBw=="  # A 192.0.2.7, as Samba's domain controller writes it
_GATE = "127.0.0.77"
PLAY = """
- hosts: all
  gather_facts: false
  roles: [adops.offline_join.name_check]
"""


def check(branch: Branch, *machines: dict[str, Any], account: str = "issue", **options: Any) -> dict[str, Any]:
    branch.account = account
    given = {"machines": list(machines) or [{"name": branch.names[0]}], **options}
    answer = branch.module("name_check", given)
    assert "machines" in answer, answer
    failing = [name for name, one in answer["machines"].items() if "error" in one]
    assert bool(answer.get("failed")) == bool(failing)
    assert not answer["changed"]
    return answer


def verdicts(branch: Branch, *machines: dict[str, Any], **options: Any) -> dict[str, str]:
    """Of the first machine, by check: the verdict, with ! where it stops the machine."""
    answer = check(branch, *machines, **options)
    first = next(iter(answer["machines"].values()))
    return {one["id"]: one["verdict"] + ("!" if _stops(one) else "") for one in first["checks"]}


def evidence(answer: dict[str, Any], name: str) -> dict[str, str]:
    return {one["id"]: one["evidence"] for one in answer["machines"][name]["checks"]}


def _stops(one: dict[str, Any]) -> bool:
    return (one["verdict"], one["severity"]) == ("fail", "error")


@pytest.fixture
def ou(branch: Branch) -> Iterator[str]:
    """An organizational unit of this test alone; what is left in it goes with it."""
    dn = f"OU={branch.names[0]} old,{branch.lab.base_dn}"
    branch.add(dn, {"objectClass": ["organizationalUnit"]})
    yield dn
    branch.lab.ldap(["ldapdelete", "-r", dn], "administrator")


def computer(name: str, **attributes: str) -> dict[str, list[str]]:
    return {"objectClass": ["computer"], "sAMAccountName": [f"{name}$"]} | {
        key: [value] for key, value in attributes.items()
    }


class TestWithoutAsking:
    """What the name itself, the template and the lists say."""

    def test_a_new_name(self, branch: Branch) -> None:
        found = verdicts(branch)
        assert found.pop("name_template") == "skipped"
        # A delegate does not see deleted objects, and says so.
        assert found.pop("deleted_account") == "unknown"
        assert set(found.values()) == {"pass"}

    @pytest.mark.parametrize("name", ["a_b", "x" * 16, "corp", "12345", "nul", ""])
    def test_rules(self, branch: Branch, name: str) -> None:
        answer = check(branch, {"name": name}, {"name": branch.names[0]})
        bad, good = answer["machines"].values()
        assert [one["id"] for one in bad["checks"] if _stops(one)] == ["name_rules"]
        assert bad["error"].startswith(f"{name}: ")
        assert "error" not in good

    def test_template(self, branch: Branch) -> None:
        code, number = branch.names[0].split("-")
        machine = {"name": branch.names[0], "values": {"branch": code.lower(), "number": int(number)}}
        assert verdicts(branch, machine, name_template="{branch}-{number:02}")["name_template"] == "pass"
        machine["values"] = {"branch": code, "number": 77}
        assert verdicts(branch, machine, name_template="{branch}-{number:02}")["name_template"] == "fail!"
        assert verdicts(branch, name_template="{branch}_{number:02}")["name_template"] == "fail!"
        branch.account = "issue"
        answer = branch.module("name_check", {"machines": [], "name_template": "{branch"})
        assert answer["failed"]
        assert "cannot be read" in answer["msg"]

    def test_doubles_beyond_the_play(self, branch: Branch) -> None:
        one, two, _three = branch.names
        assert verdicts(branch, whole_inventory=[one, two, one.lower()])["name_double"] == "fail!"
        assert verdicts(branch, whole_inventory=[one, two])["name_double"] == "pass"

    def test_names_known_elsewhere(self, branch: Branch) -> None:
        machine = {"name": branch.names[0], "serial_number": "S-1"}
        known = {"name": branch.names[0].lower(), "serial_number": "S-2", "where": "the ledger of Lyon"}
        answer = check(branch, machine, known_names=[known])
        assert "another machine of this name stands in the ledger of Lyon" in answer["msg"]
        known["serial_number"] = "s-1"
        assert verdicts(branch, machine, known_names=[known])["name_known"] == "pass"
        del known["serial_number"]
        assert verdicts(branch, machine, known_names=[known])["name_known"] == "unknown"

    def test_faults_of_the_inventory(self, branch: Branch) -> None:
        one, two, _three = branch.names
        faults = ["a.csv line 7: branch is empty; fill it in", "b.csv line 9: ..."]
        branch.extra_environment = {"OFFLINE_JOIN_DIRECTORY_PASSWORD": "wrong: nobody may be asked"}
        answer = check(branch, {"name": one}, {"name": two}, inventory_faults=faults)
        first, second = answer["machines"][one], answer["machines"][two]
        assert all(fault in first["error"] for fault in faults)
        assert f"the inventory has 2 faults, told with {one}" in second["error"]
        assert [check["id"] for check in first["checks"] if check["verdict"] == "fail"] == ["inventory"]


class TestDirectory:
    def test_account_of_somebody_else(self, branch: Branch, ou: str) -> None:
        name = branch.names[0]
        dn = f"CN=somebody,{ou}"
        branch.add(dn, computer(name.lower(), dNSHostName=f"{name}.corp.example"))
        answer = check(branch, {"name": name})
        [account] = [one for one in answer["machines"][name]["checks"] if one["id"] == "account"]
        assert account["windows_errors"] == [2224]
        assert f"computer {dn}" in account["evidence"]
        assert answer["machines"][name]["error"] == f"{name}: {answer['machines'][name]['headline']}", (
            "one cause, one error"
        )
        branch.delete(dn)
        assert verdicts(branch)["account"] == "pass"

    def test_its_own_account(self, branch: Branch) -> None:
        """It is told by the issue record, by its GUID, and by nothing else."""
        name = branch.names[0]
        issued = branch.issue(name)
        assert not issued.get("failed"), issued
        guid = branch.accounts()[name]["objectGUID"][0]
        for own in ({"dest": str(branch.dest)}, {"machines": [{"name": name.lower(), "object_guid": guid}]}):
            found = verdicts(branch, **own)
            assert (found["account"], found["service_principal_name"]) == ("pass", "pass")
            assert not [one for one in found.values() if one.endswith("!")]
        assert verdicts(branch)["account"] == "fail!"
        assert verdicts(branch, reuse=True)["account"] == "fail"
        assert verdicts(branch, tolerate=["account"])["account"] == "fail"
        record = branch.issue_record(name)
        record.write_text(record.read_text().replace(guid, "00000000-0000-0000-0000-000000000000"))
        assert verdicts(branch, dest=str(branch.dest))["account"] == "fail!"

    def test_user_of_the_same_name(self, branch: Branch, ou: str) -> None:
        dn = f"CN=Somebody,{ou}"
        branch.add(dn, {"objectClass": ["user"], "sAMAccountName": [branch.names[0]]})
        assert "a user has the same name" in evidence(check(branch), branch.names[0])["account"]
        branch.delete(dn)
        assert verdicts(branch)["account"] == "pass"

    def test_common_name(self, branch: Branch, ou: str) -> None:
        name = branch.names[0]
        here = {"name": name, "organizational_units": [branch.lab.staging_ou, ou.lower().replace(",", ", ")]}
        dn = f"CN={name},{ou}"
        branch.add(dn, {"objectClass": ["group"], "sAMAccountName": [f"{name}-group"]})
        assert verdicts(branch, here)["common_name"] == "fail!"
        assert verdicts(branch)["common_name"] == "pass"
        branch.delete(dn)
        assert verdicts(branch, here)["common_name"] == "pass"
        branch.add(dn, computer(branch.names[1]))
        assert verdicts(branch)["common_name"] == "fail!"

    def test_host_name(self, branch: Branch, ou: str) -> None:
        name = branch.names[0]
        dn = f"CN=X{name},{ou}"
        branch.add(dn, computer(f"X{name}", dNSHostName=f"{name.lower()}.CORP.example"))
        assert verdicts(branch)["dns_host_name"] == "fail!"
        branch.lab.ldap(["ldapmodify"], "administrator", input=f"dn: {dn}\nchangetype: modify\ndelete: dNSHostName\n")
        assert verdicts(branch)["dns_host_name"] == "pass"

    @pytest.mark.parametrize("global_catalog", [True, False])
    def test_service_principal_name(self, branch: Branch, ou: str, global_catalog: bool) -> None:
        dn = f"CN=Service,{ou}"
        service = f"WSMAN/{branch.names[0].lower()}.corp.example"
        account = {
            "objectClass": ["user"],
            "sAMAccountName": [f"svc{branch.names[0]}"],
            "servicePrincipalName": [service],
        }
        branch.add(dn, account)
        answer = check(branch, global_catalog=global_catalog)
        assert f"{service} belongs to user {dn}" in answer["msg"]
        branch.delete(dn)
        healed = "pass" if global_catalog else "unknown"
        assert verdicts(branch, global_catalog=global_catalog)["service_principal_name"] == healed


class TestGlobalCatalog:
    def test_one_connection_each_and_unknown_where_it_is_closed(self, branch: Branch) -> None:
        with Gate(branch.lab, 636) as directory:
            closed = check(branch, server=_GATE, cert_validation="ignore_hostname")
            with Gate(branch.lab, 3269) as catalog:
                found = verdicts(branch, server=_GATE, cert_validation="ignore_hostname")
        assert found["service_principal_name"] == "pass"
        assert (directory.visitors, catalog.visitors) == (2, 1)
        [service] = [
            one for one in closed["machines"][branch.names[0]]["checks"] if one["id"] == "service_principal_name"
        ]
        assert service["verdict"] == "unknown"
        assert f"connect to {_GATE} port 3269" in service["evidence"]

    def test_a_thousand_names_in_seconds_over_one_connection(self, branch: Branch) -> None:
        names = [f"{branch.names[0][:6]}Q{number}" for number in range(1000)]
        with Gate(branch.lab, 636) as directory, Gate(branch.lab, 3269) as catalog:
            began = time.monotonic()
            answer = check(branch, *({"name": name} for name in names), server=_GATE, cert_validation="ignore_hostname")
            assert time.monotonic() - began < 20
        assert (directory.visitors, catalog.visitors) == (1, 1)
        assert list(answer["machines"]) == names
        kinds = Counter(one["verdict"] for machine in answer["machines"].values() for one in machine["checks"])
        assert kinds == {"pass": 8000, "skipped": 1000, "unknown": 1000}
        assert len(answer["warnings"]) == 1


class TestDeletedObjects:
    def test_whoever_may_not_list_them_knows_nothing(self, branch: Branch, ou: str) -> None:
        """Samba and Windows answer a search of such a login with success and nothing."""
        name, other, _third = branch.names
        dn = f"CN={name},{ou}"
        branch.add(dn, computer(name))
        branch.delete(dn)
        container = f"CN=Deleted Objects,{branch.lab.base_dn}"
        machines = ({"name": name}, {"name": other})
        assert verdicts(branch, *machines, account="user")["deleted_account"] == "unknown"
        with extra_rights(branch.lab, container, "user", "RP"):
            # Its own attributes are visible now, what lies below is not.
            assert verdicts(branch, *machines, account="user")["deleted_account"] == "unknown"
        with extra_rights(branch.lab, container, "user", "RPLC"):
            found = check(branch, *machines, account="user")
            assert "from " + ou in evidence(found, name)["deleted_account"]
            assert not found.get("failed")
            assert [verdicts(branch, one, account="user")["deleted_account"] for one in machines] == ["fail", "pass"]
        with extra_rights(branch.lab, container, "user", "RPRC"):
            assert verdicts(branch, machines[1], account="user")["deleted_account"] == "unknown"
        assert verdicts(branch, machines[1], account="administrator")["deleted_account"] == "pass"


class TestDns:
    def test_record_of_somebody_else(self, branch: Branch) -> None:
        name = branch.names[0]
        dn = f"DC={name.lower()},{self.zone(branch)}"
        branch.add(dn, {"objectClass": ["dnsNode"], "dnsRecord:": [_DNS_RECORD]})
        answer = check(branch)
        assert "the zone has A 192.0.2.7 for this name" in answer["msg"]
        # As a DNS server leaves what was deleted, until it is scavenged.
        gone = f"dn: {dn}\nchangetype: modify\nreplace: dNSTombstoned\ndNSTombstoned: TRUE\n"
        branch.lab.ldap(["ldapmodify"], "administrator", input=gone)
        assert verdicts(branch)["dns_record"] == "pass"
        branch.delete(dn)
        assert verdicts(branch)["dns_record"] == "pass"

    def test_its_own_record(self, branch: Branch) -> None:
        name = branch.names[0]
        dn = f"DC={name},{self.zone(branch)}"
        assert not branch.issue(name).get("failed")
        branch.add(dn, {"objectClass": ["dnsNode"], "dnsRecord:": [_DNS_RECORD]})
        assert verdicts(branch, dest=str(branch.dest))["dns_record"] == "pass"
        branch.delete(dn)

    @pytest.mark.parametrize("right", ["LC", "RPLC"])
    def test_a_zone_that_may_not_be_read(self, branch: Branch, right: str) -> None:
        with extra_rights(branch.lab, self.zone(branch), "user", right, kind="D", flags="CI"):
            assert verdicts(branch, account="user")["dns_record"] == "unknown"
        assert verdicts(branch, account="user")["dns_record"] == "pass"

    @staticmethod
    def zone(branch: Branch) -> str:
        return f"DC=corp.example,CN=MicrosoftDNS,DC=DomainDnsZones,{branch.lab.base_dn}"


class TestRole:
    def test_each_machine_speaks_for_itself(self, branch: Branch, ou: str) -> None:
        one, two, three = branch.names
        dn = f"CN={two},{ou}"
        branch.add(dn, computer(two))
        branch.host_variables = {three: {"machine_name": "x_y"}}
        self.connect(branch)
        playbook = branch.directory / "play.yml"
        playbook.write_text(PLAY)
        done = branch.play(str(playbook))
        assert done.returncode == 2, done.stdout + done.stderr
        assert f"{two}: the account {two}$ exists already: computer {dn}" in done.stdout
        assert "x_y: the name holds '_'" in done.stdout
        assert {name: "failed=1" in self.recap(done.stdout, name) for name in branch.names} == {
            one: False,
            two: True,
            three: True,
        }
        assert done.stderr.count("deleted_account is unknown for 2 machines") == 1
        branch.delete(dn)
        branch.host_variables = {}
        again = branch.play(str(playbook), "--check")
        assert again.returncode == 0, again.stdout
        assert "changed=0" in self.recap(again.stdout, two)

    def test_a_double_outside_of_the_limit(self, branch: Branch) -> None:
        one, two, three = branch.names
        branch.host_variables = {two: {"machine_name": one}}
        self.connect(branch)
        playbook = branch.directory / "play.yml"
        playbook.write_text(PLAY)
        done = branch.play(str(playbook), "--limit", f"{one},{three}")
        assert done.returncode == 2
        assert f"{one}: 2 machines of the inventory have this name" in done.stdout
        assert "failed=0" in self.recap(done.stdout, three)

    @staticmethod
    def connect(branch: Branch) -> None:
        named = {f"OFFLINE_JOIN_DIRECTORY_{option.upper()}": value for option, value in branch.connection().items()}
        branch.extra_environment = named

    @staticmethod
    def recap(output: str, name: str) -> str:
        [line] = [line for line in output.splitlines() if line.startswith(f"{name} ") and "ok=" in line]
        return line


@contextlib.contextmanager
def extra_rights(lab: Lab, dn: str, account: str, rights: str, *, kind: str = "A", flags: str = "") -> Iterator[None]:
    """One more entry in front of an object's DACL, written into the database: nobody else may write some of them."""
    [sid] = lab.search(f"(sAMAccountName={account})", ["objectSid"])[0]["objectSid"]
    controls = ["show_deleted:1"]
    [entry] = lab.search("(objectClass=*)", ["nTSecurityDescriptor"], base=dn, scope="base", controls=controls)
    before = entry["nTSecurityDescriptor"][0]
    head, _colon, entries = before.partition("D:")
    marks, _bracket, rest = entries.partition("(")
    _write_descriptor(lab, dn, f"{head}D:{marks}({kind};{flags};{rights};;;{sid})({rest}")
    try:
        yield
    finally:
        _write_descriptor(lab, dn, before)


def _write_descriptor(lab: Lab, dn: str, sddl: str) -> None:
    change = f"dn: {dn}\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: {sddl}\n"
    directory = lab.directory / "dc1"
    options = [f"--configfile={directory / 'etc' / 'smb.conf'}", "-H", str(directory / "private" / "sam.ldb")]
    lab.run(["ldbmodify", *options, "--controls=show_deleted:1"], input=change)


class Gate:
    """A second address of one of the domain controller's ports, which counts who comes through."""

    def __init__(self, lab: Lab, port: int) -> None:
        self.visitors = 0
        self._target = (lab.address, port)
        self._listener = socket.create_server((_GATE, port))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Gate:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        # Closing alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _address = self._listener.accept()
                self.visitors += 1
                self._forward(visitor, socket.create_connection(self._target, timeout=10))

    @staticmethod
    def _forward(visitor: socket.socket, server: socket.socket) -> None:
        def pump() -> None:
            with visitor, server, contextlib.suppress(OSError):
                while True:
                    for ready in select.select([visitor, server], [], [], 60)[0]:
                        data = ready.recv(65536)
                        if not data:
                            return
                        (server if ready is visitor else visitor).sendall(data)

        threading.Thread(target=pump, daemon=True).start()
