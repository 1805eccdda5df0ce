# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rights on OUs, accounts and groups, from what a domain controller shows. The real one is asked elsewhere."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.effective_rights import (
    AccountRights,
    ContainerRights,
    GroupRights,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

ME = f"{sddl.DOMAIN_SID}-2001"
SIDS = (ME, "S-1-5-11")
ACCOUNT = sddl.encode_sid(f"{sddl.DOMAIN_SID}-3001")
STAGING, DN = "OU=Staging,DC=corp,DC=example", "CN=PC-1,OU=Staging,DC=corp,DC=example"
COMPUTER, GROUP = "bf967a86-0de6-11d0-a285-00aa003049e2", "bf967a9c-0de6-11d0-a285-00aa003049e2"


def entry(dacl: str | None, *, owner: str = "DA", descriptor_rights: int | None = None, **more: list[bytes]) -> dict:
    shown = dict(more)
    if dacl is not None:
        shown["nTSecurityDescriptor"] = [sddl.encode(sddl.parse(f"O:{owner}D:{dacl}"))]
    if descriptor_rights is not None:
        shown["sDRightsEffective"] = [str(descriptor_rights).encode()]
    return shown


def account(dacl: str | None, container: ContainerRights | None = None, **more) -> AccountRights:
    return AccountRights.judge(DN, entry(dacl, objectSid=[ACCOUNT], **more), SIDS, container)


RESTRICTIONS, PUBLIC = "4c164200-20c0-11d0-a768-00aa006e0529", "e48d0154-bcf8-11d1-8702-00c04fb96050"
NAME, COMMON_NAME = "bf967a0e-0de6-11d0-a285-00aa003049e2", "bf96793f-0de6-11d0-a285-00aa003049e2"


@pytest.mark.parametrize(
    ("dacl", "right", "may"),
    [
        (f"(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;{ME})", "reset_password", True),
        (f"(A;;CR;;;{ME})", "reset_password", True),
        (f"(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;{ME})", "reset_password", False),
        (f"(OA;;WP;00299570-246d-11d0-a768-00aa006e0529;;{ME})", "reset_password", False),
        # extended rights are in no class (MS-ADTS 5.1.3.3.4); Samba 4.17 sees that otherwise, and grants everything
        (f"(OA;;CR;{COMPUTER};;{ME})", "reset_password", False),
        (f"(OA;;WP;bf967a68-0de6-11d0-a285-00aa003049e2;;{ME})", "write_user_account_control", True),
        (f"(OA;;WP;{RESTRICTIONS};;{ME})", "write_user_account_control", True),
        (f"(A;;WP;;;{ME})", "write_user_account_control", True),
        (f"(OA;;RP;{RESTRICTIONS};;{ME})", "write_user_account_control", False),
        (f"(OA;;WP;{PUBLIC};;{ME})", "write_user_account_control", False),
        (f"(OA;;SW;72e39547-7b18-11d1-adef-00c04fd8d5cd;;{ME})", "validated_dns_host_name", True),
        (f"(OA;;WP;72e39547-7b18-11d1-adef-00c04fd8d5cd;;{ME})", "validated_dns_host_name", True),
        (f"(OA;;SW;f3a64788-5306-11d1-a9c5-0000f80367c1;;{ME})", "validated_dns_host_name", False),
        (f"(OA;;SW;f3a64788-5306-11d1-a9c5-0000f80367c1;;{ME})", "validated_spn", True),
        (f"(OA;;WP;f3a64788-5306-11d1-a9c5-0000f80367c1;;{ME})", "validated_spn", True),
        (f"(OA;;WP;{PUBLIC};;{ME})", "validated_spn", True),
        (f"(A;;SW;;;{ME})", "validated_spn", True),
        (f"(OA;;SW;72e39547-7b18-11d1-adef-00c04fd8d5cd;;{ME})", "validated_spn", False),
        ("(OA;;SW;f3a64788-5306-11d1-a9c5-0000f80367c1;;PS)", "validated_spn", False),
        (f"(OA;;WP;{NAME};;{ME})(OA;;WP;{COMMON_NAME};;{ME})", "write_name", True),
        (f"(OA;;WP;{PUBLIC};;{ME})", "write_name", True),
        (f"(OA;;WP;{NAME};;{ME})", "write_name", False),
        (f"(OA;;WP;{COMMON_NAME};;{ME})", "write_name", False),
        (f"(A;;SD;;;{ME})", "delete", True),
        (f"(A;;WD;;;{ME})", "write_dacl", True),
        (f"(A;;WO;;;{ME})", "write_dacl", False),
        (f"(A;;WO;;;{ME})", "write_owner", True),
        (f"(A;;WD;;;{ME})", "write_owner", False),
    ],
)
def test_right_on_an_account(dacl: str, right: str, may: bool) -> None:
    assert getattr(account(dacl), right) is may


def test_domain_controller_knows_better() -> None:
    """It counts privileges and heuristics in, which no descriptor shows."""
    owned = account("", owner=ME)
    assert (owned.write_dacl, owned.write_owner) == (True, False)
    blocked = account("", owner=ME, descriptor_rights=0)
    assert (blocked.write_dacl, blocked.write_owner) == (False, False)
    privileged = account("", descriptor_rights=3)
    assert (privileged.write_dacl, privileged.write_owner) == (False, True)
    assert account("", descriptor_rights=4).write_dacl is True
    assert account("", allowedAttributesEffective=[b"userAccountControl"]).write_user_account_control is True


def container(dacl: str | None, *classes: bytes, **more) -> ContainerRights:
    return ContainerRights.judge(STAGING, entry(dacl, allowedChildClassesEffective=list(classes), **more), SIDS)


def test_rights_on_a_container() -> None:
    issue = container("", b"computer", b"user", descriptor_rights=0)
    assert (issue.create_computers, issue.delete_computers, issue.write_dacl, issue.write_owner) == (
        True, False, False, False,
    )  # fmt: skip
    promote = container(f"(OA;;DC;{COMPUTER};;{ME})", b"user", descriptor_rights=5)
    assert (promote.create_computers, promote.delete_computers, promote.write_dacl, promote.write_owner) == (
        False, True, True, True,
    )  # fmt: skip
    assert container(f"(OA;;DC;{GROUP};;{ME})").delete_computers is False
    assert container(f"(A;;DT;;;{ME})").delete_computers is False


def test_deleting_takes_a_right_on_the_account_or_on_its_container() -> None:
    may, may_not, unknown = container(f"(A;;DC;;;{ME})"), container(""), container(None)
    assert account("", may).delete is True
    assert account(f"(D;;SD;;;{ME})", may).delete is True
    assert account(f"(A;;SD;;;{ME})", may_not).delete is True
    assert account("", may_not).delete is False
    assert account("").delete is None
    assert account("", unknown).delete is None
    assert account(None, may).delete is True
    assert account(None, may_not).delete is None


def test_what_cannot_be_seen_is_unknown_and_missing() -> None:
    hidden = account(None, container(None), descriptor_rights=0)
    assert (hidden.reset_password, hidden.validated_spn, hidden.write_name) == (None, None, None)
    assert (hidden.write_dacl, hidden.write_owner) == (False, False)
    assert hidden.missing("revoke") == [
        "reset its password (unknown: what decides it was not readable)",
        "write its userAccountControl (unknown: what decides it was not readable)",
    ]
    assert container(None, b"computer").missing() == []


def test_missing_is_told_in_words() -> None:
    nothing = account("", container(""))
    assert nothing.missing("reissue") == [
        "reset its password",
        "write its userAccountControl",
        "write its dNSHostName",
        "write its servicePrincipalName",
    ]
    assert nothing.missing("revoke") == ["reset its password", "write its userAccountControl"]
    assert nothing.missing("move") == ["delete it", "write its name and cn"]
    assert nothing.missing("hand_over") == ["take it into ownership", "write its access control list"]
    assert nothing.missing("strip") == ["write its access control list"]
    assert nothing.missing("delete") == ["delete it"]
    assert account(f"(A;;GA;;;{ME})").missing("reissue") == []
    assert container("").missing() == ["create computer accounts in it"]


@pytest.mark.parametrize(
    ("dacl", "may"),
    [
        (f"(OA;;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;;{ME})", True),
        (f"(OA;;WP;bc0ac240-79a9-11d0-9020-00c04fc2d4cf;;{ME})", True),
        (f"(OA;;WP;{GROUP};;{ME})", True),
        # a validated write of members only lets somebody add itself
        (f"(OA;;SW;bf9679c0-0de6-11d0-a285-00aa003049e2;;{ME})", False),
        ("", False),
    ],
)
def test_members_of_a_group(dacl: str, may: bool) -> None:
    group = GroupRights.judge("CN=DirectAccess,DC=corp,DC=example", entry(dacl), SIDS)
    assert group.write_member is may
    assert group.missing() == ([] if may else ["write its members"])


def test_accounts_of_the_lab() -> None:
    """The recorded account, as its maker and as somebody with no delegation see it."""
    shown = {"objectSid": [ACCOUNT], "nTSecurityDescriptor": [sddl.RECORDED["computer made by a delegate"][0]]}
    maker, reissue, promote, nobody = (
        AccountRights.judge(DN, shown, (f"{sddl.DOMAIN_SID}-{rid}", f"{sddl.DOMAIN_SID}-513", "S-1-1-0", "S-1-5-11"))
        for rid in (1103, 1104, 1105, 1107)
    )
    assert maker.missing("reissue") == []
    assert maker.missing("move") == ["write its name and cn"]
    assert maker.missing("hand_over") == ["take it into ownership"]
    assert reissue.missing("reissue") == []
    assert len(reissue.missing("move")) == len(reissue.missing("hand_over")) == 2
    assert promote.missing("move") == ["delete it (unknown: what decides it was not readable)"]
    assert promote.missing("hand_over") == []
    assert len(promote.missing("reissue")) == 4
    assert len(nobody.missing("reissue")) == 4


CLASS_USER = "bf967aba-0de6-11d0-a285-00aa003049e2"
RESET_RIGHT = "00299570-246d-11d0-a768-00aa006e0529"


@pytest.mark.parametrize(
    ("dacl", "may"),
    [
        ("", False),
        (f"(OA;CIIO;CR;{RESET_RIGHT};{COMPUTER};{ME})", True),
        (f"(OA;CI;CR;{RESET_RIGHT};;{ME})", True),
        (f"(OA;CIIOID;CR;{RESET_RIGHT};{COMPUTER};{ME})", True),
        (f"(A;CI;GA;;;{ME})", True),
        (f"(OA;;CR;{RESET_RIGHT};;{ME})", False),
        (f"(A;OI;GA;;;{ME})", False),
        (f"(OA;CIIO;CR;{RESET_RIGHT};{CLASS_USER};{ME})", False),
        (f"(OD;CIIO;CR;{RESET_RIGHT};{COMPUTER};AU)(OA;CIIO;CR;{RESET_RIGHT};{COMPUTER};{ME})", False),
        (f"(OD;CIIO;CR;{RESET_RIGHT};{CLASS_USER};AU)(OA;CIIO;CR;{RESET_RIGHT};{COMPUTER};{ME})", True),
    ],
)
def test_resetting_passwords_below_is_what_computers_inherit(dacl: str, may: bool) -> None:
    assert ContainerRights.judge(STAGING, entry(dacl), SIDS).reset_passwords is may
    assert ContainerRights.judge(STAGING, entry(None), SIDS).reset_passwords is None
