# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's certificate authority and the controllers' TLS certificates, made by ``openssl``."""

from __future__ import annotations

import datetime
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import CommandFailed

# Clocks of machines under test may be wrong on purpose, so validity starts well before now.
_DAYS_BEFORE = 7
_DAYS_AFTER = 365


@dataclass(frozen=True)
class CertificateAuthority:
    """A certificate authority in ``directory``: ``ca.pem`` and ``ca.key``."""

    directory: Path

    @property
    def certificate(self) -> Path:
        """The CA's own certificate, PEM."""
        return self.directory / "ca.pem"

    @property
    def key(self) -> Path:
        """The CA's private key, PEM, mode 0600."""
        return self.directory / "ca.key"

    def create(self, name: str) -> None:
        """Make a new key and a self-signed certificate with the common name ``name``."""
        self.directory.mkdir(mode=0o700, exist_ok=True)
        config = self.directory / "ca.cnf"
        config.write_text(_CA_CONFIG.format(name=name, directory=self.directory))
        (self.directory / "index.txt").touch()
        request = self.directory / "ca.csr"
        self._request(config, self.key, request, f"/CN={name}")
        self._sign(request, self.certificate, "authority", "-selfsign", "-keyfile", str(self.key))

    def issue(self, host: str, address: str, certificate: Path, key: Path) -> None:
        """Sign a server certificate for a DNS name and an IP address."""
        request = certificate.with_suffix(".csr")
        extensions = certificate.with_suffix(".cnf")
        extensions.write_text(_SERVER_EXTENSIONS.format(host=host, address=address))
        self._request(self.directory / "ca.cnf", key, request, f"/CN={host}")
        self._sign(request, certificate, "server", "-extfile", str(extensions))

    def _request(self, config: Path, key: Path, request: Path, subject: str) -> None:
        # Samba refuses a key that others can read, and openssl writes it 0600 itself.
        _openssl(
            "req", "-config", str(config), "-new", "-noenc",
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-keyout", str(key), "-out", str(request), "-subj", subject,
        )  # fmt: skip

    def _sign(self, request: Path, certificate: Path, extensions: str, *options: str) -> None:
        now = datetime.datetime.now(datetime.UTC)
        _openssl(
            "ca", "-config", str(self.directory / "ca.cnf"), "-batch", "-notext", "-rand_serial",
            "-in", str(request), "-out", str(certificate), "-extensions", extensions, *options,
            "-startdate", f"{now - datetime.timedelta(days=_DAYS_BEFORE):%Y%m%d%H%M%SZ}",
            "-enddate", f"{now + datetime.timedelta(days=_DAYS_AFTER):%Y%m%d%H%M%SZ}",
        )  # fmt: skip
        request.unlink()


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], check=False, capture_output=True, text=True, timeout=30)
    if done.returncode:
        raise CommandFailed(done.returncode, ["openssl"], done.stdout, done.stderr)


_CA_CONFIG = """\
[ca]
default_ca = lab
[lab]
database = {directory}/index.txt
new_certs_dir = {directory}
serial = {directory}/serial
certificate = {directory}/ca.pem
private_key = {directory}/ca.key
default_md = sha256
policy = names
unique_subject = no
[names]
commonName = supplied
[req]
distinguished_name = subject
[subject]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""

_SERVER_EXTENSIONS = """\
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:{host}, IP:{address}
"""
