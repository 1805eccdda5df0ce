# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of a domain controller's certificate is believed, in real handshakes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import SettingsError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import ARGUMENT_SPEC, Settings
from ansible_collections.adops.offline_join.plugins.module_utils._directory.tls import VerifiedTls
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Identity
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import (
    authority_samples,
    sealed_samples,
)
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "dc1.corp.example"
PASSWORD = "xQ7-vN2_kT9+wR4=hB6"


def settings(**options: Any) -> Settings:
    defaults = {option: spec.get("default") for option, spec in ARGUMENT_SPEC.items()}
    mine = {"server": HOST, "username": "issue", "password": PASSWORD, "connection_timeout": 20}
    return Settings.from_options(defaults | mine | options)


@cache
def controller(name: str) -> Identity:
    names = x509.SubjectAlternativeName([x509.DNSName(HOST)])
    key = ec.generate_private_key(ec.SECP256R1())
    return sealed_samples.self_signed(name, key, names, now=authority_samples.NOW)


def greet(directory: Path, tls: VerifiedTls, host: str) -> socket.socket:
    """A handshake with a domain controller; the socket afterwards."""
    pem = directory / "controller.pem"
    pem.write_bytes(identities.to_pem(controller("theirs"), PASSWORD))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, password=PASSWORD)
    ours, theirs = socket.socketpair()

    def answer() -> None:
        # a client that breaks off is what some of the tests want
        with contextlib.suppress(OSError), context.wrap_socket(theirs, server_side=True):
            pass

    thread = threading.Thread(target=answer)
    thread.start()
    connection = SimpleNamespace(socket=ours, server=SimpleNamespace(host=host))
    try:
        ours.settimeout(7)
        tls.wrap_socket(connection)
    finally:
        connection.socket.close()
        thread.join()
    greeted: socket.socket = connection.socket
    return greeted


@pytest.mark.parametrize(
    ("cert_validation", "host", "authority", "refusal"),
    [
        ("always", HOST, "theirs", None),
        ("always", "dc2.corp.example", "theirs", "Hostname mismatch"),
        ("always", HOST, "another", "self-signed certificate"),
        ("ignore_hostname", "dc2.corp.example", "theirs", None),
        ("ignore_hostname", HOST, "another", "self-signed certificate"),
        ("ignore", "dc2.corp.example", "another", None),
    ],
)
def test_whom_it_believes(tmp_path: Path, cert_validation: str, host: str, authority: str, refusal: str | None) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_bytes(identities.certificate_to_pem(controller(authority).certificate))
    tls = VerifiedTls(settings(ca_cert=str(ca), cert_validation=cert_validation))
    if refusal is None:
        greeted = greet(tmp_path, tls, host)
        assert isinstance(greeted, ssl.SSLSocket)
        assert greeted.gettimeout() == 7, "the time limit of the handshake is no time limit of the searches"
        assert tls.refusal is None
        return
    with pytest.raises(ssl.SSLCertVerificationError):
        greet(tmp_path, tls, host)
    assert tls.refusal is not None
    assert refusal in tls.refusal


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nxx\n"])
def test_an_authority_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as raised:
        VerifiedTls(settings(ca_cert=str(path)))
    assert f"ca_cert {path} cannot be read as PEM certificates" in str(raised.value)
    assert "name the file with the certificate of the CA" in str(raised.value)
    assert PASSWORD not in str(raised.value)
