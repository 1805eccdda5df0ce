# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""package_compose as Ansible runs it: the package of Windows again, sealed by default, and wrong facts refused."""

from __future__ import annotations

import dataclasses
import json
import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Purpose
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

MODULE = "ansible_collections.adops.offline_join.plugins.modules.package_compose"
PASSPHRASE = "kV7-mQ2_zT9+wR4"
NOW = datetime.now(UTC)
DOMAIN, CONTROLLER = samples.WINDOWS_DOMAIN, samples.WINDOWS_CONTROLLER
GUID = "0a0b0c0d-0e0f-1011-1213-141516171819"
FACTS: dict[str, Any] = {
    "name": "wurst2",
    "password": samples.SECRET,
    "sid": samples.WINDOWS_ACCOUNT.sid,
    "object_guid": GUID,
    "domain": {"dns_name": DOMAIN.dns_name, "netbios_name": DOMAIN.netbios_name, "guid": str(DOMAIN.guid)},
    "domain_controller": {
        "name": CONTROLLER.name,
        "address": CONTROLLER.address,
        "site": CONTROLLER.site,
        "flags": CONTROLLER.flags,
    },
    "provision_options": 4,
    "seal": "none",
}


class Composer:
    """A directory for packages, and the module run on it."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.dest = directory / "composed"
        self._capsys = capsys

    def run(self, *, check: bool = False, **options: Any) -> dict[str, Any]:
        given = {**FACTS, "dest": str(self.dest), **options, "_ansible_check_mode": check}
        arguments = {name: value for name, value in given.items() if value is not None}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            runpy.run_module(MODULE, run_name="__main__")
        printed = self._capsys.readouterr()
        for form in samples.forms(samples.SECRET):
            assert form not in printed.out + printed.err
        answer: dict[str, Any] = json.loads(printed.out)
        return answer


@pytest.fixture
def composer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Composer:
    return Composer(tmp_path, capsys)


def test_package_of_windows_is_composed_again(composer: Composer) -> None:
    """All of its 1984 bytes but the numbers of pointers, which test_package.py looks at one by one."""
    answer = composer.run()
    assert answer["changed"], answer
    composed = Package.read(Path(answer["package"]).read_bytes())
    password = Password(samples.SECRET)
    assert composed == Package.build(samples.WINDOWS_ACCOUNT, DOMAIN, CONTROLLER, password, options=4)
    assert answer["package_sha256"] == composed.sha256
    record = IssueRecord.from_json(Path(answer["issue_record"]).read_text())
    assert (record.sid, record.object_guid, record.password_last_set) == (FACTS["sid"], GUID, None)


def test_check_then_compose_then_nothing(composer: Composer) -> None:
    predicted = composer.run(check=True)
    assert predicted["changed"]
    assert not composer.dest.exists()
    made = composer.run()
    assert {key: predicted[key] for key in ("package", "package_sha256", "diff")} == {
        key: made[key] for key in ("package", "package_sha256", "diff")
    }
    assert Path(made["package"]).stat().st_mode & 0o777 == 0o600
    assert not composer.run()["changed"]
    assert not composer.run(check=True)["changed"]
    assert composer.run(site="Lyon")["changed"]
    told = Package.read(Path(made["package"]).read_bytes()).describe()
    assert (told["domain_controller"]["client_site"], told["parts"][1]["site"]) == ("Lyon", "Lyon")
    Path(made["package"]).write_bytes(b"damaged")
    assert composer.run(site="Lyon")["changed"]


def test_issued_package_is_not_replaced(composer: Composer) -> None:
    made = composer.run()
    place = Path(made["issue_record"])
    record = IssueRecord.from_json(place.read_text())
    issued = dataclasses.replace(record, distinguished_name="CN=wurst2,DC=example", package_sha256="0" * 64)
    place.write_text(issued.to_json())
    answer = composer.run()
    assert answer["failed"]
    assert f"wurst2: {made['package']} was issued, not composed, and would be lost" in answer["msg"]


def test_sealed_by_default(composer: Composer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = identities.make_identity("Issuer", Purpose.ISSUER, days=90, now=NOW, key_size=2048)
    recipient = identities.make_identity("Berlin", Purpose.RECIPIENT, days=90, now=NOW, key_size=2048)
    (tmp_path / "issuer.pem").write_bytes(identities.to_pem(issuer, PASSPHRASE))
    (tmp_path / "berlin.crt").write_bytes(identities.certificate_to_pem(recipient.certificate))
    monkeypatch.setenv("OFFLINE_JOIN_SEAL_PASSPHRASE", PASSPHRASE)
    keys = {"seal": None, "issuer_key": str(tmp_path / "issuer.pem"), "recipients": [str(tmp_path / "berlin.crt")]}
    assert "password_last_set, key_version" in composer.run(**keys)["msg"]
    sealed = {**keys, "password_last_set": 134080000000000001, "key_version": 2, "serial_number": "PF3XK0Q1"}
    answer = composer.run(**sealed)
    assert answer["changed"], answer
    content = Path(answer["package"]).read_bytes()
    opened = sealing.open_sealed(content, recipient, [issuer.certificate], now=NOW + timedelta(seconds=5))
    assert Package.read(opened.package).sha256 == answer["package_sha256"]
    claims = opened.claims
    assert (claims.machine, claims.serial_number, claims.object_guid) == ("wurst2", "PF3XK0Q1", GUID)
    assert claims.password_last_set == 134080000000000001
    assert not composer.run(**sealed)["changed"]


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        (
            {"seal": None, "password_last_set": 1, "key_version": 1},
            "packages are sealed: give issuer_key and recipients",
        ),
        ({"name": "NAME-WITH-16-LET"}, "NAME-WITH-16-LET: the name has 16 characters"),
        ({"sid": "S-1-5-32-544"}, "wurst2: sid 'S-1-5-32-544' is not that of an account"),
        ({"sid": f"{DOMAIN.sid}-99999999999"}, "is not that of an account"),
        ({"sid": f"{DOMAIN.sid}-9999999999"}, "OP_JOINPROV3_PART holds a value that does not fit its field"),
        ({"object_guid": "none"}, "object_guid 'none' is no GUID"),
        ({"domain": {**FACTS["domain"], "guid": "{}"}}, "domain.guid '{}' is no GUID"),
        ({"password": ""}, "the password has 0 characters"),
        ({"password": "long-" * 52}, "the password has 260 characters"),
        ({"netbios_name": "W2K19DOM"}, "its netbios_name W2K19DOM cannot be: the name is that of the domain"),
        ({"root_ca_files": ["/nowhere/ca.pem"]}, "/nowhere/ca.pem cannot be read"),
        ({"dest": "packages"}, "dest packages is relative"),
        ({"password": None}, "missing required arguments: password"),
    ],
)
def test_facts_that_cannot_be_are_refused(composer: Composer, options: dict[str, Any], refusal: str) -> None:
    answer = composer.run(**options)
    assert answer["failed"]
    assert refusal in answer["msg"]
    assert not composer.dest.exists()


def test_password_comes_from_the_environment(composer: Composer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFLINE_JOIN_MACHINE_PASSWORD", samples.SECRET)
    package = Package.read(Path(composer.run(password=None)["package"]).read_bytes())
    assert package.join.machine_password == Password(samples.SECRET)


def test_place_that_cannot_be_written_is_named(composer: Composer) -> None:
    composer.dest.write_text("a file")
    answer = composer.run()
    assert answer["failed"]
    assert f"wurst2: {composer.dest}: " in answer["msg"]
