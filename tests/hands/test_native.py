# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the C# of the hands gives to Windows, takes from it and leaves behind, run by mono against native/fake.c."""

from __future__ import annotations

import base64

import pytest

from tests.hands.native_code import Proof, Ran, utf16

PACKAGE = bytes.fromhex("01100800cccccccc") + bytes(range(1, 256)) * 16
ONLINE_CALLER = 0x40000000


def apply(proof: Proof, *, options: int = ONLINE_CALLER, path: str = r"C:\Windows", **how: object) -> Ran:
    return proof.run("Apply", base64.b64encode(PACKAGE).decode(), str(options), path, **how)


def assert_freed(ran: Ran, kind: str, times: int = 1) -> None:
    assert [call["kind"] for call in ran.calls_of("allocated")] == [kind] * times
    assert [call["kind"] for call in ran.calls_of("freed")] == [kind] * times


def test_structures_are_laid_out_as_in_c(proof: Proof) -> None:
    ran = proof.run("Layouts")
    layouts, offsets = ran.calls_of("layout"), ran.calls_of("offset")
    assert len(layouts) == 7
    for layout in layouts:
        assert ran[layout["type"]] == layout["size"]
    for offset in offsets:
        assert ran[f"{offset['type']}.{offset['member']}"] == offset["at"]


class TestApply:
    def test_windows_gets_the_package_as_it_is(self, proof: Proof) -> None:
        ran = apply(proof, path="D:\\Wïndöws \u4e2d")
        call = ran.call("NetRequestProvisioningPackageInstall")
        assert bytes.fromhex(call["bytes"]) == PACKAGE
        assert call["size"] == str(len(PACKAGE))
        assert call["options"] == "40000000"
        assert call["path"] == utf16("D:\\Wïndöws \u4e2d")
        assert call["reserved"] == "NULL"
        assert ran["function"] == "NetRequestProvisioningPackageInstall"

    def test_an_image_gets_no_option(self, proof: Proof) -> None:
        assert apply(proof, options=0).call("NetRequestProvisioningPackageInstall")["options"] == "00000000"

    def test_the_option_for_the_windows_that_runs(self, proof: Proof) -> None:
        assert proof.run("OnlineCaller")["options"] == str(ONLINE_CALLER)

    @pytest.mark.parametrize("status", [0, 5, 2713, 2691, 0xFFFFFFFF])
    def test_status_comes_back_and_the_bytes_are_wiped(self, proof: Proof, status: int) -> None:
        ran = apply(proof, status=status)
        assert ran["status"] == str(status)
        assert ran["wiped"] == "True"
        assert ran["native_wiped"] == "1"

    def test_windows_7_has_the_older_function(self, proof: Proof) -> None:
        ran = apply(proof, status=2713, old=True)
        call = ran.call("NetRequestOfflineDomainJoin")
        assert bytes.fromhex(call["bytes"]) == PACKAGE
        assert (call["options"], call["path"]) == ("40000000", utf16(r"C:\Windows"))
        assert (ran["function"], ran["status"]) == ("NetRequestOfflineDomainJoin", "2713")
        assert (ran["wiped"], ran["native_wiped"]) == ("True", "1")


class TestMembership:
    @pytest.mark.parametrize("status", [0, 2692])
    def test_leaving_names_nobody_and_touches_no_account(self, proof: Proof, status: int) -> None:
        ran = proof.run("Leave", status=status)
        nothing = {"server": "NULL", "account": "NULL", "password": "NULL"}
        assert ran.call("NetUnjoinDomain") == {"options": "00000000", **nothing}
        assert ran["status"] == str(status)

    @pytest.mark.parametrize(("case", "kind"), [("device", "1"), ("workplace", "2")])
    def test_entra_join_is_told_and_freed(self, proof: Proof, case: str, kind: str) -> None:
        ran = proof.run("Entra", case=case)
        assert ran["type"] == kind
        assert ran.call("NetGetAadJoinInformation") == {"tenant": "NULL"}
        assert_freed(ran, "entra")

    def test_no_entra_join(self, proof: Proof) -> None:
        ran = proof.run("Entra", case="none")
        assert ran["type"] == "0"
        assert ran.calls_of("freed") == []

    def test_no_answer_about_entra_is_not_none(self, proof: Proof) -> None:
        assert proof.run("Entra", status=0x80070005)["type"] == "null"

    def test_an_older_windows_has_no_entra_join(self, proof: Proof) -> None:
        assert proof.run("Entra", old=True)["type"] == "0"


class TestAccounts:
    def test_machine_sid(self, proof: Proof) -> None:
        ran = proof.run("MachineSid")
        assert ran["sid"] == "S-1-5-21-1-2-3"
        opened = {"system": "NULL", "length": "48", "name": "NULL", "attributes": "0", "access": "00000001"}
        assert ran.call("LsaOpenPolicy") == opened
        assert ran.call("LsaQueryInformationPolicy") == {"class": "5", "handle": "set"}
        assert_freed(ran, "lsa")
        assert ran.call("LsaClose") == {"handle": "set"}

    def test_a_refused_question_closes_what_was_opened(self, proof: Proof) -> None:
        ran = proof.run("MachineSid", status=0xC0000022)
        assert (ran["exception"], ran["code"]) == ("Win32Exception", "5")
        assert ran.calls_of("freed") == []
        assert len(ran.calls_of("LsaClose")) == 1

    def test_a_refused_policy_closes_nothing(self, proof: Proof) -> None:
        ran = proof.run("MachineSid", status=0xC0000022, case="open")
        assert (ran["exception"], ran["code"]) == ("Win32Exception", "5")
        assert ran.calls_of("LsaQueryInformationPolicy") == []
        assert ran.calls_of("LsaClose") == []

    def test_members_are_told_by_sid(self, proof: Proof) -> None:
        ran = proof.run("Members544")
        assert ran.answers["sid"] == ["S-1-5-21-1-2-3-500", "S-1-5-21-1-2-3"]
        call = ran.call("NetLocalGroupGetMembers")
        # mono names the group as an English Windows does, without BUILTIN in front
        assert call["group"] == utf16("Administrators")
        assert (call["level"], call["preferred"]) == ("0", "ffffffff")
        assert (call["server"], call["resume"]) == ("NULL", "NULL")
        assert_freed(ran, "netapi")

    def test_a_group_that_cannot_be_read_fails(self, proof: Proof) -> None:
        ran = proof.run("Members544", status=2220)
        assert (ran["exception"], ran["code"]) == ("Win32Exception", "2220")
        assert ran.calls_of("freed") == []


class TestSecureChannel:
    @pytest.mark.parametrize(("act", "function"), [("Rediscover", "5"), ("Verify", "10")])
    def test_netlogon_is_asked_by_name_through_a_pointer(self, proof: Proof, act: str, function: str) -> None:
        ran = proof.run(act, "cörp.example")
        wanted = {"function": function, "level": "2", "server": "NULL", "domain": utf16("cörp.example")}
        assert ran.call("I_NetLogonControl2") == wanted
        told = {"status": "0", "flags": str(0xB0), "connection_status": "0", "channel_status": "0"}
        assert {key: ran[key] for key in told} == told
        assert ran["domain_controller"] == "dc1.cörp.example"
        assert_freed(ran, "netapi")

    def test_what_is_broken_is_told(self, proof: Proof) -> None:
        ran = proof.run("Verify", "corp.example", case="broken")
        assert (ran["status"], ran["connection_status"]) == ("0", "1311")
        # no sign of its own: the codes are without sign
        assert ran["channel_status"] == str(0xFFFFFFFE)
        assert ran["domain_controller"] == "null"

    def test_a_status_says_it_all(self, proof: Proof) -> None:
        ran = proof.run("Verify", "corp.example", status=1355)
        assert (ran["status"], ran["flags"], ran["domain_controller"]) == ("1355", "0", "null")
        assert ran.calls_of("freed") == []

    def test_a_success_without_an_answer_is_none(self, proof: Proof) -> None:
        assert proof.run("Verify", "corp.example", case="empty")["status"] == "1359"

    @pytest.mark.parametrize("status", [0, 1311])
    def test_the_machine_changes_its_own_password(self, proof: Proof, status: int) -> None:
        ran = proof.run("ChangePassword", "corp.example", status=status)
        call = ran.call("I_NetLogonControl2")
        assert (call["function"], call["level"], call["domain"]) == ("9", "1", utf16("corp.example"))
        assert ran["status"] == str(status)
        assert len(ran.calls_of("allocated")) == len(ran.calls_of("freed"))


class TestLocator:
    def test_a_domain_controller_is_found(self, proof: Proof) -> None:
        ran = proof.run("Locate", "corp.example")
        call = ran.call("DsGetDcNameW")
        # force, directory service, a DNS name in, a DNS name out
        assert call["flags"] == f"{0x1 | 0x10 | 0x20000 | 0x40000000:08x}"
        assert call["domain"] == utf16("corp.example")
        assert {call[key] for key in ("computer", "site", "guid")} == {"NULL"}
        assert (ran["status"], ran["domain_controller"], ran["address"]) == ("0", "dc1.corp.example", "192.0.2.10")
        assert (ran["forest"], ran["controller_site"], ran["client_site"]) == ("example", "Hauptbüro", "null")
        assert ran["flags"] == str(0xE00133FD)
        assert_freed(ran, "netapi")

    def test_none_is_found(self, proof: Proof) -> None:
        ran = proof.run("Locate", "corp.example", status=1355)
        assert (ran["status"], ran["domain_controller"], ran["flags"]) == ("1355", "null", "0")
        assert ran.calls_of("freed") == []


class TestLinkLayer:
    def test_the_octets_stand_in_network_order(self, proof: Proof) -> None:
        ran = proof.run("LinkAddress", "192.0.2.1")
        assert ran["mac"] == "00:15:5d:00:ab:01"
        assert ran.call("SendARP") == {"destination": "192.0.2.1", "source": "0", "room": "8"}

    def test_nobody_answers(self, proof: Proof) -> None:
        assert proof.run("LinkAddress", "192.0.2.1", status=67)["mac"] == "null"

    @pytest.mark.parametrize("address", ["fe80::1", "gateway", ""])
    def test_only_ipv4_is_asked_for(self, proof: Proof, address: str) -> None:
        ran = proof.run("LinkAddress", address)
        assert ran["mac"] == "null"
        assert ran.calls_of("SendARP") == []
