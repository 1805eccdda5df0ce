# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rights granted and taken back on a real directory: the account can do its duty and nothing else, proved by trying."""

from __future__ import annotations

import json
import re
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.security_descriptor import (
    SecurityDescriptor,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

from tests.integration.attempts import descriptor_line, make, modify, password, samba_tool, succeeds
from tests.integration.branch import Branch
from tests.lab import Lab
from tests.lab.domain import GRANTS

SUBJECT = "user"  # of all accounts of the lab, the one without any right

ESCROW = ("see a recovery object in staging", "see a recovery object in production")
ACTS = {
    "issue": {"create a computer in staging", *ESCROW},
    "reissue": {"reset a password", "disable", "write its dNSHostName", "write its servicePrincipalName"},
    "promote": {
        "delete in staging",
        "rename",
        "move to production",
        "write its permissions",
        "take it into ownership",
        "create a computer in production",
        *ESCROW,
    },
    "groups": {"write the members"},
}
NAMES = "see the names of BitLocker's recovery objects below"
WORDS = {
    "issue": {"staging": ["create computers", NAMES], "production": [NAMES]},
    "reissue": {
        "staging": [
            "reset the password of computers below",
            "write userAccountControl of computers below",
            "write the own dNSHostName of computers below",
            "write the own servicePrincipalName of computers below",
        ]
    },
    "promote": {
        "staging": [
            "delete computers",
            "write name of computers below",
            "write cn of computers below",
            "write the access control list and take the ownership of computers below",
            NAMES,
        ],
        "production": ["create computers", NAMES],
    },
    "groups": {"group": ["write the members"]},
}


@dataclass
class Site:
    """A staging OU, a production OU and a group of one test alone."""

    branch: Branch
    home: str

    @property
    def lab(self) -> Lab:
        return self.branch.lab

    @property
    def places(self) -> dict[str, str]:
        names = {"staging": "OU=Staging", "production": "OU=Production", "group": "CN=Members"}
        return {place: f"{rdn},{self.home}" for place, rdn in names.items()}

    def options(self, profile: str, **more: Any) -> dict[str, Any]:
        places = self.places
        chosen = {"staging_ou": places["staging"]} if profile != "groups" else {"groups": [places["group"]]}
        if profile in ("issue", "promote"):
            chosen["production_ous"] = [places["production"]]
        return {"profile": profile, "principal": SUBJECT, **chosen, **more}

    def delegate(
        self, profile: str, *, check: bool = False, login: str = "administrator", **more: Any
    ) -> dict[str, Any]:
        self.branch.account = login
        tier0 = {"allow_tier0": True} if login == "administrator" else {}
        return self.branch.module("delegation", self.options(profile, **tier0, **more), check=check)

    def entries(self, dn: str) -> list[str]:
        """The access control entries in Samba's own words."""
        [found] = self.lab.search("(objectClass=*)", ["nTSecurityDescriptor"], base=dn, scope="base")
        return re.findall(r"\([^)]*\)", found["nTSecurityDescriptor"][0].partition("S:")[0])

    def descriptors(self) -> dict[str, str]:
        found = self.lab.search("(objectClass=*)", ["nTSecurityDescriptor"], base=self.home)
        return {one["dn"][0]: one["nTSecurityDescriptor"][0] for one in found}

    def sid(self, account: str = SUBJECT) -> str:
        [found] = self.lab.search(f"(sAMAccountName={account})", ["objectSid"])
        sid: str = found["objectSid"][0]
        return sid

    def grant_by_hand(self, dn: str, entries: str) -> None:
        """With Samba's own tool, as an administrator would."""
        samba_tool(self.lab, "dsacl", "set", f"--objectdn={dn}", f"--sddl={entries}")


@pytest.fixture
def site(branch: Branch) -> Iterator[Site]:
    found = Site(branch, f"OU=Delegation {secrets.token_hex(3)},{branch.lab.base_dn}")
    for dn in (found.home, found.places["staging"], found.places["production"]):
        branch.add(dn, {"objectClass": ["organizationalUnit"]})
    members = {"objectClass": ["group"], "sAMAccountName": [f"Members {secrets.token_hex(3)}"]}
    branch.add(found.places["group"], members)
    yield found
    branch.lab.ldap(["ldapdelete", "-r", found.home], "administrator")


class Attempts:
    """Everything that the duties are about, and its neighbours, tried as the account on fresh objects each time."""

    def __init__(self, site: Site) -> None:
        self._lab = site.lab
        self._places = site.places
        self._me = SecurityDescriptor(site.sid(), None, None)

    def succeeding(self) -> set[str]:
        staging, production, group = self._places.values()
        own = self._account(staging)
        host = f"{own.partition(',')[0][3:].lower()}.{self._lab.domain}"
        spn = f"servicePrincipalName: HOST/{host}"
        everybody = descriptor_line(sddl.parse("D:(A;;RPLCLORC;;;AU)"))
        owner = descriptor_line(self._me)
        leaving, renamed, moved, opened, taken = (self._account(staging) for _number in range(5))
        tried = {
            "reset a password": self._modify(own, "unicodePwd", f"unicodePwd:: {password()}"),
            "disable": self._modify(own, "userAccountControl", "userAccountControl: 4098"),
            "write its dNSHostName": self._modify(own, "dNSHostName", f"dNSHostName: {host}"),
            "write its servicePrincipalName": self._modify(own, "servicePrincipalName", spn),
            "write its description": self._modify(own, "description", "description: mine"),
            "write another attribute of the account restrictions": self._modify(
                own, "accountExpires", "accountExpires: 0"
            ),
            "write its sAMAccountName": self._modify(own, "sAMAccountName", f"sAMAccountName: {host[:12]}$"),
            "create a computer in staging": bool(make(self._lab, SUBJECT, self._name(), staging)),
            "create a computer in production": bool(make(self._lab, SUBJECT, self._name(), production)),
            "create a group": self._add(f"CN={self._name()},{staging}", "group"),
            "create an organizational unit": self._add(f"OU={self._name()},{staging}", "organizationalUnit"),
            "delete in staging": self._delete(leaving),
            "delete in production": self._delete(self._account(production)),
            "delete the group": self._delete(group),
            "rename": self._rename(renamed),
            "move to production": self._rename(moved, production),
            "move to staging": self._rename(self._account(production), staging),
            "write its permissions": self._modify(opened, "nTSecurityDescriptor", everybody, 4),
            "take it into ownership": self._modify(taken, "nTSecurityDescriptor", owner, 1),
            "write the permissions of the staging OU": self._modify(staging, "nTSecurityDescriptor", everybody, 4),
            "write the policies of the staging OU": self._modify(staging, "gPOptions", "gPOptions: 1"),
            "write the members": self._modify(group, "member", f"member: {own}"),
            "write the description of the group": self._modify(group, "description", "description: mine"),
            "reset a password in production": self._modify(
                self._account(production), "unicodePwd", f"unicodePwd:: {password()}"
            ),
            "see a recovery object in staging": "name" in self._recovery_object(staging),
            "see a recovery object in production": "name" in self._recovery_object(production),
            "read more of a recovery object": {*self._recovery_object(staging)} > {"dn", "name"},
        }
        return {act for act, done in tried.items() if done}

    def _name(self) -> str:
        return f"D{secrets.token_hex(5)}".upper()

    def _account(self, container: str) -> str:
        """Made by an administrator, so that a maker's own rights play no part."""
        dn = make(self._lab, "administrator", self._name(), container)
        assert dn
        return dn

    def _modify(self, dn: str, attribute: str, line: str, sd_flags: int | None = None) -> bool:
        return modify(self._lab, SUBJECT, dn, attribute, line, sd_flags)

    def _add(self, dn: str, object_class: str) -> bool:
        return succeeds(self._lab, SUBJECT, ["ldapadd"], f"dn: {dn}", f"objectClass: {object_class}")

    def _recovery_object(self, container: str) -> list[str]:
        """The names of what the account reads of one, when it asks for all and for the secrets by name."""
        account, values = self._account(container), {"RecoveryPassword": "111111-222222", "KeyPackage": "key"}
        dn = f"CN=2026-11-21T04:23:31-00:00{{{uuid.uuid4()}}},{account}"
        lines = [f"msFVE-{name}: {value}" for name, value in values.items()]
        lines += [f"msFVE-{name}: 0123456789abcdef" for name in ("RecoveryGuid", "VolumeGuid")]
        added = ["objectClass: msFVE-RecoveryInformation", *lines]
        assert succeeds(self._lab, "administrator", ["ldapadd"], f"dn: {dn}", *added)
        asked = ["(objectClass=msFVE-RecoveryInformation)", "name", *(line.partition(":")[0] for line in lines)]
        shown = self._lab.ldap(["ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", account, *asked], SUBJECT).stdout
        return re.findall(r"^(\S+?)::? ", shown, re.M)

    def _delete(self, dn: str) -> bool:
        return succeeds(self._lab, SUBJECT, ["ldapdelete", dn])

    def _rename(self, dn: str, container: str | None = None) -> bool:
        name = dn.partition(",")[0] if container else f"CN={self._name()}"
        superior = ["-s", container] if container else []
        return succeeds(self._lab, SUBJECT, ["ldapmodrdn", "-r", *superior, dn, name])


def told(answer: dict[str, Any]) -> dict[str, tuple[list[str], list[str]]]:
    assert not answer.get("failed"), answer
    return {one["distinguished_name"]: (one["granted"], one["missing"]) for one in answer["objects"]}


@pytest.mark.parametrize("profile", ACTS)
def test_the_account_can_do_its_duty_and_nothing_else_until_it_is_taken_back(site: Site, profile: str) -> None:
    wanted = {site.places[place]: words for place, words in WORDS[profile].items()}
    before = site.descriptors()

    predicted = site.delegate(profile, check=True, login=SUBJECT)
    assert predicted["changed"]
    assert told(predicted) == {dn: ([], words) for dn, words in wanted.items()}
    assert site.descriptors() == before

    granted = site.delegate(profile)
    assert granted["changed"]
    assert granted["objects"] == [one | {"writable": True} for one in predicted["objects"]]
    assert granted["diff"] == predicted["diff"]
    assert granted["diff"] == [
        {
            "before_header": dn,
            "after_header": dn,
            "before": "",
            "after": "".join(f"{SUBJECT} may {one}\n" for one in words),
        }
        for dn, words in wanted.items()
    ]
    with_rights = site.descriptors()
    assert {dn for dn, descriptor in with_rights.items() if descriptor != before[dn]} == {*wanted}

    again = site.delegate(profile)
    assert not again["changed"]
    assert again["diff"] == []
    assert told(again) == {dn: (words, []) for dn, words in wanted.items()}
    assert site.descriptors() == with_rights
    assert Attempts(site).succeeding() == ACTS[profile]

    taking = site.delegate(profile, state="absent", check=True)
    assert site.delegate(profile, state="absent")["diff"] == taking["diff"]
    assert {one["after"] for one in taking["diff"]} == {""}
    assert {dn: descriptor for dn, descriptor in site.descriptors().items() if dn in before} == before
    assert not site.delegate(profile, state="absent")["changed"]
    assert Attempts(site).succeeding() == set()


@pytest.mark.parametrize("profile", ACTS)
def test_other_entries_stay_in_their_order(site: Site, profile: str) -> None:
    """Also those of the same account, and those of another duty."""
    stranger = f"(A;CI;RPWP;;;{site.sid('groups')})(OD;CI;DC;;;{site.sid('groups')})"
    for dn in site.places.values():
        site.grant_by_hand(dn, f"{stranger}(A;;RPWP;;;{site.sid()})")
    before = {dn: site.entries(dn) for dn in site.places.values()}
    assert site.delegate(profile)["changed"]
    for place, dn in site.places.items():
        after = site.entries(dn)
        assert [one for one in after if one in before[dn]] == before[dn]
        added = [one for one in after if one not in before[dn]]
        assert len(added) == len(WORDS[profile].get(place, []))
    assert site.delegate(profile, state="absent")["changed"]
    assert {dn: site.entries(dn) for dn in site.places.values()} == before


def test_grants_are_those_that_the_lab_is_seeded_with(site: Site) -> None:
    """The lab's own accounts hold the same entries, written by other code, on its staging OU, OUs and group."""
    for profile in ACTS:
        assert site.delegate(profile, principal=profile)["changed"]
    lab, compared = site.lab, set()
    twins = {
        lab.staging_ou: "staging",
        lab.direct_access_group: "group",
        **dict.fromkeys(lab.production_ous, "production"),
    }
    for grant in GRANTS:
        sid = site.sid(grant.account)
        ours, seeded = (
            {one for one in site.entries(dn) if one.endswith(f"{sid})")}
            for dn in (site.places[twins[grant.dn]], grant.dn)
        )
        assert ours == seeded
        wanted = sddl.parse("D:" + "".join(ace.format(sid=sid) for ace in grant.aces)).dacl
        assert {*(sddl.parse("D:" + "".join(ours)).dacl or ())} == {*(wanted or ())}
        compared.add((grant.account, twins[grant.dn]))
    assert compared == {(profile, place) for profile, places in WORDS.items() for place in places}
    for profile in ACTS:
        seed = {
            "staging_ou": lab.staging_ou,
            "production_ous": [*lab.production_ous],
            "groups": [lab.direct_access_group],
        }
        assert not site.delegate(profile, principal=profile, check=True, **seed)["changed"]


def test_what_is_beyond_the_duty_is_told_and_left(site: Site) -> None:
    staging, sid = site.places["staging"], site.sid()
    restrictions = "4c164200-20c0-11d0-a768-00aa006e0529"
    by_hand = [
        f"(OA;CIIO;WP;{restrictions};bf967a86-0de6-11d0-a285-00aa003049e2;{sid})",
        f"(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;{sid})",
    ]
    site.grant_by_hand(staging, "".join(by_hand))
    site.delegate("issue")
    told, _production = site.delegate("issue", check=True)["objects"]
    assert sorted(told["beyond"]) == [
        "full control",
        "write property on User-Account-Restrictions of computer objects below",
    ]
    assert told["missing"] == []
    site.delegate("issue", state="absent")
    assert sorted(one for one in site.entries(staging) if one.endswith(f"{sid})")) == sorted(by_hand)


def test_a_login_that_may_not_is_refused(site: Site) -> None:
    before = site.descriptors()
    refused = site.delegate("issue", login="issue")
    staging = site.places["staging"]
    words = f"write the access control list of {staging}: the login may not change its permissions; use a login that"
    assert refused["failed"]
    assert refused["msg"].startswith(words)
    predicted = site.delegate("issue", login="issue", check=True)
    assert predicted["changed"]
    assert words in json.dumps(predicted["warnings"])
    assert [one["writable"] for one in predicted["objects"]] == [False, False]
    assert site.descriptors() == before


def test_nothing_is_half_done(site: Site) -> None:
    """A login that may change the staging OU, but not the production OU, changes neither."""
    site.grant_by_hand(site.places["staging"], f"(A;;WDRC;;;{site.sid('reissue')})")
    before = site.descriptors()
    refused = site.delegate("promote", login="reissue")
    assert refused["failed"]
    assert site.places["production"] in refused["msg"]
    assert site.descriptors() == before
    site.grant_by_hand(site.places["production"], f"(A;;WDRC;;;{site.sid('reissue')})")
    assert site.delegate("promote", login="reissue")["changed"], "it needs no power over the whole domain"


def test_the_whole_domain_is_refused_unless_that_is_wanted(site: Site) -> None:
    site.branch.account = "administrator"
    refused = site.branch.module("delegation", site.options("issue"))
    assert refused["failed"]
    assert "Domain Admins" in refused["msg"]
    assert "allow_tier0" in refused["msg"]


@pytest.mark.parametrize(
    ("profile", "options", "words"),
    [
        ("issue", {"staging_ou": "OU=No,DC=corp,DC=example"}, "read OU=No,DC=corp,DC=example: it is not there"),
        ("issue", {"principal": "nobody-there"}, "look up nobody-there: there is no such account or group"),
        ("groups", {"groups": ["No Such Group"]}, "look up the group No Such Group: there is no such group"),
        ("issue", {"staging_ou": None}, "profile issue takes staging_ou"),
        ("issue", {"production_ous": ["OU=No,DC=corp,DC=example"]}, "read OU=No,DC=corp,DC=example: it is not there"),
        ("promote", {"production_ous": []}, "profile promote takes production_ous"),
        ("groups", {"groups": []}, "profile groups takes groups"),
    ],
)
def test_what_is_not_there(site: Site, profile: str, options: dict[str, Any], words: str) -> None:
    refused = site.delegate(profile, check=True, **options)
    assert refused["failed"]
    assert words in refused["msg"]
