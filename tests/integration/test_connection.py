# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way to connect, with both lines of ldap3, and everything that must stop before a credential is sent."""

from __future__ import annotations

import base64
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.branch import Branch

NEXT_LDAP3 = Path(sys.prefix) / "kerberos"
LINES = {"2.9.1": {}, "2.10.2rc4": {"PYTHONPATH": str(NEXT_LDAP3)}}


@pytest.fixture(params=LINES)
def either_line(branch: Branch, request: pytest.FixtureRequest) -> Branch:
    branch.extra_environment = dict(LINES[request.param])
    libraries = branch.module("directory_info")["libraries"]
    assert libraries["ldap3"] == request.param
    return branch


@pytest.fixture
def next_line(branch: Branch) -> Branch:
    branch.extra_environment = dict(LINES["2.10.2rc4"])
    return branch


@pytest.mark.parametrize("tls_mode", ["ldaps", "start_tls"])
def test_issue_inside_tls(either_line: Branch, tls_mode: str) -> None:
    answer = either_line.issue(tls_mode=tls_mode)
    assert not answer.get("failed"), answer
    assert set(either_line.accounts()) == set(either_line.names)


def test_issue_over_sealed_kerberos(next_line: Branch) -> None:
    answer = next_line.issue(auth_protocol="kerberos")
    assert not answer.get("failed"), answer
    assert set(next_line.accounts()) == set(next_line.names)


def test_kerberos_with_a_ticket(next_line: Branch, tmp_path: Path) -> None:
    account = next_line.lab.accounts["issue"]
    cache = f"FILE:{tmp_path}/cache"
    next_line.lab.run(["kinit", "-c", cache, f"{account.name}@{next_line.lab.realm}"], input=account.password + "\n")
    next_line.extra_environment |= {"KRB5CCNAME": cache, "OFFLINE_JOIN_DIRECTORY_PASSWORD": ""}
    answer = next_line.module("directory_info", {"auth_protocol": "kerberos", "username": None})
    assert answer["caller"]["identity"] == "issue"
    assert answer["connection"] == {
        "server": next_line.lab.server,
        "address": next_line.lab.address,
        "port": 389,
        "tls_mode": "none",
        "auth_protocol": "kerberos",
    }


def test_kerberos_with_a_wrong_password(next_line: Branch) -> None:
    answer = next_line.module("directory_info", {"auth_protocol": "kerberos", "password": "wrong-0123456789-abcdef"})
    assert answer["failed"]
    assert "wrong-0123456789" not in str(answer)
    assert "Kerberos refused" in answer["msg"]


def test_kerberos_asks_for_the_newer_ldap3_by_name(branch: Branch) -> None:
    answer = branch.module("directory_info", {"auth_protocol": "kerberos"})
    assert answer["failed"]
    assert "ldap3 2.10" in answer["msg"]
    assert "here is 2.9.1" in answer["msg"]


def test_who_am_i_and_how_powerful(branch: Branch) -> None:
    mine = branch.module("directory_info")
    assert mine["caller"]["identity"] == "issue"
    assert mine["caller"]["domain_wide_power"] == []
    assert mine["domain"]["dns_name"] == "corp.example"
    assert mine["domain"]["netbios_name"] == "CORP"
    assert mine["domain"]["machine_account_quota"] == 10
    assert mine["domain_controller"]["writable"]
    [head] = branch.lab.search("(objectClass=domainDNS)", ["objectGUID", "objectSid"], scope="base")
    assert [mine["domain"]["guid"], mine["domain"]["sid"]] == [head["objectGUID"][0], head["objectSid"][0]]
    branch.account = "administrator"
    powers = branch.module("directory_info")["caller"]["domain_wide_power"]
    assert {"Domain Admins", "Administrators"} <= set(powers)


@pytest.mark.parametrize("tls_mode", ["ldaps", "start_tls"])
def test_untrusted_certificate(either_line: Branch, tmp_path: Path, tls_mode: str) -> None:
    stranger = tmp_path / "stranger.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=stranger",
            "-keyout",
            "/dev/null",
            "-out",
            str(stranger),
        ],
        check=True,
        capture_output=True,
        timeout=30,
    )
    answer = either_line.issue(ca_cert=str(stranger), tls_mode=tls_mode)
    assert "its certificate is not trusted" in answer["msg"]
    assert "ca_cert" in answer["msg"]
    assert not either_line.accounts()


def test_names_in_the_certificate(either_line: Branch) -> None:
    address = either_line.lab.address
    by_address = either_line.module("directory_info", {"server": address})
    assert by_address["connection"]["address"] == address
    stranger = either_line.module("directory_info", {"server": "corp.example"})
    assert "its certificate is not trusted: Hostname mismatch" in stranger["msg"]


def test_ca_file_that_is_not_there(branch: Branch) -> None:
    answer = branch.module("directory_info", {"ca_cert": "/nonexistent/ca.pem"})
    assert "ca_cert /nonexistent/ca.pem cannot be read" in answer["msg"]


def test_wrong_password(either_line: Branch) -> None:
    answer = either_line.issue(password="wrong-0123456789-abcdef")
    assert "user name or password is wrong" in answer["msg"]
    assert "wrong-0123456789" not in str(answer)


def test_password_that_must_be_changed(branch: Branch) -> None:
    name, password = branch.names[0].lower(), f"Changeme-{branch.names[0]}"
    quoted = base64.b64encode(f'"{password}"'.encode("utf-16-le")).decode()
    branch.add(
        f"CN={name},CN=Users,DC=corp,DC=example",
        {
            "objectClass": ["user"],
            "sAMAccountName": [name],
            "userAccountControl": ["512"],
            "unicodePwd:": [quoted],
            "pwdLastSet": ["0"],
        },
    )
    answer = branch.module("directory_info", {"username": f"{name}@corp.example", "password": password})
    assert "the password must be changed before it is used" in answer["msg"]


@pytest.fixture
def eavesdropper() -> Iterator[tuple[int, list[bytes]]]:
    """A listener that keeps what it is sent, in place of a domain controller."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(4)

        def listen() -> None:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(4)
                heard.append(connection.recv(65536))

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        yield server.getsockname()[1], heard
        server.close()
        listener.join(timeout=6)


def test_plain_ldap_is_refused_before_anything_is_sent(branch: Branch, eavesdropper: tuple[int, list[bytes]]) -> None:
    port, heard = eavesdropper
    answer = branch.issue(server="127.0.0.1", port=port, tls_mode="none")
    assert "plain LDAP would send the password readable" in answer["msg"]
    assert heard == []


def test_server_without_tls_hears_no_credential(branch: Branch, eavesdropper: tuple[int, list[bytes]]) -> None:
    port, heard = eavesdropper
    answer = branch.module("directory_info", {"server": "127.0.0.1", "port": port})
    assert answer["failed"]
    assert "connect to 127.0.0.1" in answer["msg"]
    password = branch.lab.accounts["issue"].password.encode()
    assert heard
    assert not any(password in words for words in heard)
