# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What we compute of a login's rights is what happens when OpenLDAP's tools try it, for every account of the lab."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import preparations
from ansible_collections.adops.offline_join.plugins.module_utils._directory.access_check import WRITE_DAC, granted
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import (
    DirectoryConnection,
    owner_and_dacl,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.effective_rights import (
    AccountRights,
    ContainerRights,
    GroupRights,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.security_descriptor import (
    SecurityDescriptor,
    decode,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

from tests.integration.attempts import descriptor_line, make, modify, password, remove, succeeds
from tests.integration.branch import Branch
from tests.integration.session import logged_in
from tests.lab import Lab

WHO = ["issue", "reissue", "promote", "groups", "user"]
MAKERS = ["issue", "administrator"]


def on_account(
    connection: DirectoryConnection, caller: Caller, dn: str, container: ContainerRights | None = None
) -> AccountRights:
    entry = connection.read(dn, AccountRights.ATTRIBUTES, controls=owner_and_dacl())
    return AccountRights.judge(dn, entry, caller.sids, container)


def descriptor(connection: DirectoryConnection, dn: str) -> SecurityDescriptor:
    return decode(connection.read(dn, ["nTSecurityDescriptor"], controls=owner_and_dacl())["nTSecurityDescriptor"][0])


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("who", WHO)
def test_rights_on_an_account(make_branch: Callable[[int], Branch], lab: Lab, who: str, maker: str) -> None:
    name, second = make_branch(2).names
    dn = make(lab, maker, name, lab.staging_ou)
    other = make(lab, maker, second, lab.staging_ou)
    assert dn
    assert other
    with logged_in(lab, who) as connection:
        caller = Caller.read(connection)
        staging = ContainerRights.read(connection, caller, lab.staging_ou)
        rights = on_account(connection, caller, dn, staging)
        before = descriptor(connection, dn)
    host = f"{name.lower()}.{lab.domain}"
    tried = {
        "reset_password": modify(lab, who, dn, "unicodePwd", f"unicodePwd:: {password()}"),
        "write_user_account_control": modify(lab, who, dn, "userAccountControl", "userAccountControl: 4098"),
        "validated_dns_host_name": modify(lab, who, dn, "dNSHostName", f"dNSHostName: {host}"),
        "validated_spn": modify(lab, who, dn, "servicePrincipalName", f"servicePrincipalName: HOST/{host}"),
        "write_dacl": modify(lab, who, dn, "nTSecurityDescriptor", descriptor_line(before), sd_flags=4),
        "write_owner": modify(
            lab,
            who,
            other,
            "nTSecurityDescriptor",
            descriptor_line(SecurityDescriptor(caller.sids[0], None, None)),
            sd_flags=1,
        ),
        "write_name": succeeds(lab, who, ["ldapmodrdn", "-r", dn, f"CN={name}-NEW"]),
    }
    if tried["write_name"]:
        dn = dn.replace(name, f"{name}-NEW")
    tried["delete"] = succeeds(lab, who, ["ldapdelete", dn])
    for left in [other] if tried["delete"] else [dn, other]:
        remove(lab, left)
    assert {right: getattr(rights, right) for right in tried} == tried


@pytest.mark.parametrize("who", WHO)
def test_rights_on_containers(make_branch: Callable[[int], Branch], lab: Lab, who: str) -> None:
    for container, name in zip([lab.staging_ou, *lab.production_ous], make_branch(3).names, strict=True):
        with logged_in(lab, who) as connection:
            rights = ContainerRights.read(connection, Caller.read(connection), container)
            unchanged = descriptor(connection, container)
        made = make(lab, who, name, container)
        dn = made or make(lab, "administrator", name, container)
        assert dn
        # Made by an administrator, so that the maker's own right to delete it plays no part.
        if made:
            remove(lab, dn)
            make(lab, "administrator", name, container)
        deleted = succeeds(lab, who, ["ldapdelete", dn])
        if not deleted:
            remove(lab, dn)
        assert (rights.create_computers, rights.delete_computers) == (made is not None, deleted), container
        rewritten = modify(lab, who, container, "nTSecurityDescriptor", descriptor_line(unchanged), sd_flags=4)
        assert rights.write_dacl is rewritten


@pytest.mark.parametrize("who", WHO)
def test_right_on_a_group(branch: Branch, lab: Lab, who: str) -> None:
    dn = make(lab, "administrator", branch.names[0], lab.staging_ou)
    assert dn
    with logged_in(lab, who) as connection:
        group = connection.read(lab.direct_access_group, GroupRights.ATTRIBUTES, controls=owner_and_dacl())
        rights = GroupRights.judge(lab.direct_access_group, group, Caller.read(connection).sids)
    change = ["changetype: modify", "add: member", f"member: {dn}"]
    tried = succeeds(lab, who, ["ldapmodify"], f"dn: {lab.direct_access_group}", *change)
    remove(lab, dn)
    assert rights.write_member is tried
    assert tried is (who == "groups")


@pytest.mark.parametrize("who", ["issue", "promote"])
def test_promotion(branch: Branch, lab: Lab, who: str) -> None:
    """A move takes rights in three places, and all of them are foreseen."""
    name, target = branch.names[0], lab.production_ous[0]
    dn = make(lab, "administrator", name, lab.staging_ou)
    assert dn
    with logged_in(lab, who) as connection:
        caller = Caller.read(connection)
        source = ContainerRights.read(connection, caller, lab.staging_ou)
        account = on_account(connection, caller, dn, source)
        missing = (
            account.missing("move") + account.missing("hand_over"),
            ContainerRights.read(connection, caller, target).missing(),
        )
    moved = succeeds(lab, who, ["ldapmodrdn", "-r", "-s", target, dn, f"CN={name}"])
    remove(lab, f"CN={name},{target}" if moved else dn)
    assert moved is (who == "promote")
    assert (missing == ([], [])) is moved


COMPUTER, RESTRICTIONS = "bf967a86-0de6-11d0-a285-00aa003049e2", "4c164200-20c0-11d0-a768-00aa006e0529"
CONTROL, RESET = "bf967a68-0de6-11d0-a285-00aa003049e2", "00299570-246d-11d0-a768-00aa006e0529"
PUBLIC, SPN = "e48d0154-bcf8-11d1-8702-00c04fb96050", "f3a64788-5306-11d1-a9c5-0000f80367c1"


@pytest.mark.parametrize(
    ("entries", "may"),
    [
        ("", set()),
        ("(A;;GA;;;{me})", {"reset", "control", "spn", "delete"}),
        ("(A;CIIO;GA;;;{me})", set()),
        ("(A;;CRWP;;;AU)", {"reset", "control", "spn"}),
        (f"(OA;;WP;{RESTRICTIONS};;{{me}})", {"control"}),
        (f"(OA;;WP;{COMPUTER};;{{me}})", {"control", "spn"}),
        (f"(OA;;WP;{PUBLIC};;{{me}})", {"spn"}),
        (f"(OD;;WP;{RESTRICTIONS};;{{me}})(OA;;WP;{CONTROL};;{{me}})", set()),
        (f"(OA;;WP;{CONTROL};;{{me}})(OD;;WP;{RESTRICTIONS};;{{me}})", {"control"}),
        (f"(D;;CR;;;AU)(OA;;CR;{RESET};;{{me}})", set()),
        (f"(OA;;CR;{RESET};;{{me}})(D;;CR;;;AU)", {"reset"}),
        (f"(OA;;SW;{SPN};;{{me}})(OD;;WP;{SPN};;{{me}})", {"spn"}),
        ("(A;;SW;;;{me})", {"spn"}),
        ("(OA;;SW;72e39547-7b18-11d1-adef-00c04fd8d5cd;;{me})", set()),
        ("(OA;;SDCR;ab721a53-1e2f-11d0-9819-00aa0040529b;;{me})", set()),
        ("(D;;SD;;;{me})(A;;SD;;;AU)", set()),
        ("(A;;DT;;;{me})", set()),
        ("(A;;SD;;;AU)", {"delete"}),
    ],
)
def test_entries_mean_what_the_domain_controller_makes_of_them(
    branch: Branch, lab: Lab, entries: str, may: set[str]
) -> None:
    name = branch.names[0]
    dn = make(lab, "administrator", name, lab.staging_ou)
    assert dn
    with logged_in(lab, "user") as connection:
        caller = Caller.read(connection)
        dacl = sddl.parse(f"D:{entries.format(me=caller.sids[0])}(A;;RPLCLORC;;;AU)")
        assert modify(lab, "administrator", dn, "nTSecurityDescriptor", descriptor_line(dacl), sd_flags=4)
        shown = connection.read(dn, ["objectSid", "nTSecurityDescriptor"], controls=owner_and_dacl())
        rights = AccountRights.judge(dn, shown, caller.sids)
    tried = {
        "reset": modify(lab, "user", dn, "unicodePwd", f"unicodePwd:: {password()}"),
        "control": modify(lab, "user", dn, "userAccountControl", "userAccountControl: 4098"),
        "spn": modify(lab, "user", dn, "servicePrincipalName", f"servicePrincipalName: HOST/{name}"),
        "delete": succeeds(lab, "user", ["ldapdelete", dn]),
    }
    if not tried["delete"]:
        remove(lab, dn)
    computed = {
        "reset": rights.reset_password,
        "control": rights.write_user_account_control,
        "spn": rights.validated_spn,
        "delete": bool(rights.delete),
    }
    assert computed == tried
    assert {right for right, succeeded in tried.items() if succeeded} == may


@pytest.mark.parametrize("owner_rights", ["", "(A;;RC;;;OW)"])
def test_owner(branch: Branch, lab: Lab, owner_rights: str) -> None:
    """The domain controller is believed about what an owner may: Samba 4.17 does not know OWNER RIGHTS yet."""
    dn = make(lab, "issue", branch.names[0], lab.staging_ou)
    assert dn
    mine = sddl.parse(f"D:(A;;RPLCLORC;;;AU){owner_rights}")
    assert modify(lab, "administrator", dn, "nTSecurityDescriptor", descriptor_line(mine), sd_flags=4)
    with logged_in(lab, "issue") as connection:
        caller = Caller.read(connection)
        rights = on_account(connection, caller, dn)
        computed = granted(descriptor(connection, dn), caller.sids, WRITE_DAC)
    tried = modify(lab, "issue", dn, "nTSecurityDescriptor", descriptor_line(mine), sd_flags=4)
    remove(lab, dn)
    assert rights.write_dacl is tried is True
    assert computed is not bool(owner_rights)


def test_descriptors_of_the_whole_domain_are_those_that_samba_tells(lab: Lab) -> None:
    """Every OU, group and account: our reading of the bytes against ldbsearch's SDDL."""
    wanted = "(|(objectClass=organizationalUnit)(objectClass=group)(objectClass=user)(objectClass=domainDNS))"
    [head] = lab.search("(objectClass=domainDNS)", ["objectSid"], scope="base")
    with logged_in(lab, "user") as connection:
        shown = connection.search(lab.base_dn, wanted, ["nTSecurityDescriptor", "uSNChanged"], owner_and_dacl())
    told = {entry["dn"][0]: entry for entry in lab.search(wanted, ["nTSecurityDescriptor", "uSNChanged"])}
    compared = 0
    for dn, entry in shown:
        unchanged = dn in told and entry["uSNChanged"][0].decode() == told[dn]["uSNChanged"][0]
        if unchanged and "nTSecurityDescriptor" in entry:
            text = told[dn]["nTSecurityDescriptor"][0].partition("S:AI")[0].partition("S:P")[0]
            assert decode(entry["nTSecurityDescriptor"][0]) == sddl.parse(text, head["objectSid"][0]), dn
            compared += 1
    assert compared > 40


@pytest.mark.parametrize("maker", MAKERS)
def test_preparations(branch: Branch, lab: Lab, maker: str) -> None:
    """A fresh account carries none; what an intruder leaves is found over LDAP by a login without any rights.

    (Samba 4.17 lets nobody write msDS-AllowedToActOnBehalfOfOtherIdentity.)
    """
    name, target = branch.names[0], f"{lab.workgroup}-FILES"
    dn = make(lab, maker, name, lab.staging_ou)
    assert dn
    with logged_in(lab, "user") as connection:
        domain = Domain.read(connection)

        def found() -> list[str]:
            entry = connection.read(dn, preparations.ATTRIBUTES, controls=owner_and_dacl())
            return [one.name for one in preparations.find(entry, domain.sid, [domain.dns_name])]

        fresh = found()
        stranger = Caller.read(connection).sids[0]
        ours = descriptor(connection, dn)
        intruder = sddl.parse(f"O:{domain.sid}-512D:(A;;CR;;;{stranger})")
        for attribute, line in {
            "msDS-AllowedToDelegateTo": f"msDS-AllowedToDelegateTo: cifs/{target}",
            "servicePrincipalName": f"servicePrincipalName: MSSQLSvc/{name}",
        }.items():
            assert modify(lab, "administrator", dn, attribute, line)
        mixed = SecurityDescriptor(intruder.owner, None, (intruder.dacl or ()) + (ours.dacl or ()))
        assert modify(lab, "administrator", dn, "nTSecurityDescriptor", descriptor_line(mixed), sd_flags=5)
        prepared = found()
    remove(lab, dn)
    assert fresh == []
    explicit = ["explicit rights"] * (2 if maker == "issue" else 1)  # a delegate's own stay when the owner changes
    assert prepared == [
        "constrained delegation",
        "foreign service principal names",
        *explicit,
    ]
