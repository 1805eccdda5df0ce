# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages issued against a real domain controller, read by Samba's tools, and applied by a real member."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import text
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package

from tests.integration.branch import Branch

WORKSTATION_TRUST_ACCOUNT = "4096"
# Where Samba's own encoder differs from Windows and from us: it takes lpMachinePassword's referent for a pad.
SAMBA_PAD = 0x5C


def test_accounts_are_as_windows_makes_them(make_branch: Callable[[int], Branch]) -> None:
    branch = make_branch(10)
    answer = branch.issue()
    assert answer["changed"]
    accounts = branch.accounts()
    assert set(accounts) == set(branch.names)
    for name, account in accounts.items():
        dns_name = f"{name.lower()}.corp.example"
        assert account["dn"] == [f"CN={name},{branch.lab.staging_ou}"]
        assert account["userAccountControl"] == [WORKSTATION_TRUST_ACCOUNT]
        assert account["primaryGroupID"] == ["515"]
        assert account["dNSHostName"] == [dns_name]
        assert set(account["servicePrincipalName"]) == {
            f"HOST/{dns_name}",
            f"RestrictedKrbHost/{dns_name}",
            f"HOST/{name}",
            f"RestrictedKrbHost/{name}",
        }
        assert int(account["pwdLastSet"][0]) > 0
        assert not {"msDS-SupportedEncryptionTypes", "operatingSystem", "description"} & set(account)
        assert answer["machines"][name]["object_guid"] in account["objectGUID"]
        assert answer["machines"][name]["sid"] in account["objectSid"]


def test_files_are_private_whole_and_recorded(branch: Branch) -> None:
    answer = branch.issue()
    accounts = branch.accounts()
    assert branch.dest.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in branch.dest.iterdir()} == {
        f"{name}.{kind}" for name in branch.names for kind in ("djoin", "issue.json")
    }
    for name in branch.names:
        assert branch.package(name).stat().st_mode & 0o777 == 0o600
        assert branch.issue_record(name).stat().st_mode & 0o777 == 0o600
        record = json.loads(branch.issue_record(name).read_text())
        assert str(record["password_last_set"]) == accounts[name]["pwdLastSet"][0]
        assert record["object_guid"] == answer["machines"][name]["object_guid"]
        assert record["key_version"] >= 1
        assert record["evidence"] == {
            "dc1.corp.example": {
                "password_last_set": record["password_last_set"],
                "last_logon": 0,
                "last_logon_timestamp": 0,
                "logon_count": 0,
                "operating_system": None,
            }
        }
        assert record["package_sha256"] == Package.read(branch.package(name).read_bytes()).sha256


def test_second_run_changes_nothing(branch: Branch) -> None:
    branch.issue()
    before = {file: file.read_bytes() for file in branch.dest.iterdir()}
    accounts = branch.accounts()
    answer = branch.issue()
    assert not answer["changed"]
    assert set(answer["machines"]) == set(branch.names)
    assert {file: file.read_bytes() for file in branch.dest.iterdir()} == before
    assert branch.accounts() == accounts


def test_check_mode_predicts_and_changes_nothing(branch: Branch) -> None:
    predicted = branch.issue(check=True)
    assert predicted["changed"]
    assert not branch.dest.exists()
    assert not branch.accounts()
    issued = branch.issue()
    for name in branch.names:
        for key in ("changed", "distinguished_name", "package", "issue_record"):
            assert predicted["machines"][name][key] == issued["machines"][name][key]
    assert predicted["diff"] == issued["diff"]


@pytest.mark.parametrize("join4", [False, True])
def test_samba_decodes_the_package(branch: Branch, tmp_path: Path, join4: bool) -> None:
    name = branch.names[0]
    branch.issue(name, join4=join4)
    package = Package.read(branch.package(name).read_bytes())
    binary = tmp_path / "package.bin"
    binary.write_bytes(package.content)
    shown = subprocess.run(
        ["ndrdump", "ODJ", "ODJ_PROVISION_DATA_serialized_ptr", "struct", str(binary), "--validate"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "dump OK" in shown.stdout
    assert f"lpMachineName            : '{name}'" in shown.stdout
    first_difference = re.search(r"differ at byte 0x([0-9A-F]+)", shown.stdout)
    assert first_difference is not None
    if join4:
        # Samba 4.17 does not know JOIN4 and drops it, so the lengths differ first.
        assert int(first_difference[1], 16) == 8
    else:
        assert int(first_difference[1], 16) == SAMBA_PAD


def test_member_joins_without_a_network_and_its_secret_works(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    member = branch.member(name)
    applied = member.request_offline_join(branch.package(name))
    assert applied.returncode == 0, applied.stderr
    assert member.secure_channel().returncode == 0
    assert member.kerberos().returncode == 0
    branch.lab.reset_password(name)
    assert member.secure_channel().returncode != 0
    assert member.kerberos().returncode != 0


def test_windows_name_form_survives(branch: Branch) -> None:
    """The machine gets its name as it was written; the account and its names are in the usual case."""
    name = branch.names[0].lower()
    branch.issue(name)
    assert Package.read(branch.package(name).read_bytes()).machine_name == name
    [account] = branch.accounts().values()
    assert account["sAMAccountName"] == [f"{name.upper()}$"]


def _utf16(words: str) -> bytes:
    return words.encode("utf-16-le")


def _changed(package: Package, field: str) -> bytes:
    """The package with one byte of the field changed in every copy of the join data."""
    domain = package.join.dns_domain_info
    assert package.join.machine_password is not None
    assert domain.sid is not None
    sid = b"".join(int(number).to_bytes(4, "little") for number in domain.sid.split("-")[4:])
    held = {
        "password": _utf16(package.join.machine_password.reveal()),
        "sid": sid,
        "domain": _utf16(package.domain_name),
        "name": _utf16(package.machine_name),
    }[field]
    # The low bit of a first letter or digit gives another one: the package stays well formed.
    other = bytes([held[0] ^ 1]) + held[1:]
    assert package.content.count(held) >= 2
    return package.content.replace(held, other)


@pytest.mark.parametrize("field", ["password", "domain", "name"])
def test_one_changed_byte_makes_the_join_fail(branch: Branch, tmp_path: Path, field: str) -> None:
    """Past all of our own checks: Samba alone has the package, and the domain controller judges."""
    name = branch.names[0]
    branch.issue(name)
    package = Package.read(branch.package(name).read_bytes())
    changed = tmp_path / "changed.djoin"
    changed.write_bytes(text.to_djoin_file(_changed(package, field)))
    member = branch.member(name)
    applied = member.request_offline_join(changed)
    assert applied.returncode != 0 or member.secure_channel().returncode != 0


def test_one_changed_byte_of_the_sid_is_noticed_by_us(branch: Branch) -> None:
    """Samba joins with a wrong domain SID and its secure channel opens all the same, so our reader looks."""
    name = branch.names[0]
    branch.issue(name)
    changed = _changed(Package.read(branch.package(name).read_bytes()), "sid")
    with pytest.raises(PackageError, match="its account is not of its domain"):
        Package.read(changed)


def test_packages_name_the_site_and_domain_controller_asked_for(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name, site="Lyon", domain_controller=branch.lab.address)
    described = Package.read(branch.package(name).read_bytes()).describe()
    assert described["domain_controller"] == {
        "name": "dc1.corp.example",
        "address": branch.lab.address,
        "flags": described["domain_controller"]["flags"],
        "site": "Default-First-Site-Name",
        "client_site": "Lyon",
    }
    assert described["domain_controller"]["flags"] & 0xE0000000 == 0xE0000000
