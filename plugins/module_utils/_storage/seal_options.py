# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which packages are sealed and opened, and the keys and certificates that they name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .._rollout import claims, identities, sealing
from .._rollout.claims import Machine
from .._rollout.identities import Identity
from .._rollout.sealing import SealError, x509
from . import secret_file
from .package_form import DjoinForm, PackageForm, SealedForm

PASSPHRASE = "OFFLINE_JOIN_SEAL_PASSPHRASE"
_LARGEST_KEY_FILE = 1024 * 1024

SEAL_SPEC: dict[str, dict[str, Any]] = {
    "seal": {"type": "str", "choices": ["cms", "none"], "default": "cms"},
    "issuer_key": {"type": "path"},
    "issuer_certificate": {"type": "path"},
    "issuer_passphrase": {"type": "str", "no_log": True},
    "recipients": {"type": "list", "elements": "path", "default": []},
    "issuer_may_read": {"type": "bool", "default": False},
    "lifetime": {"type": "int", "default": 30},
}
OPEN_SPEC: dict[str, dict[str, Any]] = {
    "recipient_key": {"type": "path"},
    "recipient_certificate": {"type": "path"},
    "recipient_passphrase": {"type": "str", "no_log": True},
    "trusted_issuers": {"type": "list", "elements": "path", "default": []},
}

Reader = Callable[[Path], bytes]


def read_file(path: Path) -> bytes:
    """
    :raises OSError: naming the path
    """
    return secret_file.read(path, _LARGEST_KEY_FILE)


def form(options: Mapping[str, Any], serial_numbers: Mapping[str, str]) -> PackageForm:
    """The form that the options of ``SEAL_SPEC`` ask for; ``lifetime`` is in days.

    :raises SealError: nobody could seal or open with them
    """
    if options["seal"] == "none":
        return DjoinForm()
    if not options["issuer_key"] or not options["recipients"]:
        raise SealError(
            "packages are sealed: give issuer_key and recipients (the module seal_identity makes them), "
            "or ask for plaintext with seal: none"
        )
    return SealedForm(
        issuer=issuer(options),
        recipients=certificates(options["recipients"], read_file),
        lifetime=timedelta(days=options["lifetime"]),
        serial_numbers=serial_numbers,
        allow_issuer_as_recipient=options["issuer_may_read"],
    )


def issuer(options: Mapping[str, Any], read: Reader = read_file) -> Identity:
    """The key of ``issuer_key`` with its certificate.

    :raises SealError: it cannot be read
    """
    return _identity(options["issuer_key"], options["issuer_certificate"], options["issuer_passphrase"], read)


def open_package(
    sealed: bytes, options: Mapping[str, Any], machine: Machine | None, read: Reader = read_file
) -> sealing.Opened:
    """Open with the options of ``OPEN_SPEC``; with a ``machine`` the package must be for it, and now.

    :raises SealError: it must not be used, or cannot be opened
    """
    if not options["recipient_key"] or not options["trusted_issuers"]:
        keys = ", ".join(sealing.addressees(sealed))
        raise SealError(
            f"the package is sealed: give recipient_key and trusted_issuers to open it; the keys of {keys} do"
        )
    key = _identity(options["recipient_key"], options["recipient_certificate"], options["recipient_passphrase"], read)
    now = datetime.now(UTC)
    opened = sealing.open_sealed(sealed, key, certificates(options["trusted_issuers"], read), now=now)
    refusal = claims.check(opened.claims, machine, now) if machine else None
    if refusal:
        raise SealError(refusal)
    return opened


def _identity(key: str, certificate: str | None, passphrase: str | None, read: Reader) -> Identity:
    beside = _content(certificate, read) if certificate else None
    return identities.load_identity(_content(key, read), passphrase or os.environ.get(PASSPHRASE), key, beside)


def certificates(paths: Iterable[str], read: Reader) -> list[x509.Certificate]:
    """Those of all the files.

    :raises SealError: one cannot be read
    """
    return [one for path in paths for one in identities.load_certificates(_content(path, read), path)]


def _content(path: str, read: Reader) -> bytes:
    try:
        return read(Path(path))
    except OSError as error:
        raise SealError(f"{path} cannot be read: {error.strerror}; name a file that is there") from None
