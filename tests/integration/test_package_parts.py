# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What packages bring along beside the join, with Samba as the decoder and as the machine; and composed packages."""

from __future__ import annotations

import base64
import difflib
import json
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import authority_samples as pki

from tests.integration.branch import Branch
from tests.lab import Lab

LOCAL_MACHINE = 0x20000
ROOT, OLD = pki.certificate("Corp Root"), pki.expired()
ISSUING = pki.certificate("Corp Issuing", "Corp Root")
PARTNER = pki.certificate("Partner Root")
PLACEHOLDER = b"\0"
COMPOSE = "ansible_collections.adops.offline_join.plugins.modules.package_compose"
# Where Samba's own encoder differs from Windows and from us: it takes lpMachinePassword's referent for a pad.
SAMBA_PAD = 0x5C


def in_words(certificate: Any) -> dict[str, Any]:
    subject, issuer = certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string()
    not_after = f"{certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}"
    return {"subject": subject, "issuer": issuer, "not_after": not_after, "sha256": pki.fingerprint(certificate)}


def registry_policy(directory: Path) -> Path:
    """A Registry.pol with one number, after MS-GPREG 2.2.1."""
    fields = ["Software\\Policies\\Corp\0", "Level\0"]
    record = "[".encode("utf-16-le") + ";".encode("utf-16-le").join(
        [*(one.encode("utf-16-le") for one in fields), struct.pack("<I", 4), struct.pack("<I", 4), struct.pack("<I", 7)]
    )
    file = directory / "Registry.pol"
    file.write_bytes(b"PReg" + struct.pack("<I", 1) + record + "]".encode("utf-16-le"))
    return file


@pytest.fixture
def published(lab: Lab) -> Iterator[None]:
    """CA certificates in the directory as a CA publishes them: current, former, and one that is a placeholder yet."""
    services = f"CN=Public Key Services,CN=Services,CN=Configuration,{lab.base_dn}"
    places = {
        f"CN=Corp Root,CN=Certification Authorities,{services}": [pki.der(ROOT), pki.der(OLD)],
        f"CN=Corp Issuing,CN=AIA,{services}": [pki.der(ISSUING), pki.der(ROOT)],
        f"CN=Coming,CN=AIA,{services}": [PLACEHOLDER],
    }
    for dn, certificates in places.items():
        values = [f"cACertificate:: {base64.b64encode(one).decode()}" for one in certificates]
        lists = ["authorityRevocationList:: AA==", "certificateRevocationList:: AA=="]
        entry = [f"dn: {dn}", "objectClass: certificationAuthority", *values, *lists, ""]
        lab.ldap(["ldapadd"], "administrator", input="\n".join(entry))
    yield
    for dn in places:
        lab.ldap(["ldapdelete", dn], "administrator")


def dump(structure: str, content: bytes, directory: Path, *options: str) -> str:
    """What Samba's decoder says; with --validate it also encodes again and tells the first difference."""
    file = directory / "structure.bin"
    file.write_bytes(content)
    command = ["ndrdump", "ODJ", f"{structure}_serialized_ptr", "struct", str(file), *options]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    shown = done.stdout.decode(errors="replace")
    assert "dump OK" in shown
    return shown


def require_sound(branch: Branch, name: str, directory: Path) -> None:
    """Samba decodes the package and encodes each part again to the same bytes; a machine without network joins."""
    package = Package.read(branch.package(name).read_bytes())
    shown = dump("ODJ_PROVISION_DATA", package.content, directory, "--validate")
    differs = re.search(r"differ at byte 0x([0-9A-F]+)", shown)
    assert differs is not None
    # Samba 4.17 does not know JOIN4 and drops it, so the lengths differ first.
    joins4 = any(one["name"] == "join4" for one in package.describe()["parts"])
    assert int(differs[1], 16) == (8 if joins4 else SAMBA_PAD)
    nested = samples.nested(package.content)
    for part in nested.keys() & {"join2", "join3", "certificates", "policy"}:
        structure, content = nested[part]
        assert "WARNING" not in dump(structure.IDL_NAME, content, directory, "--validate"), part  # type: ignore[attr-defined]
    member = branch.member(name)
    applied = member.request_offline_join(branch.package(name))
    assert applied.returncode == 0, applied.stderr
    assert member.secure_channel().returncode == 0


def parts_of(branch: Branch, name: str) -> dict[str, dict[str, Any]]:
    answer = branch.module("package_info", {"package": str(branch.package(name)), "server": None})
    shown = json.dumps(answer)
    assert "PRIVATE" not in shown
    assert pki.PASSPHRASE not in shown
    return {part["name"]: part for part in answer["package"]["parts"]}


def test_every_mix_of_parts(make_branch: Callable[[int], Branch], published: None, tmp_path: Path) -> None:
    branch = make_branch(4)
    everything, plain, files, site = branch.names
    (tmp_path / "partner.pem").write_bytes(pki.pem(PARTNER, ISSUING))
    (tmp_path / "pc.p12").write_bytes(pki.client(everything))
    branch.extra_environment["OFFLINE_JOIN_CLIENT_CERTIFICATE_PASSPHRASE"] = pki.PASSPHRASE
    own = {"netbios_name": f"{everything[:9]}-NB", "client_certificate": str(tmp_path / "pc.p12")}
    running = [
        branch.start_issue(
            machines=[{"name": everything, **own}, {"name": plain}],
            root_ca_certificates=True,
            root_ca_files=[str(tmp_path / "partner.pem")],
            site="Lyon",
            persistent_site=True,
            primary_dns_suffix="branch.corp.example",
            policy_paths=[str(registry_policy(tmp_path))],
            join4=True,
        ),
        branch.start_issue(files, root_ca_files=[str(tmp_path / "partner.pem")]),
        branch.start_issue(site, site="Lyon"),
    ]
    answers = [one.finish() for one in running]
    assert [answer.get("failed") for answer in answers] == [None] * 3, answers
    assert pki.PASSPHRASE not in json.dumps(answers)
    [warning] = answers[0]["warnings"]
    assert "CN=Old Root,O=Corp" in str(warning)
    assert "CN=Corp Root,CN=Certification Authorities,CN=Public Key Services" in str(warning)
    for name in branch.names:
        require_sound(branch, name, tmp_path)

    said = parts_of(branch, everything)
    assert list(said) == ["join", "join2", "join3", "join4", "certificates", "policy"]
    join2 = {key: said["join2"][key] for key in ("netbios_name", "site", "persistent_site", "primary_dns_domain")}
    assert join2 == {
        "netbios_name": own["netbios_name"],
        "site": "Lyon",
        "persistent_site": True,
        "primary_dns_domain": "branch.corp.example",
    }
    roots, intermediates = said["certificates"]["stores"]
    assert (roots["location"], roots["name"], roots["fault"]) == (LOCAL_MACHINE, "Root", None)
    assert roots["certificates"] == [in_words(ROOT), in_words(PARTNER)]
    assert (intermediates["location"], intermediates["name"]) == (LOCAL_MACHINE, "CA")
    assert intermediates["certificates"] == [in_words(ISSUING)]
    [key] = said["certificates"]["private_keys"]
    assert key["certificate"] == in_words(pki.client_certificate(everything))
    assert said["policy"]["sources"][0]["elements"][0]["value"] == 7
    others = parts_of(branch, plain)
    assert others["join2"]["netbios_name"] is None
    assert others["certificates"]["private_keys"] == []
    assert others["certificates"]["stores"] == said["certificates"]["stores"]
    assert list(parts_of(branch, files)) == ["join", "join3", "certificates"]
    alone = parts_of(branch, site)
    assert list(alone) == ["join", "join2", "join3"]
    assert (alone["join2"]["site"], alone["join2"]["persistent_site"]) == ("Lyon", False)


def test_role_passes_all_of_it(make_branch: Callable[[int], Branch], published: None, tmp_path: Path) -> None:
    branch = make_branch(2)
    named, unresolved = branch.names
    (tmp_path / "partner.pem").write_bytes(pki.pem(PARTNER))
    (tmp_path / "pc.p12").write_bytes(pki.client(named))
    branch.extra_environment["OFFLINE_JOIN_CLIENT_CERTIFICATE_PASSPHRASE"] = pki.PASSPHRASE
    branch.host_variables = {
        named: {"machine_netbios_name": f"{named[:9]}-NB", "machine_client_certificate": str(tmp_path / "pc.p12")},
        unresolved: {"machine_client_certificate": "{{ nowhere }}"},
    }
    branch.variables = {
        "package_issue_dest": str(branch.dest),
        "package_issue_path": branch.lab.staging_ou,
        "package_issue_seal": "none",
        "package_issue_site": "Lyon",
        "package_issue_persistent_site": True,
        "package_issue_primary_dns_suffix": "branch.corp.example",
        "package_issue_root_ca_certificates": True,
        "package_issue_root_ca_files": [str(tmp_path / "partner.pem")],
    }
    play = {
        "hosts": "all",
        "gather_facts": False,
        "module_defaults": {"group/adops.offline_join.directory": branch.connection()},
        "roles": ["adops.offline_join.package_issue"],
    }
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    done = branch.play(str(tmp_path / "play.yml"))
    assert done.returncode == 2
    assert f"{unresolved}: machine_client_certificate cannot be resolved: {unresolved} cannot be read" in done.stdout
    assert pki.PASSPHRASE not in done.stdout + done.stderr
    said = parts_of(branch, named)
    assert said["join2"]["netbios_name"] == f"{named[:9]}-NB"
    assert (said["join2"]["site"], said["join2"]["persistent_site"]) == ("Lyon", True)
    assert said["join2"]["primary_dns_domain"] == "branch.corp.example"
    assert said["certificates"]["stores"][0]["certificates"] == [in_words(ROOT), in_words(PARTNER)]
    assert said["certificates"]["private_keys"][0]["certificate"] == in_words(pki.client_certificate(named))


def test_bad_input_issues_nothing(make_branch: Callable[[int], Branch], tmp_path: Path) -> None:
    branch = make_branch(3)
    bad, good, third = branch.names
    files = {
        "root.pem": pki.pem(ROOT)[:300],
        "old.pem": pki.pem(OLD),
        "large.der": pki.der(pki.certificate("Large Root", ballast=4 * 1024 * 1024)),
        "keyless.p12": pki.client(bad, with_key=False),
        "pc.p12": pki.client(bad),
    }
    place = {name: str(tmp_path / name) for name in files}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    secret = "Other-8-passphrase-of-nothing"
    branch.extra_environment["OFFLINE_JOIN_CLIENT_CERTIFICATE_PASSPHRASE"] = pki.PASSPHRASE
    lone = {"name": bad}
    twice = [{"name": name, "client_certificate": place["pc.p12"]} for name in (bad, third)]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"root_ca_certificates": True}, "none that this login may read is published in CN=Certification Authorities"),
        ({"root_ca_files": [place["root.pem"]]}, f"{place['root.pem']} holds no certificate that can be read"),
        ({"root_ca_files": [place["old.pem"]]}, "old.pem: the certificate CN=Old Root,O=Corp"),
        ({"root_ca_files": [place["large.der"]]}, f"{bad}: its package is larger than any package"),
        ({"machines": [{**lone, "client_certificate": place["keyless.p12"]}]}, "holds no private key"),
        (
            {"machines": [{**lone, "client_certificate": place["pc.p12"]}], "client_certificate_passphrase": secret},
            f"{bad}: {place['pc.p12']} cannot be read as PKCS #12: the passphrase is wrong",
        ),
    ]  # fmt: skip
    running = [branch.start_issue(**{"machines": [lone], **options}) for options, _refusal in cases]
    for (options, refusal), one in zip(cases, running, strict=True):
        answer = one.finish()
        assert answer.get("failed"), options
        assert refusal in answer["msg"], answer["msg"]
        assert secret not in json.dumps(answer["msg"])
    assert branch.accounts() == {}
    assert not branch.dest.exists() or list(branch.dest.iterdir()) == []

    # One machine's bad certificate keeps no other from its package.
    answer = branch.issue(machines=[*twice, {"name": good}])
    assert answer["failed"]
    assert f"its client certificate {place['pc.p12']} is that of {bad}, too" in answer["machines"][third]["error"]
    assert {name for name, one in answer["machines"].items() if "error" not in one} == {bad, good}
    assert set(branch.accounts()) == {bad, good}


def compose(options: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    """Run package_compose as Ansible would, where there is no network."""
    done = subprocess.run(
        ["unshare", "--net", "--", sys.executable, "-m", COMPOSE],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "_ansible_check_mode": check}}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert options["password"] not in done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def facts_of(package: Package, **others: Any) -> dict[str, Any]:
    """What package_compose has to know to make it again."""
    said = package.describe()
    assert package.join.machine_password is not None
    domain = {key: said["domain"][key] for key in ("dns_name", "netbios_name", "forest_name", "guid")}
    controller = {key: said["domain_controller"][key] for key in ("name", "address", "site", "flags")}
    return {
        "name": said["machine_name"],
        "password": package.join.machine_password.reveal(),
        "sid": package.account_sid,
        "object_guid": "0a0b0c0d-0e0f-1011-1213-141516171819",
        "domain": domain,
        "domain_controller": controller,
        "provision_options": said["options"],
        "seal": "none",
        **others,
    }


def test_composed_package_is_that_of_samba_field_by_field(branch: Branch, tmp_path: Path) -> None:
    """Samba 4.17 cannot compose, so its own provisioning tells the facts, and both packages are read by its decoder."""
    name, file = branch.names[0], tmp_path / "samba.djoin"
    options = [f"domain={branch.lab.domain}", f"machine_name={name}", f"machine_account_ou={branch.lab.staging_ou}"]
    login = ["-A", branch.lab.credentials_file("administrator")]
    branch.lab.run(["net", "offlinejoin", "provision", *options, f"savefile={file}", *login])
    theirs = Package.read(file.read_bytes())
    facts = facts_of(theirs, dest=str(branch.dest))
    assert compose(facts, check=True)["changed"]
    assert not branch.dest.exists()
    answer = compose(facts)
    assert answer["changed"], answer
    ours = Package.read(branch.package(name).read_bytes())
    shown = [dump("ODJ_PROVISION_DATA", one.content, tmp_path).splitlines() for one in (theirs, ours)]
    differing = {line[2:].split(":")[0].strip() for line in difflib.ndiff(*shown) if line[0] in "+-"}
    assert differing == {"_pad"}
    member = branch.member(name)
    applied = member.request_offline_join(branch.package(name))
    assert applied.returncode == 0, applied.stderr
    assert member.secure_channel().returncode == 0
    again = compose(facts)
    assert (again["changed"], again["package_sha256"]) == (False, answer["package_sha256"])
    other = compose({**facts, "password": "Another-4-password-of-the-account"})
    assert other["changed"]


def test_composed_package_is_the_issued_one(branch: Branch, tmp_path: Path) -> None:
    """The same facts, the same bytes; and what was issued is not written over."""
    name = branch.names[0]
    (tmp_path / "partner.pem").write_bytes(pki.pem(PARTNER, ISSUING))
    additions = {"root_ca_files": [str(tmp_path / "partner.pem")], "site": "Lyon", "primary_dns_suffix": "x.example"}
    answer = branch.issue(name, join4=True, **additions)
    issued = Package.read(branch.package(name).read_bytes())
    guid = answer["machines"][name]["object_guid"]
    facts = facts_of(issued, object_guid=guid, join4=True, dest=str(tmp_path / "composed"), **additions)
    composed = compose(facts)
    assert composed["package_sha256"] == answer["machines"][name]["package_sha256"], composed
    refused = compose({**facts, "dest": str(branch.dest), "join4": False})
    assert refused["failed"]
    assert "was issued, not composed, and would be lost" in refused["msg"]
    assert Package.read(branch.package(name).read_bytes()).content == issued.content
