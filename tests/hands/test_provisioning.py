# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the C# of win_provision_package gives to Windows, takes from it and wipes, run by mono."""

from __future__ import annotations

import base64

import pytest

from tests.hands.native_code import Proof, Ran, utf16

PACKAGE = bytes((number + 1) % 256 for number in range(300))
NAMES = {"MachineName": "BER-PC-001", "Domain": "cörp.example"}


def provision(proof: Proof, status: int = 0, case: str = "", old: bool = False, **properties: str) -> Ran:
    given = [f"{name}={value}" for name, value in (NAMES | properties).items()]
    return proof.run("Provision", *given, status=status, case=case, old=old)


def test_windows_gets_every_parameter(proof: Proof) -> None:
    ran = provision(
        proof,
        OrganizationalUnit="OU=Büro,DC=corp,DC=example",
        DomainController="dc1.corp.example",
        Options=str(0x32),
        CertificateTemplates="DirectAccessMachine|Workstation",
        PolicyNames="DirectAccess Client Settings",
        PolicyPaths=r"\\corp.example\share\a.pol|C:\b.pol|c.pol",
        NetbiosName="BER-PC-1",
        Site="Hauptbüro",
        PrimaryDnsDomain="pcs.corp.example",
    )
    assert ran.call("NetCreateProvisioningPackage") == {
        "version": "2",
        "options": "00000032",
        "as_text": "NULL",
        "domain": utf16("cörp.example"),
        "machine": utf16("BER-PC-001"),
        "ou": utf16("OU=Büro,DC=corp,DC=example"),
        "dc": utf16("dc1.corp.example"),
        "template_count": "2",
        "template0": utf16("DirectAccessMachine"),
        "template1": utf16("Workstation"),
        "policy_count": "1",
        "policy0": utf16("DirectAccess Client Settings"),
        "path_count": "3",
        "path0": utf16(r"\\corp.example\share\a.pol"),
        "path1": utf16(r"C:\b.pol"),
        "path2": utf16("c.pol"),
        "netbios": utf16("BER-PC-1"),
        "site": utf16("Hauptbüro"),
        "primary_dns": utf16("pcs.corp.example"),
    }


def test_what_is_not_given_is_null(proof: Proof) -> None:
    """An empty text is what PowerShell makes of $null."""
    ran = provision(proof, OrganizationalUnit="", Site="", CertificateTemplates="")
    call = ran.call("NetCreateProvisioningPackage")
    names = ("ou", "dc", "netbios", "site", "primary_dns", "template", "policy", "path")
    assert {name: call[name] for name in names} == dict.fromkeys(names, "NULL")
    assert {call[f"{name}_count"] for name in ("template", "policy", "path")} == {"0"}
    assert call["options"] == "00000000"


@pytest.mark.parametrize("name", ["NetbiosName", "Site", "PrimaryDnsDomain"])
def test_the_longer_version_is_asked_for_where_it_is_needed_only(proof: Proof, name: str) -> None:
    assert provision(proof).call("NetCreateProvisioningPackage")["version"] == "1"
    assert provision(proof, **{name: "x"}).call("NetCreateProvisioningPackage")["version"] == "2"


def test_the_package_comes_back_and_its_bytes_are_wiped(proof: Proof) -> None:
    ran = provision(proof)
    assert (ran["status"], base64.b64decode(ran["package"])) == ("0", PACKAGE)
    assert ran.calls_of("allocated") == [{"kind": "netapi"}]
    assert ran.calls_of("freed") == [{"kind": "netapi", "wiped": "1"}]


@pytest.mark.parametrize("status", [5, 2224, 2732, 0x80094800])
def test_a_refusal_brings_no_package(proof: Proof, status: int) -> None:
    ran = provision(proof, status=status)
    assert (ran["status"], ran["package"]) == (str(status), "null")
    assert ran.calls_of("freed") == []


def test_what_is_left_of_a_refusal_is_wiped(proof: Proof) -> None:
    ran = provision(proof, status=5, case="left")
    assert (ran["status"], ran["package"]) == ("5", "null")
    assert ran.calls_of("freed") == [{"kind": "netapi", "wiped": "1"}]


def test_a_success_without_a_package_is_told(proof: Proof) -> None:
    ran = provision(proof, case="empty")
    assert (ran["status"], ran["package"]) == ("0", "null")


def test_windows_7_has_no_such_function(proof: Proof) -> None:
    assert provision(proof, old=True)["exception"] == "EntryPointNotFoundException"
