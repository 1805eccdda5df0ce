# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""field_kit as an action: what lies on the stick or in the zip file, and why something does not."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.adops.offline_join.plugins.action import field_kit
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Claims
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit import manifest as manifests
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Identity, Purpose
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.modules.field_kit import DOCUMENTATION
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions

NOW = datetime.now(UTC).replace(microsecond=0)
PASSPHRASE = "Correct-Horse-7-Battery"


@cache
def identity(name: str, purpose: Purpose = Purpose.ISSUER) -> Identity:
    return identities.make_identity(name, purpose, days=90, now=NOW, key_size=2048)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys, and the sealed packages of PC-1 and PC-2 with their issue records."""
    monkeypatch.setenv("OFFLINE_JOIN_SEAL_PASSPHRASE", PASSPHRASE)
    (tmp_path / "issuer.pem").write_bytes(identities.to_pem(identity("Issuer"), PASSPHRASE))
    recipient = identity("Kit", Purpose.RECIPIENT)
    (tmp_path / "kit.p12").write_bytes(identities.to_pkcs12(recipient, PASSPHRASE))
    (tmp_path / "kit.crt").write_bytes(identities.certificate_to_pem(recipient.certificate))
    (tmp_path / "issuer.crt").write_bytes(identities.certificate_to_pem(identity("Issuer").certificate))
    (tmp_path / "packages").mkdir()
    for name in ("PC-1", "PC-2"):
        issue(tmp_path / "packages", name)
    return tmp_path


def issue(folder: Path, name: str) -> None:
    package = f"package of {name}".encode()
    claims = Claims(
        machine=name,
        domain="corp.example",
        serial_number=None,
        issued=NOW,
        expires=NOW + timedelta(days=30),
        ledger_id=None,
        package_sha256=hashlib.sha256(package).hexdigest(),
        object_guid="0a0b0c0d-0e0f-1011-1213-141516171819",
        sid="S-1-5-21-1-2-3-1103",
        password_last_set=1,
        key_version=2,
    )
    recipient = identity("Kit", Purpose.RECIPIENT).certificate
    sealed = sealing.seal(package, claims, identity("Issuer"), [recipient], now=NOW)
    record = IssueRecord(
        machine=name,
        domain="corp.example",
        distinguished_name=f"CN={name},DC=corp,DC=example",
        issued=NOW.isoformat(),
        package_sha256=claims.package_sha256,
        sealed_sha256=hashlib.sha256(sealed).hexdigest(),
        expires=claims.expires.isoformat(),
    )
    (folder / f"{name}.sealed").write_bytes(sealed)
    (folder / f"{name}.issue.json").write_text(record.to_json())


@pytest.fixture
def make(place: Path) -> Callable[..., dict[str, Any]]:
    def run(*names: str, check: bool = False, **options: Any) -> dict[str, Any]:
        arguments = {
            "machines": [{"name": name} for name in names or ("PC-1", "PC-2")],
            "packages": str(place / "packages"),
            "dest": str(place / "stick"),
            "issuer_key": str(place / "issuer.pem"),
            "recipient_key": str(place / "kit.p12"),
            "recipient_certificate": str(place / "kit.crt"),
        }
        answer: dict[str, Any] = actions.make(field_kit.ActionModule, arguments | options, check_mode=check).run(
            task_vars={}
        )
        return answer

    return run


def manifest(content: bytes) -> dict[str, Any]:
    return manifests.read(content, [identity("Issuer").certificate], NOW)


def test_options_are_the_documented_ones() -> None:
    documented, taken = actions.options(DOCUMENTATION), actions.spec(field_kit.ARGUMENT_SPEC)
    machines = documented["machines"].pop("suboptions")
    taken_of_machines = taken["machines"].pop("options")
    assert documented == taken
    assert {name: {**one, "description": None} for name, one in machines.items()} == {
        name: {**one, "description": None} for name, one in taken_of_machines.items()
    }
    assert actions.secrets(field_kit.ARGUMENT_SPEC) == {"issuer_passphrase"}


def test_a_stick_and_a_second_run(make: Callable[..., dict[str, Any]], place: Path) -> None:
    predicted = make(check=True)
    assert predicted["changed"]
    assert not (place / "stick").exists()
    first = make(branch="Berlin")
    assert predicted["changed_files"] == first["changed_files"]
    assert {name: one["changed"] for name, one in first["machines"].items()} == {"PC-1": True, "PC-2": True}
    stick = place / "stick"
    told = manifest((stick / "manifest.cms").read_bytes())
    assert (told["kit"], told["branch"]) == (first["kit"]["id"], "Berlin")
    assert [one["file"] for one in told["packages"]] == ["packages/PC-1.sealed", "packages/PC-2.sealed"]
    assert first["kit"]["script_sha256"] == hashlib.sha256((stick / "Join-Domain.ps1").read_bytes()).hexdigest()
    assert (stick / "recipient.p12").read_bytes() == (place / "kit.p12").read_bytes()
    assert {file.stat().st_mode & 0o777 for file in stick.rglob("*") if file.is_file()} == {0o600}
    again = make(branch="Berlin")
    assert (again["changed"], again["changed_files"], again["kit"]) == (False, [], first["kit"])


def test_what_somebody_changed_is_written_again(make: Callable[..., dict[str, Any]], place: Path) -> None:
    first = make()
    (place / "stick" / "Join-Domain.ps1").write_text("Remove-Item C:\\ -Recurse")
    again = make()
    assert again["changed_files"] == ["Join-Domain.ps1"]
    assert again["kit"] == first["kit"]


def test_another_list_is_another_kit(make: Callable[..., dict[str, Any]], place: Path) -> None:
    """Packages that are not on it any more go; receipts stay."""
    first = make()
    receipts = place / "stick" / "receipts" / "field-kit-1.jsonl"
    receipts.parent.mkdir()
    receipts.write_text("kept")
    again = make("PC-2")
    assert again["kit"]["id"] != first["kit"]["id"]
    assert "packages/PC-1.sealed" in again["changed_files"]
    assert [file.name for file in (place / "stick" / "packages").iterdir()] == ["PC-2.sealed"]
    assert receipts.read_text() == "kept"


def test_a_zip_file(make: Callable[..., dict[str, Any]], place: Path) -> None:
    file = place / "kits" / "berlin.zip"
    first = make(dest=str(file))
    with zipfile.ZipFile(file) as kit:
        names = kit.namelist()
        assert manifest(kit.read("manifest.cms"))["kit"] == first["kit"]["id"]
    assert sorted(names) == first["changed_files"]
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    assert not make(dest=str(file))["changed"]
    assert make("PC-1", dest=str(file))["changed"]
    assert file.read_bytes() != before
    with zipfile.ZipFile(file) as kit:
        assert "packages/PC-2.sealed" not in kit.namelist()


def test_the_same_content_is_the_same_script(make: Callable[..., dict[str, Any]], place: Path) -> None:
    one, other = make("PC-1"), make("PC-2", dest=str(place / "other"), branch="Hamburg")
    assert one["kit"]["id"] != other["kit"]["id"]
    assert one["kit"]["script_sha256"] == other["kit"]["script_sha256"]


def test_who_cannot_be_packed_keeps_no_other_back(make: Callable[..., dict[str, Any]], place: Path) -> None:
    record = place / "packages" / "PC-1.issue.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"expires": "2026-01-01T00:00:00+00:00"}))
    answer = make("PC-1", "PC-2", "PC-3")
    assert answer["failed"]
    assert answer["msg"].startswith("2 of 3 machines: ")
    assert answer["machines"]["PC-1"]["error"].startswith("PC-1: its package expired at 2026-01-01")
    assert answer["machines"]["PC-3"]["error"].endswith("No such file or directory; issue its package first")
    assert [file.name for file in (place / "stick" / "packages").iterdir()] == ["PC-2.sealed"]


def test_where_none_can_be_packed_there_is_no_kit(make: Callable[..., dict[str, Any]], place: Path) -> None:
    answer = make("PC-8", "PC-9")
    assert answer["failed"]
    assert not answer["changed"]
    assert not (place / "stick").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"dest": "stick"}, "dest stick is relative"),
        ({"recipient_key": "issuer.pem"}, "is no PKCS #12 file"),
        ({"recipient_key": "nothing.p12"}, "cannot be read or decrypted"),
        ({"recipient_certificate": "issuer.crt"}, "lacks keyEncipherment"),
        ({"issuer_key": "kit.p12"}, "not made for signing"),
        ({"trusted_issuers": ["kit.crt"]}, "by their own certificates, never a CA"),
        ({"issuer_passphrase": "wrong-wrong-wrong"}, "the passphrase is wrong"),
    ],
)
def test_what_cannot_be_a_kit(
    make: Callable[..., dict[str, Any]], place: Path, options: dict[str, Any], sentence: str
) -> None:
    given = {
        name: [str(place / one) for one in value]
        if isinstance(value, list)
        else value
        if name in ("dest", "issuer_passphrase")
        else str(place / value)
        for name, value in options.items()
    }
    with pytest.raises(AnsibleActionFail, match=sentence) as refused:
        make(**given)
    assert PASSPHRASE not in str(refused.value)
    assert "wrong-wrong" not in str(refused.value)
    assert not (place / "stick").exists()


def test_a_chain_is_no_key_of_a_kit(make: Callable[..., dict[str, Any]], place: Path) -> None:
    """Which of two certificates the machine would be asked for, nobody could tell."""
    both = place / "both.crt"
    both.write_bytes((place / "kit.crt").read_bytes() + (place / "issuer.crt").read_bytes())
    with pytest.raises(AnsibleActionFail, match=r"both\.crt holds 2 certificates; name the one of the kit's key"):
        make(recipient_certificate=str(both))
    assert not (place / "stick").exists()


def test_a_stick_that_takes_no_file(make: Callable[..., dict[str, Any]], place: Path) -> None:
    """What of the earlier kit could not be replaced stays until all of the new one is there."""
    make()
    (place / "stick" / f".{field_kit.kit_files.MANIFEST}.unfinished").mkdir()
    with pytest.raises(AnsibleActionFail, match=r"Is a directory; name files and a directory that you may use"):
        make("PC-1")
    assert len([*(place / "stick").rglob("*.sealed")]) == 2


def test_it_needs_the_libraries_of_seals(make: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "missing", lambda: ("asn1crypto>=1.5.1", "Traceback"))
    with pytest.raises(
        AnsibleActionFail, match=r"a field kit needs asn1crypto>=1\.5\.1; install it on the control node"
    ):
        make()
