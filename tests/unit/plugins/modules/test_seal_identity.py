# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""seal_identity as Ansible runs it: what it makes, what it keeps, and that it never overwrites."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import (
    Identity,
    Purpose,
    load_certificates,
    load_identity,
    make_identity,
    to_pem,
)

MODULE = "ansible_collections.adops.offline_join.plugins.modules.seal_identity"
PASSPHRASE = "kV7-mQ2_zT9+wR4"
NOW = datetime.now(UTC)


class Place:
    """A directory for one identity, and the module run on it."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory = directory
        self.key_file = directory / "issuer.pem"
        self.certificate_file = directory / "issuer.crt"
        self._capsys = capsys

    def arguments(self, **options: Any) -> dict[str, Any]:
        given = {
            "name": "Issuer",
            "purpose": "issuer",
            "key_file": str(self.key_file),
            "certificate_file": str(self.certificate_file),
            "passphrase": PASSPHRASE,
        }
        return {name: value for name, value in (given | options).items() if value is not None}

    def run(self, **options: Any) -> dict[str, Any]:
        with patch_module_args(self.arguments(**options)), pytest.raises(SystemExit):
            runpy.run_module(MODULE, run_name="__main__")
        printed = self._capsys.readouterr()
        assert PASSPHRASE not in printed.out + printed.err
        assert "PRIVATE KEY" not in printed.out + printed.err
        answer: dict[str, Any] = json.loads(printed.out)
        return answer

    def run_apart(self, before: str = "pass") -> dict[str, Any]:
        """In a process of its own, after the statement ``before``."""
        code = f"import sys, runpy; {before}; runpy.run_module({MODULE!r}, run_name='__main__')"
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": self.arguments()}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def refusal(self, **options: Any) -> str:
        """The sentence of a run that must change nothing."""
        before = self.contents()
        answer = self.run(**options)
        assert answer.get("failed"), answer
        assert self.contents() == before
        return str(answer["msg"])

    def contents(self) -> dict[str, tuple[bytes, int]]:
        return {file.name: (file.read_bytes(), file.stat().st_mode & 0o777) for file in self.directory.iterdir()}

    def identity(self) -> Identity:
        return load_identity(self.key_file.read_bytes(), PASSPHRASE, "key_file")

    def put(self, identity: Identity) -> None:
        self.key_file.write_bytes(to_pem(identity, PASSPHRASE))
        self.key_file.chmod(0o600)


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    return Place(tmp_path, capsys)


def made(**options: Any) -> Identity:
    given: dict[str, Any] = {"days": 30, "now": NOW, "key_size": 2048}
    name, purpose = options.pop("name", "Issuer"), options.pop("purpose", Purpose.ISSUER)
    return make_identity(name, purpose, **given | options)


class TestMaking:
    @pytest.mark.parametrize("form", ["pem", "pkcs12"])
    def test_an_issuer(self, place: Place, form: str) -> None:
        answer = place.run(format=form, days=100)
        identity = place.identity()
        assert answer["changed"]
        assert answer["fingerprint"] == identity.fingerprint
        assert answer["subject"] == "CN=Issuer"
        assert answer["not_after"] == f"{identity.certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}"
        assert abs(identity.certificate.not_valid_after_utc - NOW - timedelta(days=100)) < timedelta(minutes=10)
        assert place.key_file.read_bytes().startswith(b"-----BEGIN ENC" if form == "pem" else b"\x30")
        [certificate] = load_certificates(place.certificate_file.read_bytes(), "certificate_file")
        assert certificate == identity.certificate
        assert {mode for _content, mode in place.contents().values()} == {0o600}
        assert sorted(place.contents()) == ["issuer.crt", "issuer.pem"]

    def test_a_recipient_with_a_longer_key(self, place: Place) -> None:
        place.run(purpose="recipient", key_size=4096)
        assert place.identity().key.key_size == 4096
        assert "is not made for signing" in place.refusal(purpose="issuer")

    def test_its_diff_tells_files_and_no_secret(self, place: Place) -> None:
        [key, certificate] = place.run(_ansible_diff=True)["diff"]
        assert (key["after_header"], key["before"]) == (str(place.key_file), "absent\n")
        assert key["after"] == "pem of issuer Issuer, 730 days\n"
        assert certificate["after_header"] == str(place.certificate_file)

    def test_the_passphrase_from_the_environment(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OFFLINE_JOIN_SEAL_PASSPHRASE", PASSPHRASE)
        answer = place.run(passphrase=None)
        assert answer["changed"]
        assert answer["fingerprint"] == place.identity().fingerprint

    def test_check_mode(self, place: Place) -> None:
        answer = place.run(_ansible_check_mode=True)
        assert answer["changed"]
        assert "fingerprint" not in answer
        assert place.contents() == {}


class TestKeeping:
    def test_a_second_run(self, place: Place) -> None:
        first = place.run()
        before = place.contents()
        second = place.run(days=9, key_size=4096, format="pkcs12")
        assert not second["changed"]
        assert second["fingerprint"] == first["fingerprint"]
        assert place.contents() == before

    def test_a_run_that_was_killed_between_its_two_files(self, place: Place) -> None:
        fingerprint = place.run()["fingerprint"]
        certificate = place.certificate_file.read_bytes()
        place.certificate_file.unlink()
        assert place.run(_ansible_check_mode=True)["changed"]
        assert not place.certificate_file.exists()
        answer = place.run()
        assert (answer["changed"], answer["fingerprint"]) == (True, fingerprint)
        assert place.certificate_file.read_bytes() == certificate

    def test_a_key_that_others_could_read(self, place: Place) -> None:
        place.run()
        place.key_file.chmod(0o644)
        answer = place.run(_ansible_check_mode=True)
        assert answer["changed"]
        assert place.key_file.stat().st_mode & 0o777 == 0o644
        # in this process Ansible may take itself for a controller, which prints its warnings
        answer = place.run_apart()
        assert answer["changed"]
        assert "could be read by others (mode 0644)" in json.dumps(answer["warnings"])
        assert place.key_file.stat().st_mode & 0o777 == 0o600
        assert not place.run()["changed"]

    def test_a_certificate_that_was_given_to_all(self, place: Place) -> None:
        place.run()
        place.certificate_file.chmod(0o644)
        assert not place.run()["changed"]


class TestRefusals:
    def test_another_passphrase(self, place: Place) -> None:
        place.put(made())
        sentence = place.refusal(passphrase="another passphrase")
        assert "the passphrase is wrong" in sentence
        assert "another passphrase" not in sentence

    def test_another_name(self, place: Place) -> None:
        place.put(made(name="Somebody"))
        assert "holds the identity of CN=Somebody, not of Issuer" in place.refusal()

    def test_another_purpose(self, place: Place) -> None:
        place.put(made(purpose=Purpose.RECIPIENT))
        assert "its key usage lacks digitalSignature" in place.refusal()

    def test_expired(self, place: Place) -> None:
        place.put(made(now=NOW - timedelta(days=31)))
        sentence = place.refusal()
        assert "expired at" in sentence
        assert "Keep these files" in sentence

    def test_a_certificate_without_its_key(self, place: Place) -> None:
        place.certificate_file.write_text("whatever")
        assert "is there, but not its key" in place.refusal()
        assert "is there, but not its key" in place.refusal(_ansible_check_mode=True)

    @pytest.mark.parametrize("content", ["whatever", None], ids=["no certificate", "another certificate"])
    def test_another_certificate(self, place: Place, content: str | None) -> None:
        place.run()
        if content is None:
            other = {name: str(place.directory / name) for name in ("key_file", "certificate_file")}
            place.run(**other)
            Path(other["certificate_file"]).replace(place.certificate_file)
        else:
            place.certificate_file.write_text(content)
        assert str(place.certificate_file) in place.refusal()

    def test_no_identity_in_the_key_file(self, place: Place) -> None:
        place.key_file.write_text("my only copy of something")
        assert "holds 0 private keys" in place.refusal()
        place.key_file.write_bytes(bytes(1024 * 1024 + 1))
        assert "has more than 1048576 bytes" in place.refusal()

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ({"passphrase": "short"}, "fewer than 12 characters"),
            ({"key_file": "issuer.pem"}, "issuer.pem is relative"),
            ({"key_file": "/nonexistent/issuer.pem"}, "/nonexistent is no directory"),
            ({"days": 0}, "cannot be valid for 0 days"),
            ({"name": ""}, "1 to 64 printable characters"),
            ({"purpose": "both"}, "must be one of: issuer, recipient"),
        ],
        ids=["passphrase", "relative", "no directory", "days", "name", "purpose"],
    )
    def test_options(self, place: Place, options: dict[str, Any], sentence: str) -> None:
        assert sentence in place.refusal(**options)

    def test_one_file_for_both(self, place: Place) -> None:
        sentence = place.refusal(certificate_file=f"{place.directory}/../{place.directory.name}/issuer.pem")
        assert "cannot be both files" in sentence

    def test_a_directory_in_the_place_of_a_file(self, place: Place) -> None:
        inner = place.directory / "inner"
        inner.mkdir()
        answer = place.run(key_file=str(inner))
        assert answer["failed"]
        assert str(inner) in answer["msg"]
        assert "name files that you may read and write" in answer["msg"]


@pytest.mark.parametrize("library", ["cryptography", "asn1crypto"])
def test_without_a_library(place: Place, library: str) -> None:
    """An entry of None makes an import fail as if the library were not installed."""
    answer = place.run_apart(f"sys.modules[{library!r}] = None")
    assert answer["failed"]
    assert f"Failed to import the required Python library ({library}" in answer["msg"]
    assert place.contents() == {}
