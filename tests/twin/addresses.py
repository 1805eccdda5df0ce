# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loopback addresses and server certificates for the machines of a farm."""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .protocol import Certificate, Machine

_BLOCK_SIZE = 250
# Clocks of machines under test may be wrong on purpose, so validity starts well before now.
_BEFORE, _AFTER = datetime.timedelta(days=7), datetime.timedelta(days=365)


class NoAddress(Exception):
    """Every block of addresses belongs to another farm."""


class Addresses:
    """127.77.x.1 to 127.77.x.250 for as many x as needed, claimed for this process in its network namespace."""

    def __init__(self) -> None:
        # An abstract socket belongs to one process and one network namespace, and vanishes with its holder.
        self._claims: list[socket.socket] = []

    def take(self, count: int) -> list[str]:
        """So many addresses that no other farm has. Raises NoAddress."""
        blocks = (count + _BLOCK_SIZE - 1) // _BLOCK_SIZE
        numbers = [number for number in range(256) if len(self._claims) < blocks and self._claim(number)]
        if len(numbers) < blocks:
            raise NoAddress("Other farms hold all addresses of 127.77.0.0/16; stop one of them.")
        return [f"127.77.{block}.{last}" for block in numbers for last in range(1, _BLOCK_SIZE + 1)][:count]

    def _claim(self, number: int) -> bool:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0offline-join-twin-{number}")
        except OSError:
            claim.close()
            return False
        self._claims.append(claim)
        return True


def make_certificates(machines: Iterable[Machine], directory: Path) -> dict[str, Certificate]:
    """A self-signed certificate for each machine, as Windows makes one for WinRM; by machine name."""
    directory.mkdir(mode=0o700, exist_ok=True)
    return {machine.name: _self_signed(machine, directory) for machine in machines}


def _self_signed(machine: Machine, directory: Path) -> Certificate:
    files = Certificate(directory / f"{machine.name}.pem", directory / f"{machine.name}.key")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, machine.name[:64])])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(machine.name), x509.IPAddress(ipaddress.ip_address(machine.address))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - _BEFORE, now + _AFTER)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    descriptor = os.open(files.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return files
