# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options of sealing and opening need, and what is refused although a key would open it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Claims, Machine
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.module_utils._storage import seal_options
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import DjoinForm, SealedForm
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import sealed_samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import (
    issuer_of_today,
    recipient_of_today,
)

PASSPHRASE = "pB4-xW9_nZ2+kQ7=tD5"
NOW = datetime.now(UTC).replace(microsecond=0)
CLAIMS = dataclasses.replace(sealed_samples.CLAIMS, issued=NOW - timedelta(hours=2), expires=NOW + timedelta(days=30))


def sealed(claims: Claims = CLAIMS) -> bytes:
    return sealing.seal(
        sealed_samples.PACKAGE, claims, issuer_of_today(), [recipient_of_today().certificate], now=claims.issued
    )


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    """Options of ``OPEN_SPEC`` and the issuer's, with the files that they name."""
    made: dict[str, Any] = {"recipient_passphrase": PASSPHRASE, "issuer_passphrase": PASSPHRASE}
    for name, identity in (("recipient", recipient_of_today()), ("issuer", issuer_of_today())):
        key, certificate = tmp_path / f"{name}.key", tmp_path / f"{name}.pem"
        key.write_bytes(identities.to_pem(identity, PASSPHRASE))
        certificate.write_bytes(identities.certificate_to_pem(identity.certificate))
        made |= {f"{name}_key": str(key), f"{name}_certificate": str(certificate)}
    return made | {"trusted_issuers": [made["issuer_certificate"]]}


class TestForm:
    def test_plaintext_is_asked_for(self) -> None:
        assert seal_options.form({"seal": "none"}, {}) == DjoinForm()

    @pytest.mark.parametrize("lacking", [{"issuer_key": None}, {"recipients": []}])
    def test_sealing_needs_both_sides(self, options: dict[str, Any], lacking: dict[str, Any]) -> None:
        given = {"seal": "cms", "recipients": [options["recipient_certificate"]], **options}
        with pytest.raises(SealError, match=r"give issuer_key and recipients .* or ask for plaintext with seal: none"):
            seal_options.form(given | lacking, {})

    def test_sealed(self, options: dict[str, Any]) -> None:
        recipients = [options["recipient_certificate"]]
        given = {"seal": "cms", "recipients": recipients, "lifetime": 7, "issuer_may_read": False}
        form = seal_options.form(given | options, {"PC": "5CG6127"})
        assert isinstance(form, SealedForm)
        assert (form.issuer.fingerprint, form.recipients) == (
            issuer_of_today().fingerprint,
            [recipient_of_today().certificate],
        )
        assert (form.lifetime, form.serial_numbers) == (timedelta(days=7), {"PC": "5CG6127"})


class TestOpening:
    def test_opened_for_its_machine(self, options: dict[str, Any]) -> None:
        machine = Machine(CLAIMS.machine, serial_number=CLAIMS.serial_number)
        opened = seal_options.open_package(sealed(), options, machine)
        assert (opened.claims, opened.package) == (CLAIMS, sealed_samples.PACKAGE)
        assert opened.issuer_fingerprint == issuer_of_today().fingerprint

    def test_the_passphrase_from_the_environment(
        self, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(seal_options.PASSPHRASE, PASSPHRASE)
        opened = seal_options.open_package(sealed(), options | {"recipient_passphrase": None}, None)
        assert opened.package == sealed_samples.PACKAGE

    @pytest.mark.parametrize("lacking", [{"recipient_key": None}, {"trusted_issuers": []}])
    def test_a_key_and_whom_to_believe(self, options: dict[str, Any], lacking: dict[str, Any]) -> None:
        with pytest.raises(SealError) as refusal:
            seal_options.open_package(sealed(), options | lacking, None)
        assert "give recipient_key and trusted_issuers to open it" in str(refusal.value)
        assert "Berlin" in str(refusal.value), "whose key opens it"

    def test_another_machine_although_the_key_opens_it(self, options: dict[str, Any]) -> None:
        with pytest.raises(SealError, match=r"BER-PC-001") as refusal:
            seal_options.open_package(sealed(), options, Machine("BER-PC-002"))
        assert PASSPHRASE not in str(refusal.value)

    def test_expired_is_refused_where_it_is_used_and_shown_where_not(self, options: dict[str, Any]) -> None:
        content = sealed(dataclasses.replace(CLAIMS, expires=NOW - timedelta(hours=1)))
        with pytest.raises(SealError, match="expired"):
            seal_options.open_package(content, options, Machine(CLAIMS.machine, serial_number=CLAIMS.serial_number))
        assert seal_options.open_package(content, options, None).package == sealed_samples.PACKAGE

    @pytest.mark.parametrize("option", ["recipient_key", "recipient_certificate"])
    def test_a_file_that_is_not_there(self, options: dict[str, Any], option: str) -> None:
        with pytest.raises(SealError, match=r"^/nowhere/x cannot be read: No such file .*; name a file that is there$"):
            seal_options.open_package(sealed(), options | {option: "/nowhere/x"}, None)
