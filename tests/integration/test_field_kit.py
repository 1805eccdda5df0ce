# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A field kit from issued packages to receipts in the ledger; its own C# opens it under mono, and refuses misuse."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities
from ansible_collections.adops.offline_join.plugins.module_utils._rollout._sealing import armour, envelope
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit import rules
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Purpose
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import verified
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from tests.hands.field_kit import KitProof
from tests.integration.branch import Branch

PASSPHRASE = "Correct-Horse-7-Battery"
KIT_PASSPHRASE = "Another-Horse-8-Battery"
DONE = {"state": "done"}


@dataclass
class Kit:
    """A branch whose packages are on a stick; ``serial_numbers`` are by machine name."""

    branch: Branch
    proof: KitProof
    folder: Path
    ledger: Path
    serial_numbers: dict[str, str]
    issuer: str

    def record(self, name: str) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.branch.issue_record(name).read_text())
        return fields

    def scene(self, name: str, **changes: Any) -> dict[str, Any]:
        """The arguments of one opening: the machine of this name with everything right, apart from ``changes``."""
        machine = {
            "Name": "DESKTOP-4711",
            "PendingName": "DESKTOP-4711",
            "SerialNumber": self.serial_numbers[name],
            "DomainRole": 0,
            "Sku": 48,
            "ProductType": 1,
            "Elevated": True,
            "ClockConfirmed": True,
        }
        given = {
            "folder": str(self.folder),
            "rules": rules.table(),
            "issuers": [self.issuer],
            "passphrase": KIT_PASSPHRASE,
            "now": written(datetime.now(UTC)),
            "machine": machine | changes.pop("machine", {}),
        }
        return given | changes

    def receipt(self, folder: Path, name: str, kind: str, kit: str, status: int | None = 0) -> dict[str, Any]:
        record = self.record(name)
        claims = {
            "machine": name,
            "domain": record["domain"],
            "serial_number": self.serial_numbers[name],
            "issued": written(datetime.fromisoformat(record["issued"])),
            "expires": written(datetime.fromisoformat(record["expires"])),
            "package_sha256": record["package_sha256"],
        }
        given = {"Kit": kit, "Branch": "Berlin", "Who": "A. Schmidt", "Experimental": True, "Kind": kind}
        given |= {"Status": status, "Function": "NetRequestProvisioningPackageInstall", "claims": claims}
        return self.scene(name) | given | {"folder": str(folder)}


def written(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> KitProof:
    return KitProof(tmp_path_factory.mktemp("proof"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """issuer, stranger (whom nobody trusts), and berlin, the key of the stick.

    Its PKCS #12 is encrypted with 3DES: mono reads no other, while Windows reads both.
    """
    directory = tmp_path_factory.mktemp("keys")
    now = datetime.now(UTC)
    for name, purpose in (("issuer", Purpose.ISSUER), ("stranger", Purpose.ISSUER), ("berlin", Purpose.RECIPIENT)):
        identity = identities.make_identity(name, purpose, days=90, now=now, key_size=2048)
        (directory / f"{name}.pem").write_bytes(identities.to_pem(identity, PASSPHRASE))
        (directory / f"{name}.crt").write_bytes(identities.certificate_to_pem(identity.certificate))
        (directory / f"{name}.sha256").write_text(identity.fingerprint)
    encryption = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    encryption = encryption.hmac_hash(hashes.SHA1()).build(KIT_PASSPHRASE.encode())
    store = pkcs12.serialize_key_and_certificates(b"berlin", identity.key, identity.certificate, None, encryption)
    (directory / "berlin.p12").write_bytes(store)
    return directory


@pytest.fixture
def kit(make_branch: Callable[[int], Branch], keys: Path, proof: KitProof) -> Kit:
    """Four machines with sealed packages, one without; the kit itself is not made yet."""
    branch = make_branch(5)
    *with_package, _without = branch.names
    serial_numbers = {name: f"PF-{number}-{name}" for number, name in enumerate(branch.names)}
    folder, ledger = branch.directory / "stick", branch.directory / "ledger.db"
    branch.extra_environment["OFFLINE_JOIN_SEAL_PASSPHRASE"] = PASSPHRASE
    issued = branch.issue(
        seal="cms",
        issuer_key=str(keys / "issuer.pem"),
        recipients=[str(keys / "berlin.crt")],
        machines=[{"name": name, "serial_number": serial_numbers[name]} for name in with_package],
    )
    assert "failed" not in issued, issued
    for name in branch.names:
        branch.host_variables[name] = {"machine_serial_number": serial_numbers[name]}
    branch.variables |= {
        "offline_join_kit": str(folder),
        "offline_join_kit_key": str(keys / "berlin.p12"),
        "offline_join_kit_certificate": str(keys / "berlin.crt"),
        "offline_join_issuer_key": str(keys / "issuer.pem"),
        "offline_join_ledger": str(ledger),
        "offline_join_branch": "Berlin",
        "offline_join_contact": "+49 30 1234567",
        "offline_join_receipts": [str(folder / "receipts")],
    }
    return Kit(branch, proof, folder, ledger, serial_numbers, (keys / "issuer.sha256").read_text())


def further() -> x509.Certificate:
    """The certificate of one more recipient."""
    return identities.make_identity(
        "further", Purpose.RECIPIENT, days=9, now=datetime.now(UTC), key_size=2048
    ).certificate


def changed(content: bytes, place: int) -> bytes:
    damaged = bytearray(content)
    damaged[place] = ord("A") if damaged[place] != ord("A") else ord("B")
    return bytes(damaged)


def with_own_digest(sealed: bytes) -> bytes:
    """A sealed package whose text says the SHA-256 that its envelope has now."""
    body = re.search(rb"-----BEGIN CMS-----\n(.*)\n-----END", sealed, re.DOTALL)
    assert body is not None
    digest = hashlib.sha256(base64.b64decode(body[1])).hexdigest()
    return re.sub(rb"SHA-256: [0-9a-f]{64}", f"SHA-256: {digest}".encode(), sealed)


def test_from_stick_to_ledger(kit: Kit, keys: Path) -> None:
    branch, proof = kit.branch, kit.proof
    one, two, three, four, without = branch.names
    done = branch.play("field_kit")
    assert done.returncode == 2, done.stdout
    report = branch.report()
    assert {name: report[name] for name in (one, two, three, four)} == dict.fromkeys((one, two, three, four), DONE)
    assert report[without]["headline"].startswith(f"{without}: ")
    assert "issue its package first" in report[without]["headline"]
    _what_lies_on_the_stick(kit)
    assert [state.state for state in Ledger.open(str(kit.ledger)).states([one, four]).values()] == ["carried"] * 2

    again = branch.play("field_kit", "--limit", f"!{without}")
    assert again.returncode == 0, again.stdout
    assert "changed: [" not in again.stdout.partition("PLAY [Report]")[0]

    _opening(kit, keys, one, two)
    _receipts(kit, proof, one, two, three, four, without)


def _what_lies_on_the_stick(kit: Kit) -> None:
    there = sorted(str(file.relative_to(kit.folder)) for file in kit.folder.rglob("*") if file.is_file())
    packages = [f"packages/{name}.sealed" for name in kit.branch.names[:4]]
    pages = ["instruction-en.html", "instruction-ru.html"]
    issuer = f"issuers/{kit.issuer[:16]}.crt"
    wanted = ["Join-Domain.cmd", "Join-Domain.ps1", "manifest.cms", "recipient.p12", issuer, *pages, *packages]
    assert there == sorted(wanted)
    everything = b"".join((kit.folder / name).read_bytes() for name in there)
    # how a package begins, in plain and as base64
    assert b"\x01\x10\x08\x00\xcc\xcc\xcc\xcc" not in everything
    assert b"ARAIAMzMzM" not in everything
    for secret in (PASSPHRASE, KIT_PASSPHRASE):
        assert secret.encode() not in everything
        assert secret.encode("utf-16-le") not in everything


def _opening(kit: Kit, keys: Path, one: str, two: str) -> None:
    """The right package on the right machine; every misuse alone is refused with its own word."""
    now, number = datetime.now(UTC), kit.serial_numbers[two]
    scenes = {
        kit.record(one)["package_sha256"]: kit.scene(one),
        kit.record(two)["package_sha256"]: kit.scene(two, machine={"SerialNumber": f" {number.lower()} "}),
        "refused passphrase": kit.scene(one, passphrase=KIT_PASSPHRASE[:-1]),
        "refused no_package": kit.scene(one, machine={"SerialNumber": "SOMEBODY ELSE'S"}),
        "other_serial_number": kit.scene(one, machine={"SerialNumber": "SOMEBODY ELSE'S", "Name": one}),
        "expired": kit.scene(one, now=written(now + timedelta(days=31))),
        "clock_before_issue": kit.scene(one, now=written(now - timedelta(hours=1))),
        "clock": kit.scene(one, machine={"ClockConfirmed": False}),
        "domain_controller": kit.scene(one, machine={"DomainRole": 5}),
        "edition": kit.scene(one, machine={"Sku": 101}),
        "refused stranger": kit.scene(one, issuers=[(keys / "stranger.sha256").read_text()]),
    }
    assert kit.proof.run("open", [*scenes.values()]) == [*scenes]

    place = kit.folder / "packages" / f"{one}.sealed"
    sealed = place.read_bytes()
    # From the middle on: before it stands whose key it is, which only locks that one out.
    places = [at for at in range(len(sealed) // 2, len(sealed) - 30, 97) if sealed[at : at + 1].isalnum()]
    for damage in (changed(sealed, places[-1]), sealed[:-1], (kit.folder / f"packages/{two}.sealed").read_bytes()):
        place.write_bytes(damage)
        assert kit.proof.run("open", [kit.scene(one)]) == ["refused changed"]
    place.write_bytes(sealed)

    # Where the manifest is not asked, the package itself tells.
    damages = [changed(sealed, at) for at in places] + [with_own_digest(changed(sealed, at)) for at in places]
    others = [kit.branch.directory / f"damage-{number}" for number in range(len(damages))]
    for other, damage in zip(others, damages, strict=True):
        other.write_bytes(damage)
    answers = kit.proof.run("open", [kit.scene(one, unlisted=str(other)) for other in others])
    assert {*answers[: len(places)]} == {"refused damaged"}
    assert {*answers[len(places) :]} <= {"refused damaged", "refused signature", "refused stranger"}
    # Somebody with the key seals what the issuer signed for himself and for one more.
    berlin = identities.load_identity((keys / "berlin.pem").read_bytes(), PASSPHRASE, "berlin")
    signed = envelope.decrypt(armour.unwrap(sealed), berlin.certificate, berlin.key)
    others[0].write_bytes(armour.wrap(envelope.encrypt(signed, [berlin.certificate, further()])))
    assert kit.proof.run("open", [kit.scene(one, unlisted=str(others[0]))]) == ["refused other_envelope"]
    of_another = str(kit.folder / "packages" / f"{two}.sealed")
    assert kit.proof.run("open", [kit.scene(one, unlisted=of_another)]) == ["other_machine"]

    manifest = kit.folder / "manifest.cms"
    signed = manifest.read_bytes()
    manifest.write_bytes(signed.replace(kit.serial_numbers[one].encode(), kit.serial_numbers[two].encode()))
    assert kit.proof.run("open", [kit.scene(two)]) == ["refused signature"]
    manifest.write_bytes(signed)
    assert kit.proof.run("open", [kit.scene(one)]) == [kit.record(one)["package_sha256"]]


def _receipts(kit: Kit, proof: KitProof, one: str, two: str, three: str, four: str, without: str) -> None:
    """``two`` was refused by Windows, ``three`` was applied from two sticks, of ``four`` there is no receipt."""
    branch, stick, copy = kit.branch, kit.folder / "receipts", kit.branch.directory / "copy"
    proof.run(
        "receipts",
        [
            kit.receipt(stick, one, "delivered", "5d0e21c7", None),
            kit.receipt(stick, one, "applied", "5d0e21c7"),
            kit.receipt(stick, two, "delivered", "5d0e21c7", None),
            kit.receipt(stick, two, "delivered", "5d0e21c7", 2698),
            kit.receipt(stick, three, "applied", "5d0e21c7"),
            kit.receipt(copy, three, "applied", "77777777"),
        ],
    )
    [file] = stick.iterdir()
    genuine = file.read_bytes()
    file.write_bytes(genuine.replace(b'"status":2698', b'"status":0'))
    refused = branch.play("import_receipts")
    assert refused.returncode == 2
    for name in branch.names:
        assert "event 4 of field-kit-5d0e21c7-" in branch.report()[name]["headline"]
    states = Ledger.open(str(kit.ledger)).states
    assert states([one])[one.lower()].state == "carried"

    file.write_bytes(genuine)
    branch.variables["offline_join_receipts"] = [str(stick), str(copy)]
    taken = branch.play("import_receipts")
    assert taken.returncode == 2, taken.stdout
    report = branch.report()
    assert {name: report[name]["state"] for name in branch.names} == {
        one: "done", two: "pending", three: "failed", four: "pending", without: "pending",
    }  # fmt: skip
    assert report[one]["headline"].endswith("by A. Schmidt")
    assert report[two]["headline"].startswith("Windows refused the package: ")
    assert "was used twice: applied by field-kit-" in report[three]["headline"]
    assert report[four]["headline"] == "no receipt of it"
    assert {name: states([name])[name.lower()].state for name in (one, two, three, four)} == {
        one: "applied", two: "carried", three: "conflict", four: "carried",
    }  # fmt: skip
    assert verified(Ledger.open(str(kit.ledger))).valid
