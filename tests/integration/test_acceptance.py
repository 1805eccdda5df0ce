# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines are verified, retired and promoted: one play over many machines with one trouble each, and the way back."""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.branch import Branch
from tests.integration.witness import Witness
from tests.lab import Lab
from tests.twin.farm import TwinFarm

MOST_RUNS_OF_AN_ACCEPTED_MACHINE = 9
DONE = {"state": "done"}
DSA_OPTIONS = ["samba-tool", "drs", "options", "dc2.corp.example"]
GUID = "8F1F2A6C-0D9C-4C56-9E0E-5A0F2E7B1C11"
POLICY_STATE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\State\Machine!Distinguished-Name"
DNS = {"interface_index": 7, "addresses": ["192.0.2.25"], "dns_servers": ["192.0.2.10"]}
ENCRYPTED = {
    "drive": "C:", "volume_type": 0, "protection_status": 1, "conversion_status": 1, "encryption_method": 6,
    "protectors": [{"id": f"{{{GUID}}}", "type": 3}],
}  # fmt: skip


@pytest.fixture
def members(make_branch: Callable[[int], Branch], farm: TwinFarm) -> Callable[[int], Branch]:
    """Makes a branch of so many machines that have joined, and see their domain now."""

    def make(size: int) -> Branch:
        branch = make_branch(size)
        farm.start(branch.names, adapters=[DNS])
        branch.twins(farm)
        branch.variables |= {
            "offline_join_rename": "follow_package",
            "offline_join_domain": branch.lab.domain,
            "offline_join_production_ou": branch.lab.production_ous[0],
            "offline_join_dns_servers": ["192.0.2.10"],
        }
        branch.extra_environment["ANSIBLE_FORKS"] = "20"
        assert "failed" not in branch.issue()
        assert branch.play("join").returncode == 0
        for name in branch.names:
            farm.set(name, network=True)
        branch.account = "promote"
        return branch

    return make


def changed(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    return {host: int(number) for host, number in re.findall(r"^(\S+) +: ok=.*\bchanged=(\d+)", done.stdout, re.M)}


def restarts(farm: TwinFarm, name: str) -> int:
    return len([one for one in farm.calls(name) if "/r /t" in one["name"]])


def phases(branch: Branch, name: str, variable: str, **values: Any) -> dict[str, Any]:
    """A host variable that follows the phase; a phase that is not given keeps its value."""
    now = branch.host_variables[name].get(variable)
    by_phase = {"site": now, "domain": now} | values
    return {f"by_phase_{variable}": by_phase, variable: f"{{{{ by_phase_{variable}[offline_join_phase] }}}}"}


def organizational_unit(branch: Branch, name: str) -> str:
    return str(branch.accounts()[name]["dn"][0].partition(",")[2])


def may(lab: Lab, dn: str) -> dict[str, bool]:
    """What the issuing account can do with a computer account, tried with OpenLDAP's tools; deleting comes last."""
    flags, dacl = "1.2.840.113556.1.4.801", "MAMCAQQ="  # LDAP_SERVER_SD_FLAGS with 4
    search = ["ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-E", f"!{flags}=::{dacl}", "-s", "base", "-b", dn]
    found = lab.ldap([*search, "nTSecurityDescriptor"], "issue").stdout
    [descriptor] = re.findall(r"^nTSecurityDescriptor:: .*$", found, re.M)
    change = "changetype: modify\nreplace:"
    acts = {
        "reset": (
            ["ldapmodify"],
            f"dn: {dn}\n{change} unicodePwd\nunicodePwd:: IgBRADcALQB2AE4AMgBfAGsAVAA5ACsAdwAiAA==\n",
        ),
        "permit": (
            ["ldapmodify"],
            f"dn: {dn}\ncontrol: {flags} true:: {dacl}\n{change} nTSecurityDescriptor\n{descriptor}\n",
        ),
        "delete": (["ldapdelete", dn], ""),
    }
    codes = {act: lab.ldap(tool, "issue", input=text, check=False).returncode for act, (tool, text) in acts.items()}
    assert set(codes.values()) <= {0, 50}, codes  # done, or insufficient access
    return {act: code == 0 for act, code in codes.items()}


def test_road_to_acceptance(members: Callable[[int], Branch], farm: TwinFarm, tmp_path: Any) -> None:
    """Predicted; verified, retired, moved, restarted once, verified again; and left alone by the second run. They are
    encrypted, and the promoting login sees that their recovery passwords are kept, in staging and in production."""
    branch = members(3)
    production = branch.lab.production_ous[0]
    for name in branch.names:
        farm.set(name, registry={POLICY_STATE: ["REG_SZ", f"CN={name},{branch.lab.staging_ou}"]},
                 policy_registry={POLICY_STATE: ["REG_SZ", f"CN={name},{production}"]},
                 bitlocker=[ENCRYPTED])  # fmt: skip
        escrow(branch, name)
    before = branch.accounts()
    boots = {name: restarts(farm, name) for name in branch.names}

    predicted = branch.play("accept", "--check")
    assert predicted.returncode == 0, predicted.stdout
    assert all(changed(predicted).values())
    assert {name: one["dn"] for name, one in branch.accounts().items()} == {n: one["dn"] for n, one in before.items()}
    assert not any(farm.calls(name, hand) for name in branch.names
                   for hand in ("win_machine_password", "win_policy_refresh"))  # fmt: skip

    witness = Witness(tmp_path / "witness")
    done = branch.play("accept", environment=witness.environment)
    assert done.returncode == 0, done.stdout
    assert branch.report() == dict.fromkeys(branch.names, DONE)
    after = branch.accounts()
    for name in branch.names:
        assert organizational_unit(branch, name) == production
        assert int(after[name]["pwdLastSet"][0]) > int(before[name]["pwdLastSet"][0])
        assert len(farm.calls(name, "win_machine_password")) == 1
        [refresh] = farm.calls(name, "win_policy_refresh")
        assert refresh["parameters"]["purge_machine_tickets"] is True
        assert restarts(farm, name) == boots[name] + 1
        assert not farm.calls(name, "win_bitlocker_backup")
        verdict = farm.verdict(name)
        assert verdict is not None
        assert verdict["status"] == 0
    _once, per_host = witness.once_and_per_host()
    print(f"accept: {max(per_host.values())} task runs per host, and {_once} once for all")
    assert max(per_host.values()) <= MOST_RUNS_OF_AN_ACCEPTED_MACHINE

    again = branch.play("accept")
    assert again.returncode == 0, again.stdout
    assert changed(again) == dict.fromkeys(branch.names, 0)
    assert branch.report() == dict.fromkeys(branch.names, DONE)
    for name in branch.names:
        assert len(farm.calls(name, "win_machine_password")) == 1
        assert restarts(farm, name) == boots[name] + 1


def test_creator_loses_its_rights(members: Callable[[int], Branch], farm: TwinFarm) -> None:
    """Before promotion the issuing account could reset, delete and write permissions; after it, none of it."""
    branch = members(2)
    promoted, waiting = branch.names
    lab = branch.lab
    dn = {name: f"CN={name},{lab.staging_ou}" for name in branch.names}
    assert branch.play("accept", "--limit", promoted).returncode == 0
    assert may(lab, f"CN={promoted},{lab.production_ous[0]}") == {"reset": False, "permit": False, "delete": False}
    assert farm.verdict(promoted) == {"machine_name": promoted, "domain": lab.domain, "status": 0}
    assert may(lab, dn[waiting]) == {"reset": True, "permit": True, "delete": True}
    descriptor = branch.accounts()[promoted]
    assert descriptor["dn"] == [f"CN={promoted},{lab.production_ous[0]}"]
    issuer = lab.search("(sAMAccountName=issue)", ["objectSid"])[0]["objectSid"][0]
    [entry] = lab.search("(objectClass=*)", ["nTSecurityDescriptor"], base=descriptor["dn"][0], scope="base")
    # What is left of it comes from the production OU, and is for recovery objects.
    [seeing] = re.findall(rf"\([^()]*;{issuer}\)", entry["nTSecurityDescriptor"][0])
    assert re.fullmatch(r"\(OA;CI(IO)?ID;RP;[^;]+;ea715d30-8f53-40d0-bd1e-6109186d782c;[^;]+\)", seeing)
    assert not entry["nTSecurityDescriptor"][0].startswith(f"O:{issuer}")


# What is wrong with a machine, the check that says so, and whether it is only not ready yet.
TROUBLES: dict[str, tuple[dict[str, Any], str, str]] = {
    "domain controller": ({"domain_role": 5}, "the machine is a domain controller", "failed"),
    "no address": (
        {"adapters": [DNS | {"addresses": ["169.254.1.2"]}]}, "it has no address but 169.254.1.2", "pending",
    ),
    "wrong DNS": (
        {"adapters": [DNS | {"dns_servers": ["9.9.9.9"]}], "network": False},
        "its DNS servers are 9.9.9.9, none of them the domain's", "failed",
    ),
    "no network yet": ({"network": False}, "it finds no domain controller of corp.example", "pending"),
    "clock": ({"clock_offset": 3600.0}, "its clock is 1 h ahead of that of dc1.corp.example", "failed"),
    "other name": (
        {"active_name": "SOMEBODY", "pending_name": "SOMEBODY"}, "the machine is called SOMEBODY", "failed",
    ),
    "encrypted, not escrowed": (
        {"bitlocker": [ENCRYPTED]}, "no recovery password of an encrypted volume is seen in the directory", "pending",
    ),
    "device encryption": (
        {"bitlocker": [{**ENCRYPTED, "protection_status": 0, "protectors": []}]},
        "C: is encrypted, but its protection is off", "pending",
    ),
    "package left behind": (
        {"files": {r"C:\Windows\Panther\unattend.xml": "<a><AccountData>ARAI</AccountData></a>"}},
        r"a package is left in C:\Windows\Panther\unattend.xml", "failed",
    ),
}  # fmt: skip


def test_troubles(members: Callable[[int], Branch], farm: TwinFarm) -> None:
    """Each stops its own machine before anything is changed, with its own headline; the good one is accepted.

    Where a machine cannot be spoken with over the connection of the phase domain, that of the phase site still tells
    why; only where it cannot either, nothing is known of it.
    """
    branch = members(len(TROUBLES) + 7)
    lab = branch.lab
    names = iter(branch.names)
    headlines = {}
    for settings, headline, state in TROUBLES.values():
        name = next(names)
        farm.set(name, **settings)
        headlines[name] = (state, headline)
    reset, moved, disabled, gone, off, closed, good = names
    lab.reset_password(reset)
    headlines[reset] = ("failed", "it is broken: the domain refuses the machine's secret (ERROR_ACCESS_DENIED, 5)")
    change = f"dn: CN={moved},{lab.staging_ou}\nchangetype: modrdn\nnewrdn: CN={moved}\ndeleteoldrdn: 1\n"
    lab.ldap(["ldapmodify"], "administrator", input=change + f"newsuperior: CN=Computers,{lab.base_dn}\n")
    headlines[moved] = ("failed", f"its account is in CN=Computers,{lab.base_dn}, not in {lab.staging_ou} or ")
    change = f"dn: CN={disabled},{lab.staging_ou}\nchangetype: modify\nreplace: userAccountControl\n"
    lab.ldap(["ldapmodify"], "administrator", input=change + "userAccountControl: 4098\n")
    headlines[disabled] = ("failed", f"CN={disabled},{lab.staging_ou} is disabled")
    branch.delete(f"CN={gone},{lab.staging_ou}")
    headlines[gone] = ("failed", f"the directory has no account {gone}$ that the login can see")
    farm.switch_off(off)
    headlines[off] = ("pending", "in the phase domain cannot be reached (")
    headlines[closed] = ("failed", "in the phase domain the login was refused (")
    wrong = branch.names[[*TROUBLES].index("clock")]
    for name in (wrong, off, closed):
        branch.host_variables[name] |= phases(branch, name, "ansible_user", domain="rollout@CORP.EXAMPLE")
    branch.host_variables[closed] |= phases(branch, closed, "ansible_port", site=9)
    serial = farm.state(good)["machine_sid"]
    farm.set(reset, machine_sid=serial)

    done = branch.play("accept")
    assert done.returncode == 2, done.stdout
    report = branch.report()
    assert report.pop(good) == DONE
    for name, (state, headline) in headlines.items():
        note = report[name]
        assert (note["stage"], note["state"]) == ("verify", state), note
        assert note["headline"].startswith(f"{name}: {headline}"), note
        assert not farm.calls(name, "win_machine_password")
    assert set(report) == set(headlines)
    assert re.search(r"refused \(.+\); in the phase site cannot be reached \(.+; correct", report[closed]["headline"])
    assert re.search(r"reached \(.+\); in the phase site cannot be reached \(.+; run again", report[off]["headline"])
    assert f"{reset}, {good} have one machine SID" in done.stdout
    # What is printed of a machine is its headline and what else is not well, and nothing of what is.
    astray = branch.names[[*TROUBLES].index("wrong DNS")]
    also = "; hand out 192.0.2.10 by DHCP or set them on the adapter\\nfail domain_controller: it finds no domain"
    assert re.search(rf"^fatal: \[{astray}\]: FAILED! => .*{re.escape(also)}", done.stdout, re.M), done.stdout
    assert "verdict" not in done.stdout
    assert organizational_unit(branch, good) == lab.production_ous[0]
    assert organizational_unit(branch, reset) == lab.staging_ou


def test_recovery_password_in_the_directory(members: Callable[[int], Branch], farm: TwinFarm) -> None:
    """A machine whose recovery object the issuing login does not see is told to write it, once, and a later run sees
    it; one that no policy lets do so is left alone."""
    branch = members(3)
    escrowed, bare, refused = branch.names
    for name in branch.names:
        farm.set(name, bitlocker=[ENCRYPTED])
    farm.set(refused, bitlocker_backup_status=1)
    escrow(branch, escrowed)
    branch.account = "issue"
    playbook = branch.directory / "verify.yml"
    playbook.write_text(
        "- hosts: all\n  gather_facts: false\n  module_defaults:\n    group/adops.offline_join.directory:\n"
        "      server: '{{ offline_join_server }}'\n      ca_cert: '{{ offline_join_ca_cert }}'\n"
        "      username: '{{ offline_join_username }}'\n  roles:\n    - role: adops.offline_join.membership_verify\n"
        "      membership_verify_domain: corp.example\n      membership_verify_secure_logging: false\n"
    )
    predicted = branch.play(str(playbook), "--check")
    assert recovery_passwords(branch, bare) == []
    done = branch.play(str(playbook), "-vvv")
    for first in (predicted, done):
        assert re.search(rf"^{escrowed} .*failed=0", first.stdout, re.M), first.stdout
        assert f"{bare}: no recovery password of an encrypted volume is seen in the directory" in first.stdout
    assert f"{refused}: {{{GUID}}} was not backed up: no policy asks for it (S_FALSE, 1)" in done.stdout
    [written] = recovery_passwords(branch, bare)
    assert recovery_passwords(branch, refused) == []
    again = branch.play(str(playbook), "-vvv", "--limit", f"{escrowed},{bare}")
    assert again.returncode == 0, again.stdout
    assert changed(again) == {escrowed: 0, bare: 0}
    assert recovery_passwords(branch, bare) == [written]
    backups = {name: [one["check_mode"] for one in farm.calls(name, "win_bitlocker_backup")] for name in branch.names}
    assert backups == {escrowed: [], bare: [True, False], refused: [True, False]}
    assert not any(secret in run.stdout for secret in ("111111-222222", written) for run in (done, again))


def escrow(branch: Branch, name: str) -> None:
    """What a machine writes of the protector of ``ENCRYPTED``."""
    branch.add(
        f"CN=2026-11-21T04:23:31-00:00{{{GUID}}},CN={name},{branch.lab.staging_ou}",
        {"objectClass": ["msFVE-RecoveryInformation"], "msFVE-RecoveryPassword": ["111111-222222"],
         "msFVE-RecoveryGuid": ["0123456789abcdef"]},
    )  # fmt: skip


def recovery_passwords(branch: Branch, name: str) -> list[str]:
    """What is below a machine's account, as ldbsearch sees it."""
    kind = "(objectClass=msFVE-RecoveryInformation)"
    found = branch.lab.search(kind, ["msFVE-RecoveryPassword"], base=f"CN={name},{branch.lab.staging_ou}")
    return [one["msFVE-RecoveryPassword"][0] for one in found]


@pytest.mark.thorough
def test_promotion_stops(members: Callable[[int], Branch], farm: TwinFarm) -> None:
    """Refused where the policy that connects the machine does not reach production, or it leaves the scope; after the
    second failure nobody else is moved."""
    branch = members(4)
    branch.variables["offline_join_keep_policies"] = ["DirectAccess Clients"]
    branch.variables["offline_join_most_failures"] = 2
    assert branch.play("accept", "-e", "offline_join_wave_size=2").returncode == 2
    report = branch.report()
    first, second, *others = branch.names
    for name in (first, second):
        assert (report[name]["stage"], report[name]["state"]) == ("promote", "failed")
        assert "the policy DirectAccess Clients does not reach it" in report[name]["headline"]
    for name in others:
        assert (report[name]["stage"], report[name]["state"]) == ("promote", "pending")
        assert "too many machines before it failed" in report[name]["headline"]
    branch.variables["offline_join_keep_policies"] = ["Default Domain Policy"]
    branch.variables["offline_join_sync_scope"] = [branch.lab.staging_ou]
    assert branch.play("accept", "--limit", first).returncode == 2
    assert "directory synchronisation" in branch.report()[first]["headline"]
    assert {organizational_unit(branch, name) for name in branch.names} == {branch.lab.staging_ou}
    branch.variables["offline_join_sync_scope"] = [branch.lab.staging_ou, f"OU=Production,{branch.lab.base_dn}"]
    assert branch.play("accept").returncode == 0
    assert {organizational_unit(branch, name) for name in branch.names} == {branch.lab.production_ous[0]}


@pytest.mark.thorough
def test_local_account_that_is_refused(members: Callable[[int], Branch], farm: TwinFarm) -> None:
    """Over the connection of the phase domain, before anything is moved, and named as the cause it is."""
    branch = members(2)
    refused, accepted = branch.names
    domain = {refused: "Setup", accepted: "rollout@CORP.EXAMPLE"}
    for name in branch.names:
        farm.set(name, users={"Administrator": farm.password, "rollout": "Rollout-1"})
        branch.host_variables[name] |= {
            "logins": {"site": ["Administrator", farm.password], "domain": [domain[name], "Rollout-1"]},
            "ansible_user": "{{ logins[offline_join_phase | default('site')][0] }}",
            "ansible_password": "{{ logins[offline_join_phase | default('site')][1] }}",
        }
    assert branch.play("accept").returncode == 2
    report = branch.report()
    assert report[accepted] == DONE
    assert (report[refused]["stage"], report[refused]["state"]) == ("retire", "failed")
    assert report[refused]["headline"].startswith(f"{refused}: the machine refuses the local account Setup: policies")
    assert organizational_unit(branch, refused) == branch.lab.staging_ou
    assert {one["user"] for one in farm.calls(accepted, "win_policy_refresh")} == {"rollout@CORP.EXAMPLE"}


@pytest.mark.thorough
def test_way_back(members: Callable[[int], Branch], farm: TwinFarm) -> None:
    """By somebody who may; the owner stays, so the issuing account gets nothing back."""
    branch = members(1)
    [name] = branch.names
    assert branch.play("accept").returncode == 0
    branch.account = "administrator"
    playbook = branch.directory / "back.yml"
    playbook.write_text(
        "- hosts: all\n  gather_facts: false\n  module_defaults:\n    group/adops.offline_join.directory:\n"
        "      server: '{{ offline_join_server }}'\n      ca_cert: '{{ offline_join_ca_cert }}'\n"
        "      username: '{{ offline_join_username }}'\n      allow_tier0: true\n  roles:\n"
        "    - role: adops.offline_join.computer_promote\n      computer_promote_domain: corp.example\n"
        "      computer_promote_back: true\n      computer_promote_path: '{{ offline_join_staging_ou }}'\n"
    )
    assert branch.play(str(playbook)).returncode == 0
    assert organizational_unit(branch, name) == branch.lab.staging_ou
    assert may(branch.lab, f"CN={name},{branch.lab.staging_ou}") == {"reset": False, "permit": False, "delete": False}


def test_everybody_is_off(members: Callable[[int], Branch], farm: TwinFarm) -> None:
    branch = members(2)
    for name in branch.names:
        farm.switch_off(name)
    done = branch.play("accept")
    assert done.returncode == 0
    assert {note["state"] for note in branch.report().values()} == {"pending"}
    assert "2 machines: 2 pending" in done.stdout
    assert branch.play("accept", "--limit", branch.names[1]).returncode == 0
    assert set(branch.report()) == {branch.names[1]}


def test_whoever_was_asked_is_in_the_report(members: Callable[[int], Branch]) -> None:
    """A machine that failed before the first stage, so that no stage has seen it, is neither lost nor done."""
    branch = members(2)
    lost, good = branch.names
    playbook = branch.directory / "interrupted.yml"
    playbook.write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.assert:\n"
        f"        that: inventory_hostname != '{lost}'\n"
        "- ansible.builtin.import_playbook: adops.offline_join.accept\n"
    )
    done = branch.play(str(playbook))
    assert done.returncode == 2
    report = branch.report()
    assert report[good] == DONE
    assert report[lost]["state"] == "failed", done.stdout
    assert report[lost]["headline"].startswith(f"{lost}: it was asked and did not answer")


@pytest.fixture
def pair(pair: Lab) -> Iterator[Lab]:
    """Two domain controllers that replicate again, wherever a test stops that lets one lag behind."""
    yield pair
    pair.as_administrator([*DSA_OPTIONS, "--dsa-option=-DISABLE_INBOUND_REPL"])


@pytest.mark.thorough
def test_move_that_the_machines_own_controller_does_not_have(pair: Lab, tmp_path: Path) -> None:
    """Pending, and not restarted into the old policy; finished by the run after replication has come through."""
    name = f"V{secrets.token_hex(3).upper()}-01"
    branch = Branch(pair, tmp_path, (name,))
    production = pair.production_ous[0]
    branch.variables |= {
        "offline_join_rename": "follow_package",
        "offline_join_domain": pair.domain,
        "offline_join_production_ou": production,
    }
    with TwinFarm(pair) as farm:
        farm.start([name])
        branch.twins(farm)
        assert "failed" not in branch.issue()
        pair.replicate()
        assert branch.play("join").returncode == 0
        [conf] = [one for one in farm.directory.rglob("smb.conf") if name in one.read_text()]
        conf.write_text(conf.read_text().replace("[global]", f"[global]\npassword server = {pair.second_server}"))
        farm.set(name, network=True, registry={POLICY_STATE: ["REG_SZ", f"CN={name},{pair.staging_ou}"]},
                 policy_registry={POLICY_STATE: ["REG_SZ", f"CN={name},{production}"]})  # fmt: skip
        branch.account = "promote"
        pair.as_administrator([*DSA_OPTIONS, "--dsa-option=+DISABLE_INBOUND_REPL"])
        boots = restarts(farm, name)
        done = branch.play("accept")
        assert done.returncode == 0, done.stdout
        note = branch.report()[name]
        assert (note["stage"], note["state"]) == ("promote", "pending"), note
        # Which of the two Samba changed the password on is its own choice.
        headline = note["headline"].replace("its password, ", "")
        late = f"its place (still CN={name},{pair.staging_ou})"
        assert headline == f"{name}: not yet replicated to {pair.second_server}: {late}; run again later"
        assert organizational_unit(branch, name) == production
        assert not farm.calls(name, "win_policy_refresh")
        assert restarts(farm, name) == boots

        pair.as_administrator([*DSA_OPTIONS, "--dsa-option=-DISABLE_INBOUND_REPL"])
        pair.replicate()
        done = branch.play("accept")
        assert done.returncode == 0, done.stdout
        assert branch.report() == {name: DONE}, done.stdout
        assert restarts(farm, name) == boots + 1
        assert len(farm.calls(name, "win_machine_password")) == 1
