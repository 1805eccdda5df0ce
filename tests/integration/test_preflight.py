# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every finding of the preflight is provoked on a real directory, found, and gone after its remedy."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import preg

from tests.integration.attempts import make, samba_tool
from tests.integration.branch import Branch
from tests.integration.test_name_check import _GATE, Gate
from tests.lab import Lab

SEVERE, NOTED = "fail!", "fail"
REGISTRY = "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
SECURITY = "[{827D319E-6EAC-11D2-A4EA-00C04F79F83A}{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}]"
TEMPLATE = "Microsoft/Windows NT/SecEdit/GptTmpl.inf"
WINRM = "SOFTWARE\\Policies\\Microsoft\\Windows\\WinRM\\Service"
PLAY = """
- hosts: all
  gather_facts: false
  roles: [adops.offline_join.preflight]
"""


@dataclass
class Look:
    """One call of the module; verdicts by check, with ! where a machine is stopped, for the first machine."""

    answer: dict[str, Any]
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert "machines" in self.answer, self.answer
        assert not self.answer["changed"]
        first = next(iter(self.answer["machines"].values()))
        self.checks = {one["id"]: one for one in [*self.answer["domain"], *first["checks"]]}

    def __getitem__(self, check_id: str) -> str:
        one = self.checks[check_id]
        verdict: str = one["verdict"]
        return verdict + ("!" if (verdict, one["severity"]) == ("fail", "error") else "")

    def evidence(self, check_id: str) -> str:
        evidence: str = self.checks[check_id]["evidence"]
        return evidence

    def errors(self, check_id: str) -> list[int]:
        errors: list[int] = self.checks[check_id]["windows_errors"]
        return errors

    @property
    def error(self) -> str | None:
        error: str | None = next(iter(self.answer["machines"].values())).get("error")
        return error

    @property
    def warnings(self) -> str:
        return json.dumps(self.answer.get("warnings", []))


@dataclass
class Estate:
    """A staging and a production OU of one test alone, with the duties issue and reissue delegated on the former."""

    branch: Branch
    home: str

    @property
    def lab(self) -> Lab:
        return self.branch.lab

    @property
    def staging(self) -> str:
        return f"OU=Staging,{self.home}"

    @property
    def production(self) -> str:
        return f"OU=Production,{self.home}"

    def look(self, *, login: str = "issue", machine: dict[str, Any] | None = None, **options: Any) -> Look:
        self.branch.account = login
        wanted = {"staging_ou": self.staging, "production_ou": self.production, **(machine or {})}
        machines = [{"name": name, **wanted} for name in self.branch.names]
        return Look(self.branch.module("preflight", {"machines": machines} | options))

    def link(self, container: str, policy: str, *options: str) -> None:
        """Options take the link anew, because samba-tool changes none."""
        if options:
            samba_tool(self.lab, "gpo", "dellink", container, policy)
        samba_tool(self.lab, "gpo", "setlink", container, policy, *options)

    def inherit(self, container: str, how: str) -> None:
        samba_tool(self.lab, "gpo", "setinheritance", container, how)

    def modify(self, dn: str, attribute: str, *values: str) -> None:
        lines = [f"dn: {dn}", "changetype: modify", f"replace: {attribute}", *(f"{attribute}: {one}" for one in values)]
        self.lab.ldap(["ldapmodify"], "administrator", input="\n".join([*lines, ""]))

    @contextmanager
    def instead(self, dn: str, attribute: str, value: str, before: list[str]) -> Iterator[None]:
        """What the whole domain shares is put back, whatever happens."""
        self.modify(dn, attribute, value)
        try:
            yield
        finally:
            self.modify(dn, attribute, *before)

    def delegate(self, profile: str, principal: str) -> None:
        self.branch.account = "administrator"
        options = {"profile": profile, "principal": principal, "staging_ou": self.staging, "allow_tier0": True}
        assert not self.branch.module("delegation", options).get("failed")


@pytest.fixture
def estate(branch: Branch) -> Iterator[Estate]:
    found = Estate(branch, f"OU=Preflight {secrets.token_hex(3)},{branch.lab.base_dn}")
    for dn in (found.home, found.staging, found.production):
        branch.add(dn, {"objectClass": ["organizationalUnit"]})
    found.delegate("issue", "issue")
    found.delegate("reissue", "issue")
    yield found
    branch.lab.ldap(["ldapdelete", "-r", found.home], "administrator")


@pytest.fixture
def policy(estate: Estate) -> Iterator[tuple[str, str]]:
    """Name and GUID of a policy that sets something for computers and is linked nowhere yet."""
    name = f"Baseline {secrets.token_hex(3)}"
    found = re.search(r"\{[0-9A-F-]+\}", samba_tool(estate.lab, "gpo", "create", name))
    assert found
    estate.modify(_policy_dn(estate, found[0]), "gPCMachineExtensionNames", REGISTRY)
    yield name, found[0]
    samba_tool(estate.lab, "gpo", "del", found[0])


def write_policy(estate: Estate, guid: str, file: str, content: bytes) -> None:
    path = estate.lab.directory / "dc1" / "sysvol" / estate.lab.domain / "Policies" / guid / "Machine" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _policy_dn(estate: Estate, guid: str) -> str:
    return f"CN={guid},CN=Policies,CN=System,{estate.lab.base_dn}"


def make_identity(stem: Path, purpose: str, passphrase: str) -> None:
    options = {
        "name": purpose,
        "purpose": purpose,
        "passphrase": passphrase,
        "key_file": str(stem.with_suffix(".pem")),
        "certificate_file": str(stem.with_suffix(".crt")),
    }
    module = "ansible_collections.adops.offline_join.plugins.modules.seal_identity"
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": options})
    subprocess.run([sys.executable, "-m", module], input=arguments, text=True, check=True, capture_output=True)


class TestDomain:
    def test_a_sound_domain(self, estate: Estate) -> None:
        look = estate.look()
        assert {look[one] for one in ("ldap_security", "controller_writable", "clock", "identifiers")} == {"pass"}
        assert look.evidence("ldap_security") == "a simple bind inside TLS (ldaps)"
        assert look.error is None
        assert not look.answer.get("failed")

    @pytest.mark.parametrize("validation", ["ignore", "ignore_hostname"])
    def test_certificate_that_is_not_checked(self, estate: Estate, validation: str) -> None:
        look = estate.look(cert_validation=validation, tls_mode="start_tls")
        assert look["ldap_security"] == NOTED
        assert look.evidence("ldap_security").startswith("a simple bind inside TLS (start_tls), but ")
        assert estate.look(cert_validation="always")["ldap_security"] == "pass"

    @pytest.mark.parametrize(
        ("ahead", "verdict", "words"),
        [("+400", SEVERE, "6 min"), ("-400", SEVERE, "behind"), ("+120", NOTED, "ahead"), ("+20", "pass", "ahead")],
    )
    def test_clock(self, estate: Estate, ahead: str, verdict: str, words: str) -> None:
        wrong = subprocess.run(["faketime", "-f", ahead, "env"], capture_output=True, text=True, check=True).stdout
        variables = dict(line.partition("=")[::2] for line in wrong.splitlines())
        for name in ("LD_PRELOAD", "FAKETIME"):
            estate.branch.extra_environment[name] = variables[name]
        look = estate.look()
        assert look["clock"] == verdict
        assert words in look.evidence("clock")
        assert bool(look.error) is (verdict == SEVERE)
        if verdict == SEVERE:
            assert look.errors("clock") == [1398]
            assert {*look.answer["machines"]} == {*estate.branch.names}
            assert all("control node's clock" in one["error"] for one in look.answer["machines"].values())
            assert estate.look(tolerate=["clock"]).error is None
        estate.branch.extra_environment.clear()
        assert estate.look()["clock"] == "pass"

    def test_quota(self, estate: Estate) -> None:
        head, attribute = estate.lab.base_dn, "ms-DS-MachineAccountQuota"
        [before] = estate.lab.search("(objectClass=domainDNS)", [attribute], scope="base")
        with estate.instead(head, attribute, "3", before[attribute]):
            look = estate.look()
            assert (look["machine_account_quota"], look.errors("machine_account_quota")) == (NOTED, [2732, 8557])
            assert "ms-DS-MachineAccountQuota is 3; set it to 0" in look.warnings
            assert look.error is None
            estate.modify(head, attribute, "0")
            assert estate.look()["machine_account_quota"] == "pass"

    def test_owner_rights(self, estate: Estate) -> None:
        dn = f"CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,{estate.lab.base_dn}"
        [before] = estate.lab.search("(objectClass=*)", ["dSHeuristics"], base=dn, scope="base")
        assert estate.look()["owner_rights"] == NOTED
        with estate.instead(dn, "dSHeuristics", "00000000010000000002000000010", before.get("dSHeuristics", [])):
            found = estate.look()
            assert found["owner_rights"] == NOTED, "character 28 is another heuristic"
            estate.modify(dn, "dSHeuristics", "00000000010000000002000000001")
            assert estate.look()["owner_rights"] == "pass"

    @pytest.mark.parametrize(("left", "verdict"), [(2, SEVERE), (3, NOTED), (100_002, NOTED), (100_003, "pass")])
    def test_identifiers(self, estate: Estate, left: int, verdict: str) -> None:
        dn = f"CN=RID Manager$,CN=System,{estate.lab.base_dn}"
        [manager] = estate.lab.search("(objectClass=rIDManager)", ["rIDAvailablePool"], base=dn)
        first, last = map(int, manager["rIDAvailablePool"][0].split("-"))
        few, all_of_them = ((end << 32) | first for end in (first + left, last))
        with estate.instead(dn, "rIDAvailablePool", str(few), [str(all_of_them)]):
            look = estate.look()
        assert look["identifiers"] == verdict
        assert look.evidence("identifiers").startswith(f"the domain has {left} RIDs left")
        assert estate.look()["identifiers"] == "pass"

    def test_identifiers_at_hand(self, estate: Estate) -> None:
        """Of the block that Samba shows, what the next account costs: one."""
        [block] = estate.lab.search("(objectClass=rIDSet)", ["rIDAllocationPool", "rIDPreviousAllocationPool"])
        first, last = map(int, block["rIDPreviousAllocationPool"][0].split("-"))

        def at_hand() -> int:
            told = re.search(r"of which dc1\.corp\.example has (\d+) at hand", estate.look().evidence("identifiers"))
            assert told
            return int(told[1])

        before = at_hand()
        name = f"R{secrets.token_hex(3).upper()}"
        dn = f"CN={name},CN=Computers,{estate.lab.base_dn}"
        account = f"dn: {dn}\nobjectClass: computer\nsAMAccountName: {name}$\n"
        estate.lab.ldap(["ldapadd"], "administrator", input=account)
        [made] = estate.lab.search(f"(sAMAccountName={name}$)", ["objectSid"])
        estate.lab.ldap(["ldapdelete", dn], "administrator")
        rid = int(made["objectSid"][0].rpartition("-")[2])
        assert at_hand() == before - 1
        if block["rIDAllocationPool"] == block["rIDPreviousAllocationPool"]:
            assert first <= rid <= last
            assert before - 1 == last - rid


class TestSite:
    @pytest.fixture
    def site(self, estate: Estate) -> Iterator[str]:
        """A site with a read-only domain controller, as its objects say; there is no machine behind them."""
        name = f"Branch, {secrets.token_hex(3)}"
        relative = name.replace(",", "\\,")
        dn = f"CN={relative},CN=Sites,CN=Configuration,{estate.lab.base_dn}"
        objects = {
            dn: ["objectClass: site"],
            f"CN=Servers,{dn}": ["objectClass: serversContainer"],
            f"CN=RO1,CN=Servers,{dn}": ["objectClass: server", "dNSHostName: ro1.corp.example"],
            f"CN=NTDS Settings,CN=RO1,CN=Servers,{dn}": [
                "objectClass: nTDSDSARO",
                f"msDS-hasFullReplicaNCs: {estate.lab.base_dn}",
            ],
        }
        lines = "\n\n".join("\n".join([f"dn: {one}", *said]) for one, said in objects.items())
        self.database(estate.lab, "ldbadd", "--relax", input=lines + "\n")
        yield name
        self.database(estate.lab, "ldbdel", "--relax", "-r", dn)

    def database(self, lab: Lab, tool: str, *argv: str, **options: Any) -> None:
        """Past the server, because it makes objects of domain controllers for nobody but itself."""
        controller = lab.directory / "dc1"
        where = [f"--configfile={controller}/etc/smb.conf", "-H", f"{controller}/private/sam.ldb"]
        lab.run([tool, *where, *argv], **options)

    def test_only_read_only_domain_controllers(self, estate: Estate, site: str) -> None:
        look = estate.look(machine={"site": site})
        assert (look["site_controllers"], look.errors("site_controllers")) == (NOTED, [1311])
        assert f"{site} has only read-only domain controllers (ro1.corp.example)" in look.warnings
        assert look.error is None
        assert estate.look(machine={"site": "Default-First-Site-Name"})["site_controllers"] == "pass"

    def test_no_such_site(self, estate: Estate) -> None:
        look = estate.look(machine={"site": "No, there is none"})
        assert look["site_controllers"] == SEVERE
        assert "there is no site No, there is none" in (look.error or "")
        assert "site_controllers" not in estate.look().checks


class TestUnits:
    def test_missing_staging_ou(self, estate: Estate) -> None:
        dn = f"OU=Waiting,{estate.home}"
        look = estate.look(machine={"staging_ou": dn})
        assert (look["staging_ou"], look.errors("staging_ou")) == (SEVERE, [2])
        assert [look[one] for one in ("create_right", "reset_right", "staging_policies")] == ["skipped"] * 3
        assert f"{dn}: it is not there" in (look.error or "")
        estate.branch.add(dn, {"objectClass": ["organizationalUnit"]})
        assert estate.look(machine={"staging_ou": dn})["staging_ou"] == "pass"

    @pytest.mark.parametrize(("path", "words"), [("CN=issue,OU=Accounts,{}", "of class user"), ("Staging", "no DN")])
    def test_what_is_no_organizational_unit(self, estate: Estate, path: str, words: str) -> None:
        dn = path.format(estate.lab.base_dn)
        look = estate.look(machine={"staging_ou": dn, "production_ou": dn})
        assert (look["staging_ou"], look["production_ou"]) == (SEVERE, SEVERE)
        assert words in look.evidence("staging_ou")

    def test_default_container(self, estate: Estate) -> None:
        look = estate.look(machine={"staging_ou": None})
        assert look.evidence("staging_ou") == f"CN=Computers,{estate.lab.base_dn} is there"

    def test_no_right_to_create(self, estate: Estate) -> None:
        look = estate.look(login="user")
        assert (look["create_right"], look.errors("create_right")) == (SEVERE, [5, 8557])
        assert look["reset_right"] == "skipped"
        assert f"the login may not create computers in {estate.staging}; delegate" in (look.error or "")
        assert estate.look(login="user", tolerate=["create_right"]).error is None
        estate.delegate("issue", "user")
        look = estate.look(login="user")
        assert (look["create_right"], look["reset_right"]) == ("pass", "skipped")
        estate.delegate("reissue", "user")
        assert estate.look(login="user")["reset_right"] == "pass"

    def test_missing_production_ou(self, estate: Estate) -> None:
        dn = f"OU=Lyon,{estate.home}"
        look = estate.look(machine={"production_ou": dn})
        assert (look["production_ou"], look["production_policies"]) == (SEVERE, "skipped")
        estate.branch.add(dn, {"objectClass": ["organizationalUnit"]})
        assert estate.look(machine={"production_ou": dn})["production_ou"] == "pass"

    def test_one_ou_for_both(self, estate: Estate) -> None:
        spelled = estate.staging.replace(",", ", ").lower()
        assert estate.look(machine={"production_ou": spelled})["production_ou"] == NOTED
        assert "production_ou" not in estate.look(machine={"production_ou": None}).checks


class TestPolicies:
    def test_links(self, estate: Estate, policy: tuple[str, str]) -> None:
        name, guid = policy
        default = f"Default Domain Policy (linked to {estate.lab.base_dn})"
        look = estate.look()
        assert look.evidence("staging_policies") == f"{estate.staging} is reached by {default}"
        estate.link(estate.home, guid)
        look = estate.look()
        wanted = f"is reached by {name} (linked to {estate.home}), {default}"
        assert look.evidence("staging_policies") == f"{estate.staging} {wanted}"
        assert look["staging_policies"] == "pass"
        assert look["production_policies"] == "pass"
        assert look.evidence("production_policies") == f"{estate.production} {wanted}"
        estate.link(estate.home, guid, "--disable")
        assert name not in estate.look().evidence("staging_policies")

    def test_blocked_and_enforced(self, estate: Estate, policy: tuple[str, str]) -> None:
        name, guid = policy
        estate.link(estate.home, guid)
        estate.inherit(estate.staging, "block")
        look = estate.look()
        assert look.evidence("staging_policies") == f"{estate.staging} is reached by no policy (inheritance is blocked)"
        assert name in look.evidence("production_policies")
        estate.link(estate.home, guid, "--enforce")
        wanted = f"{name} (linked to {estate.home}, enforced) (inheritance is blocked)"
        assert estate.look().evidence("staging_policies") == f"{estate.staging} is reached by {wanted}"
        estate.inherit(estate.staging, "inherit")
        assert "Default Domain Policy" in estate.look().evidence("staging_policies")

    def test_what_they_set(self, estate: Estate, policy: tuple[str, str]) -> None:
        """Read from SYSVOL: in staging nobody minds, in production it would cut the connection of the phase site."""
        name, guid = policy
        estate.modify(_policy_dn(estate, guid), "gPCMachineExtensionNames", REGISTRY + SECURITY)
        estate.link(estate.home, guid)
        write_policy(estate, guid, "Registry.pol", preg.write([preg.Entry(WINRM, "AllowAutoConfig", 4, bytes(4))]))
        look = estate.look()
        assert (look["staging_policies"], look["production_policies"]) == ("pass", NOTED)
        assert look.evidence("production_policies").endswith(f"; {name} closes WinRM")
        assert look.errors("production_policies") == [1385]
        assert look.warnings.count("closes WinRM") == 1, "one sentence for three machines"
        write_policy(estate, guid, "Registry.pol", preg.write([]))
        assert estate.look()["production_policies"] == "pass"
        template = "[Privilege Rights]\r\nSeDenyNetworkLogonRight = *S-1-5-32-546,*S-1-5-114\r\n".encode("utf-16")
        write_policy(estate, guid, TEMPLATE, template)
        denied = f"; {name} denies network logon to local accounts"
        assert estate.look().evidence("production_policies").endswith(denied)
        write_policy(estate, guid, TEMPLATE, template[:-1])
        look = estate.look()
        assert look["production_policies"] == "unknown"
        assert f"closed by {name} is not known (its files are damaged)" in look.evidence("production_policies")
        estate.inherit(estate.production, "block")
        assert estate.look()["production_policies"] == "pass"

    def test_sysvol_out_of_reach(self, estate: Estate) -> None:
        with Gate(estate.lab, 636):
            look = estate.look(server=_GATE, cert_validation="ignore_hostname")
        assert look["production_policies"] == "unknown"
        assert "closed by Default Domain Policy is not known (" in look.evidence("production_policies")
        assert "Connection refused" in look.evidence("production_policies")
        assert look.warnings.count("is not known") == 1, "one sentence for three machines"

    def test_policies_without_settings_for_computers(self, estate: Estate, policy: tuple[str, str]) -> None:
        name, guid = policy
        estate.link(estate.staging, guid)
        estate.modify(_policy_dn(estate, guid), "flags", "2")
        assert name not in estate.look().evidence("staging_policies")
        estate.modify(_policy_dn(estate, guid), "flags", "1")
        assert name in estate.look().evidence("staging_policies")
        estate.modify(_policy_dn(estate, guid), "gPCMachineExtensionNames")
        assert name not in estate.look().evidence("staging_policies")

    def test_a_link_that_leads_nowhere(self, estate: Estate) -> None:
        gone = _policy_dn(estate, "{00000000-0000-0000-0000-000000000001}")
        estate.modify(estate.production, "gPLink", f"[LDAP://{gone};0]")
        estate.inherit(estate.production, "block")
        look = estate.look()
        assert look["production_policies"] == "unknown"
        assert "CN={00000000-0000-0000-0000-000000000001} (deleted, or not readable)" in look.warnings


class TestGroups:
    def test_missing_group(self, estate: Estate) -> None:
        name = f"DirectAccess {secrets.token_hex(3)}"
        look = estate.look(machine={"groups": [name]})
        assert look["group"] == SEVERE
        assert f"the group {name} cannot be used: there is no such group; correct its name" in (look.error or "")
        estate.branch.add(f"CN={name},{estate.home}", {"objectClass": ["group"], "sAMAccountName": [name]})
        look = estate.look(machine={"groups": [name]})
        assert (look["group"], look.errors("group"), look.error) == (NOTED, [5], None)

    def test_the_login_with_this_duty(self, estate: Estate) -> None:
        wanted = {"groups": ["DirectAccessClients"]}
        assert estate.look(machine=wanted, login="groups")["group"] == "pass"
        look = estate.look(machine=wanted)
        assert look["group"] == NOTED
        assert "3 machines, " in look.warnings


class TestAccounts:
    def test_somebody_elses_account(self, estate: Estate) -> None:
        """Its owner is no administrator and not this login; both reasons at once, then the remedies one by one."""
        estate.delegate("issue", "user")
        name = estate.branch.names[0]
        dn = make(estate.lab, "user", name, estate.staging)
        assert dn
        look = estate.look()
        assert (look["account"], look.errors("account")) == (SEVERE, [2224, 2732])
        assert f"{dn}: (1) its owner S-1-5-21-" in (look.error or "")
        assert "(KB5020276), (2) the machine is treated as live" in (look.error or "")
        assert "; (1) make Domain Admins its owner" in (look.error or "")
        look = estate.look(trusted_owners=["user"])
        assert "the machine is treated as live, because there is no issue record" in (look.error or "")
        look = estate.look(trusted_owners=["user"], live_machines=[name])
        assert (look["account"], look.evidence("account")) == ("pass", f"{dn} exists and may be used again")
        assert "choose another name" in (estate.look(regenerate="never").error or "")
        estate.branch.delete(dn)
        assert estate.look().evidence("account") == "there is none yet"

    def test_account_in_another_place(self, estate: Estate) -> None:
        dn = make(estate.lab, "administrator", estate.branch.names[0], estate.production)
        assert dn
        look = estate.look()
        assert f"{dn}: (1) it is not in {estate.staging}, (2) " in (look.error or "")
        assert "; (1) move it there first" in (look.error or "")
        estate.lab.ldap(["ldapmodrdn", "-r", "-s", estate.staging, dn, dn.partition(",")[0]], "administrator")
        assert "it is not in" not in (estate.look().error or "")

    def test_what_is_issued_already_stays(self, estate: Estate) -> None:
        """As the module packages will do it: the preflight of a second run has nothing to say."""
        branch = estate.branch
        options = {"dest": str(branch.dest), "seal": "none"}
        branch.account = "issue"
        assert not branch.issue(path=estate.staging).get("failed")
        look = estate.look(**options)
        assert look.error is None
        assert look.evidence("account").endswith(" exists, and its package is in place")
        branch.package(branch.names[0]).unlink()
        assert estate.look(**options).evidence("account").endswith(" exists and may be used again")
        branch.package(branch.names[0]).write_bytes(b"no package")
        assert estate.look(**options)["account"] == "pass"
        assert estate.look(**options, regenerate="never")["account"] == SEVERE
        assert estate.look()["account"] == SEVERE, "without its record it may live"

    def test_sealed_packages_need_no_key_to_be_looked_at(self, estate: Estate) -> None:
        branch = estate.branch
        branch.account = "issue"
        passphrase = secrets.token_urlsafe(20)
        for purpose in ("issuer", "recipient"):
            make_identity(branch.directory / purpose, purpose, passphrase)
        sealing = {
            "seal": "cms",
            "issuer_key": str(branch.directory / "issuer.pem"),
            "issuer_passphrase": passphrase,
            "recipients": [str(branch.directory / "recipient.crt")],
        }
        assert not branch.issue(path=estate.staging, **sealing).get("failed")
        look = estate.look(dest=str(branch.dest))
        assert look.evidence("account").endswith(" exists, and its package is in place")
        assert look.error is None
        sealed = branch.dest / f"{branch.names[0].upper()}.sealed"
        sealed.write_bytes(sealed.read_bytes() + b"\0")
        assert estate.look(dest=str(branch.dest))["account"] == SEVERE
        sealed.unlink()
        assert estate.look(dest=str(branch.dest)).evidence("account").endswith(" exists and may be used again")


def test_a_thousand_machines(estate: Estate) -> None:
    """Names and preflight on one connection each, in less than 20 seconds together."""
    code = secrets.token_hex(3)
    estate.branch.names = tuple(f"K{code}-{number:04}" for number in range(1000))
    began = time.monotonic()
    estate.branch.account = "issue"
    named = estate.branch.module("name_check", {"machines": [{"name": name} for name in estate.branch.names]})
    look = estate.look(machine={"groups": ["DirectAccessClients"], "site": "Default-First-Site-Name"})
    took = time.monotonic() - began
    assert not named.get("failed")
    assert look.error is None
    assert len(look.answer["machines"]) == len(named["machines"]) == 1000
    assert took < 20


def test_role(estate: Estate) -> None:
    """One call, and every machine speaks for itself; a variable that cannot be resolved fails its own machine only."""
    branch = estate.branch
    sound, lost, broken = branch.names
    branch.account = "issue"
    branch.variables = {
        "preflight_staging_ou": estate.staging,
        "preflight_production_ou": estate.production,
        "preflight_groups": ["DirectAccessClients"],
        "preflight_dest": str(branch.dest),
    }
    branch.host_variables = {
        sound: {"machine_site": "Default-First-Site-Name"},
        lost: {"machine_staging_ou": f"OU=No,{estate.home}"},
        broken: {"machine_production_ou": "{{ nobody_knows }}"},
    }
    connection = {"server": branch.lab.server, "ca_cert": str(branch.lab.ca_cert), "username": "issue@corp.example"}
    branch.extra_environment = {f"OFFLINE_JOIN_DIRECTORY_{key.upper()}": value for key, value in connection.items()}
    playbook = branch.directory / "preflight.yml"
    playbook.write_text(PLAY)
    done = branch.play(str(playbook))
    assert done.returncode == 2
    assert re.search(rf"{sound} +: ok=\d+ +changed=0 .*failed=0", done.stdout)
    for name, words in ((lost, f"OU=No,{estate.home}: it is not there"), (broken, "cannot be resolved")):
        assert re.search(rf"{name} +: ok=\d+ +changed=0 .*failed=1", done.stdout)
        [said] = re.findall(rf"\[{name}\]: FAILED! => .*", done.stdout) or [done.stdout]
        assert words in said
    branch.host_variables = {sound: {}, lost: {}, broken: {}}
    again = branch.play(str(playbook), "--check")
    assert again.returncode == 0, again.stdout
