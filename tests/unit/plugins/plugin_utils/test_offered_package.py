# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The package that a machine is offered: the one that was issued, for it, opened with a key that may lie in a vault."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Claims
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer
from ansible_collections.adops.offline_join.plugins.plugin_utils import _offered_package
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import sealed_samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import (
    issuer_of_today,
    recipient_of_today,
)

PASSPHRASE = "pB4-xW9_nZ2+kQ7=tD5"
VAULT = VaultSecret(b"password of the vault")
NOW = datetime.now(UTC).replace(microsecond=0)
PACKAGE = samples.build()
NAME = PACKAGE.machine_name
CLAIMS = dataclasses.replace(
    sealed_samples.CLAIMS,
    machine=NAME,
    domain=PACKAGE.domain_name,
    serial_number="PF3XK0Q1",
    issued=NOW,
    expires=NOW + timedelta(days=1),
    package_sha256=PACKAGE.sha256,
)
# A Windows host that made it did not say.
UNTOLD = dataclasses.replace(CLAIMS, object_guid=None, password_last_set=None, key_version=None)


class Own(ActionBase):
    def run(self, *_arguments: Any) -> dict[str, Any]:
        raise NotImplementedError


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Offer]:
    """Offers a file with this content to the machine, with all that opens it."""
    (tmp_path / "berlin.key").write_bytes(identities.to_pem(recipient_of_today(), PASSPHRASE))
    (tmp_path / "issuer.pem").write_bytes(identities.certificate_to_pem(issuer_of_today().certificate))

    def read_file(content: bytes, *vault: VaultSecret, **options: Any) -> Offer:
        path = tmp_path / f"{NAME}.package"
        path.write_bytes(content)
        arguments = dict.fromkeys(_offered_package.ARGUMENT_SPEC) | {
            "name": NAME,
            "package": str(path),
            "recipient_key": str(tmp_path / "berlin.key"),
            "recipient_passphrase": PASSPHRASE,
            "trusted_issuers": [str(tmp_path / "issuer.pem")],
        }
        action = actions.make(Own, {})
        action._loader.set_vault_secrets([("default", secret) for secret in vault])
        package, offer = _offered_package.read(action, arguments | options)
        assert package.content == PACKAGE.content
        return offer

    return read_file


def refusal(read: Callable[..., Offer], content: bytes, **options: Any) -> str:
    with pytest.raises(AnsibleActionFail) as raised:
        read(content, **options)
    said = str(raised.value)
    assert said.startswith(f"{options.get('name', NAME)}: ")
    assert PASSPHRASE not in said
    return said


def sealed(claims: Claims = CLAIMS) -> bytes:
    recipients = [recipient_of_today().certificate]
    return sealing.seal(PACKAGE.content, claims, issuer_of_today(), recipients, now=claims.issued)


def record(path: Path, sha256: str) -> None:
    issued = IssueRecord(
        machine=NAME,
        domain=CLAIMS.domain,
        distinguished_name="",
        issued=NOW.isoformat(),
        password_last_set=134_000_000_000_000_007,
        package_sha256=sha256,
    )
    (path / f"{NAME.upper()}.issue.json").write_text(issued.to_json())


def test_plaintext(read: Callable[..., Offer], tmp_path: Path) -> None:
    record(tmp_path, PACKAGE.sha256)
    offer = read(PACKAGE.to_djoin_file(), serial_number="5CG6127")
    assert (offer.package_machine_name, offer.serial_number) == (NAME, "5CG6127")
    assert offer.package_sha256 == PACKAGE.sha256


def test_when_issuing_set_the_password(read: Callable[..., Offer], tmp_path: Path) -> None:
    """Its claims or the issue record beside it tell; of a file alone nobody knows."""
    assert read(PACKAGE.to_djoin_file()).password_last_set is None
    assert read(sealed()).password_last_set == CLAIMS.password_last_set
    assert read(sealed(UNTOLD)).password_last_set is None
    record(tmp_path, PACKAGE.sha256)
    assert read(PACKAGE.to_djoin_file()).password_last_set == 134_000_000_000_000_007
    assert read(sealed()).password_last_set == CLAIMS.password_last_set
    assert read(sealed(UNTOLD)).password_last_set == 134_000_000_000_000_007, "completed since"


@pytest.mark.parametrize("form", [PACKAGE.to_djoin_file, sealed])
def test_another_one_than_was_issued(read: Callable[..., Offer], tmp_path: Path, form: Callable[[], bytes]) -> None:
    record(tmp_path, "0" * 64)
    said = refusal(read, form())
    assert "is not the package that was issued, by the issue record beside it" in said
    assert said.endswith("issue it again")


@pytest.mark.parametrize("given", [None, "PF3XK0Q1", "pf3xk0q1"])
def test_claims_tell_the_serial_number(read: Callable[..., Offer], given: str | None) -> None:
    assert read(sealed(), serial_number=given).serial_number == "PF3XK0Q1"


def test_without_one_in_the_claims_the_inventorys_counts(read: Callable[..., Offer]) -> None:
    assert (
        read(sealed(dataclasses.replace(CLAIMS, serial_number=None)), serial_number="5CG6127").serial_number
        == "5CG6127"
    )


def test_when_it_may_be_applied(read: Callable[..., Offer]) -> None:
    """It is opened all the same: on a machine that it was applied to, its time is no matter."""
    assert read(PACKAGE.to_djoin_file()).untimely is None
    assert read(sealed()).untimely is None
    minute = timedelta(minutes=1)
    offer = read(sealed(dataclasses.replace(CLAIMS, issued=NOW - 2 * minute, expires=NOW - minute)))
    assert offer.package_sha256 == PACKAGE.sha256
    assert offer.untimely is not None
    assert offer.untimely.startswith(f"the sealed package of {NAME} expired at ")


def test_a_key_in_a_vault(read: Callable[..., Offer], tmp_path: Path) -> None:
    key = tmp_path / "berlin.key"
    key.write_bytes(VaultLib([("default", VAULT)]).encrypt(key.read_text()))
    assert read(sealed(), VAULT).package_sha256 == PACKAGE.sha256
    assert f"{key} cannot be read or decrypted; name a file, and give its vault password" in refusal(read, sealed())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "BER-PC-999"}, f"is for the machine {NAME}, not for BER-PC-999"),
        ({"serial_number": "5CG6127"}, "is for the serial number PF3XK0Q1, but the machine has 5CG6127"),
        ({"recipient_key": None}, "give recipient_key and trusted_issuers to open it"),
        ({"recipient_key": "/nowhere"}, "/nowhere cannot be read or decrypted"),
    ],
)
def test_what_must_not_be_opened(read: Callable[..., Offer], options: dict[str, Any], words: str) -> None:
    assert words in refusal(read, sealed(), **options)


def test_claims_of_another_domain_than_the_package(read: Callable[..., Offer]) -> None:
    """Signed by the issuer all the same: what it sealed there was the wrong package."""
    said = refusal(read, sealed(dataclasses.replace(CLAIMS, domain="other.example")))
    assert f"its claims say other.example, and the package inside {PACKAGE.domain_name}; issue it again" in said


def test_only_a_sealed_one_needs_the_libraries(read: Callable[..., Offer], monkeypatch: pytest.MonkeyPatch) -> None:
    content = sealed()
    monkeypatch.setattr(sealing, "missing", lambda: ("cryptography>=45", "Traceback"))
    assert "opening it needs cryptography>=45; install it on the control node" in refusal(read, content)
    assert read(PACKAGE.to_djoin_file()).package_sha256 == PACKAGE.sha256
