# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody left on an account: everything that must be found, and what must not be mistaken for it."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.preparations import (
    ATTRIBUTES,
    Preparation,
    find,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.security_descriptor import (
    OpaqueAce,
    SecurityDescriptor,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

SID = sddl.DOMAIN_SID
MAKER, STRANGER = f"{SID}-1103", f"{SID}-1666"
RECORDED = sddl.parse(sddl.RECORDED["computer made by a delegate"][1])
OWN_NAMES = [
    f"{service}/{host}"
    for service in ("HOST", "RestrictedKrbHost", "TERMSRV", "WSMAN")
    for host in ("PC-1", "pc-1.corp.example", "PC-1.branch.example")
]


def found(descriptor: SecurityDescriptor | bytes = RECORDED, **attributes: list[bytes]) -> list[Preparation]:
    """Of an account as a search answers it: with the attributes that were asked for."""
    content = descriptor if isinstance(descriptor, bytes) else sddl.encode(descriptor)
    entry = {
        "sAMAccountName": [b"PC-1$"],
        "servicePrincipalName": [name.encode() for name in OWN_NAMES],
        "nTSecurityDescriptor": [content],
    }
    answer = {name: values for name, values in (entry | attributes).items() if name in ATTRIBUTES}
    return find(answer, SID, ["corp.example", "Branch.example"])


@pytest.mark.parametrize("name", ["computer made by a delegate", "computer made by an administrator"])
def test_fresh_account_has_none(name: str) -> None:
    assert found(sddl.RECORDED[name][0]) == []


def only(preparations: list[Preparation]) -> Preparation:
    [preparation] = preparations
    assert preparation.remedy
    return preparation


def test_lists() -> None:
    services = [f"cifs/fs{number}".encode() for number in range(5)]
    delegation = only(found(**{"msDS-AllowedToDelegateTo": services}))
    assert delegation.evidence == "msDS-AllowedToDelegateTo names cifs/fs0, cifs/fs1, cifs/fs2 and 2 more"
    assert "Set-ADComputer 'PC-1$' -Clear msDS-AllowedToDelegateTo" in delegation.remedy
    keys = only(found(**{"msDS-KeyCredentialLink": [b"B:4:0102:CN=PC-1", b"B:4:0103:CN=PC-1"]}))
    assert keys.evidence == "msDS-KeyCredentialLink has 2 values"
    assert "(Set-ADComputer 'PC-1$' -Clear msDS-KeyCredentialLink)" in keys.remedy
    key = only(found(**{"msDS-KeyCredentialLink": [b"B:4:0102:CN=PC-1"]}))
    assert key.evidence == "msDS-KeyCredentialLink has 1 value"
    three = only(found(**{"msDS-AllowedToDelegateTo": services[:3]}))
    assert three.evidence == "msDS-AllowedToDelegateTo names cifs/fs0, cifs/fs1, cifs/fs2"
    history = only(found(sIDHistory=[sddl.encode_sid(f"{SID}-512")]))
    assert history.evidence == f"sIDHistory holds {SID}-512"


@pytest.mark.parametrize(
    ("value", "whom"),
    [
        (sddl.encode(sddl.parse(f"O:BAD:(A;;GA;;;{STRANGER})")), STRANGER),
        (sddl.encode(sddl.parse(f"O:BAD:(D;;GA;;;{MAKER})(A;;GA;;;{STRANGER})")), STRANGER),
        (sddl.encode(sddl.parse(f"O:BAD:(D;;GA;;;{MAKER})")), "nobody"),
        (sddl.encode(sddl.parse("O:BAD:")), "nobody"),
        (sddl.encode(sddl.parse("O:BA")), "everybody"),
        (b"garbage", "somebody (the security descriptor is truncated at 7 bytes)"),
    ],
)
def test_resource_based_delegation(value: bytes, whom: str) -> None:
    preparation = only(found(**{"msDS-AllowedToActOnBehalfOfOtherIdentity": [value]}))
    assert preparation.name == "resource-based delegation"
    assert preparation.evidence.endswith(f" allows {whom}")


@pytest.mark.parametrize(
    "spn",
    [
        "MSSQLSvc/pc-1.corp.example",
        "HOST/fileserver",
        "HOST/pc-1.elsewhere.example",
        "HOST/pc-1.corp.example:5985",
        "HOST/pc-1.corp.example/corp.example",
        "HOST/xpc-1",
        "TERMSRV/fileserver",
        "HOST",
        "",
    ],
)
def test_foreign_service_principal_name(spn: str) -> None:
    preparation = only(found(servicePrincipalName=[spn.encode(), b"host/pc-1"]))
    assert preparation.name == "foreign service principal names"
    assert preparation.evidence == spn


def test_a_service_principal_name_that_is_no_text_is_foreign() -> None:
    assert only(found(servicePrincipalName=[b"HOST/pc-1\xff"])).evidence == "HOST/pc-1\ufffd"


def with_entries(entries: str, owner: str = MAKER) -> SecurityDescriptor:
    assert RECORDED.dacl
    return dataclasses.replace(RECORDED, owner=owner, dacl=(sddl.parse(f"D:{entries}").dacl or ()) + RECORDED.dacl)


@pytest.mark.parametrize(
    ("entries", "evidence"),
    [
        (f"(A;;GA;;;{STRANGER})", f"{STRANGER} holds rights 0xf01ff"),
        (
            f"(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;{STRANGER})(A;;WD;;;{STRANGER})",
            f"{STRANGER} holds rights 0x100 on 00299570-246d-11d0-a768-00aa006e0529; rights 0x40000",
        ),
        # trustees of the default with more than the default
        ("(A;;WP;;;AU)", "S-1-5-11 holds rights 0x20"),
        ("(A;;CR;;;WD)", "S-1-1-0 holds rights 0x100"),
        (
            "(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;WD)",
            "S-1-1-0 holds rights 0x100 on 00299570-246d-11d0-a768-00aa006e0529",
        ),
        (
            "(OA;;WP;3f78c3e5-f79a-46bd-a0b8-9d18116ddc79;;PS)",
            "S-1-5-10 holds rights 0x20 on 3f78c3e5-f79a-46bd-a0b8-9d18116ddc79",
        ),
        ("(A;;GA;;;S-1-5-32-560)", "S-1-5-32-560 holds rights 0xf01ff"),
        ("(A;;GA;;;S-1-5-21-7-7-7-512)", "S-1-5-21-7-7-7-512 holds rights 0xf01ff"),
        # also for what is below the account, and on a condition
        (f"(A;CIIO;GA;;;{STRANGER})", f"{STRANGER} holds rights 0xf01ff"),
        (f"(XA;;WP;;;{STRANGER})", f"{STRANGER} holds rights 0x20"),
    ],
)
def test_explicit_rights(entries: str, evidence: str) -> None:
    preparation = only(found(with_entries(entries)))
    assert (preparation.name, preparation.evidence) == ("explicit rights", evidence)
    assert "dsacls" in preparation.remedy


@pytest.mark.parametrize(
    "entries",
    [
        f"(A;CIID;GA;;;{STRANGER})",
        f"(D;;SDDT;;;{STRANGER})",
        "(D;;SDDT;;;WD)",
        f"(A;;GA;;;{MAKER})",
        "(A;;GA;;;OW)",
        "(A;;GA;;;DA)(A;;GA;;;EA)(A;;GA;;;BA)(A;;GA;;;SY)(A;;GA;;;AO)",
        "(A;;RP;;;AU)",
    ],
)
def test_explained_entries(entries: str) -> None:
    assert found(with_entries(entries)) == []


def test_rights_of_a_maker_that_is_no_longer_the_owner() -> None:
    preparation = only(found(with_entries("", owner=f"{SID}-512")))
    assert preparation.name == "explicit rights"
    assert preparation.evidence.startswith(f"{MAKER} holds ")


def test_denied_reading_may_hide_something() -> None:
    preparation = only(found(with_entries("(OD;;RP;3f78c3e5-f79a-46bd-a0b8-9d18116ddc79;;AU)")))
    assert preparation.name == "hidden attributes"
    assert "S-1-5-11" in preparation.evidence


def test_no_access_control_list() -> None:
    assert only(found(sddl.parse("O:BA"))).name == "no access control list"


def test_damaged_access_control_list() -> None:
    assert only(found(b"")).name == "an unreadable access control list"


@pytest.mark.parametrize(("flags", "count"), [(0x00, 1), (0x10, 0)])
def test_unknown_entry(flags: int, count: int) -> None:
    descriptor = dataclasses.replace(RECORDED, opaque=(OpaqueAce(0x15, flags, bytes(8)),))
    names = [preparation.name for preparation in found(descriptor)]
    assert names == ["an unknown access control entry"] * count


@pytest.mark.parametrize("attribute", ["sAMAccountName", "nTSecurityDescriptor"])
def test_what_cannot_be_read_is_no_clean_account(attribute: str) -> None:
    entry = {
        "sAMAccountName": [b"PC-1$"],
        "nTSecurityDescriptor": [sddl.encode(RECORDED)],
    }
    assert find(entry, SID, ["corp.example"]) == []
    del entry[attribute]
    preparation = only(find(entry, SID, ["corp.example"]))
    assert preparation.evidence == f"{attribute} cannot be read"


def test_everything_at_once_is_told_one_by_one() -> None:
    names = [
        one.name
        for one in found(
            with_entries(f"(A;;GA;;;{STRANGER})(A;;WP;;;{SID}-1667)"),
            sIDHistory=[sddl.encode_sid("S-1-5-21-1-2-3-4")],
            servicePrincipalName=[b"HTTP/web"],
        )
    ]
    assert names == [
        "foreign service principal names",
        "SID history",
        "explicit rights",
        "explicit rights",
    ]
