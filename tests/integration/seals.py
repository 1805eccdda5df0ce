# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys that a branch's packages are sealed with, and what a recipient finds inside."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Identity, Purpose
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.integration.branch import Branch

_PASSPHRASE = "Correct-Horse-7-Battery"


def _identity(purpose: Purpose) -> Identity:
    return identities.make_identity(str(purpose.value), purpose, days=90, now=datetime.now(UTC), key_size=2048)


@dataclass(frozen=True)
class Seals:
    """One issuer and one recipient, whose files are in ``directory``."""

    directory: Path
    issuer: Identity = field(default_factory=lambda: _identity(Purpose.ISSUER))
    recipient: Identity = field(default_factory=lambda: _identity(Purpose.RECIPIENT))
    passphrase: str = _PASSPHRASE

    def __post_init__(self) -> None:
        for stem, identity in {"issuer": self.issuer, "recipient": self.recipient}.items():
            (self.directory / f"{stem}.pem").write_bytes(identities.to_pem(identity, self.passphrase))
            (self.directory / f"{stem}.crt").write_bytes(identities.certificate_to_pem(identity.certificate))

    @property
    def options(self) -> dict[str, Any]:
        """How the module ``packages`` is told to seal."""
        return {
            "seal": "cms",
            "issuer_key": str(self.directory / "issuer.pem"),
            "recipients": [str(self.directory / "recipient.crt")],
        }

    def put_on(self, branch: Branch) -> None:
        """Let the branch's playbooks seal and open, and its modules find the passphrase."""
        branch.variables |= {f"offline_join_{option}": value for option, value in self.options.items()} | {
            "offline_join_recipient_key": str(self.directory / "recipient.pem"),
            "offline_join_trusted_issuers": [str(self.directory / "issuer.crt")],
        }
        branch.extra_environment["OFFLINE_JOIN_SEAL_PASSPHRASE"] = self.passphrase

    def private_keys(self) -> dict[str, str]:
        """As they would be written without the passphrase."""
        form = (Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        found = {"issuer's key": self.issuer, "recipient's key": self.recipient}
        return {name: base64.b64encode(one.key.private_bytes(*form)).decode() for name, one in found.items()}

    @staticmethod
    def file(branch: Branch, name: str) -> Path:
        return branch.dest / f"{name.upper()}.sealed"

    def open(self, file: Path) -> Package:
        """
        :raises SealError: it is not whole, or sealed by another one or for another one
        """
        trusted = [self.issuer.certificate]
        opened = sealing.open_sealed(file.read_bytes(), self.recipient, trusted, now=datetime.now(UTC))
        return Package.read(opened.package)
