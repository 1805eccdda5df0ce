# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_provision_package: Samba makes the account and the package, as the domain user who logged in over WinRM.

Samba knows no certificates, so a part with a key of its own for each template is added.
"""

from __future__ import annotations

import base64
import dataclasses
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.adops.offline_join.plugins.module_utils._package import ndr, parts
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    CertificatePart,
    PartCollection,
    PfxStore,
    ProvisionData,
    ProvisioningPackage,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

from ..member import NO_SUCH_DOMAIN, SUCCESS, TwinMember, win32
from ..protocol import ModuleCall

if TYPE_CHECKING:
    from ..machine import TwinMachine

_REUSE_ACCOUNT, _DEFAULT_PASSWORD = 0x2, 0x4
_WIN8_FORMAT = 2


class _Provisioner(TwinMember):
    """Not joined itself: whoever asks has credentials of the domain."""

    def make(self, arguments: list[str], credentials: Path) -> int:
        return win32(self._ask("offlinejoin", "provision", *arguments, "-A", str(credentials)))


def win_provision_package(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """What NetCreateProvisioningPackage answers."""
    if call.check_mode:
        return {"changed": True, "status": SUCCESS, "package": None}
    if not machine.state.network:
        return {"changed": False, "status": NO_SUCH_DOMAIN, "package": None}
    status, package = _provision(machine, call)
    encoded = None if package is None else base64.b64encode(package).decode()
    return {"changed": status == SUCCESS, "status": status, "package": encoded}


def _provision(machine: TwinMachine, call: ModuleCall) -> tuple[int, bytes | None]:
    options = call.parameters
    member = _Provisioner("PROVISIONING", machine.behind.directory / "provisioning", machine.behind.view)
    member.create()
    credentials, file = member.directory / "credentials", member.directory / "package"
    try:
        _write_credentials(machine, call.user, credentials)
        status = member.make([*_arguments(options), f"savefile={file}"], credentials)
        if status != SUCCESS:
            return status, None
        package = base64.b64decode(file.read_text("utf-16").strip("\0"))
    finally:
        credentials.unlink(missing_ok=True)
        file.unlink(missing_ok=True)
    return SUCCESS, _with_certificates(package, options["certificate_templates"] or [])


def _arguments(options: dict[str, Any]) -> list[str]:
    given = {
        "domain": options["domain"],
        "machine_name": options["machine_name"],
        "machine_account_ou": options["path"],
        "dcname": options["domain_controller"],
    }
    arguments = [f"{name}={value}" for name, value in given.items() if value]
    flags = options["provision_options"]
    arguments += ["reuse"] if flags & _REUSE_ACCOUNT else []
    return arguments + (["defpwd"] if flags & _DEFAULT_PASSWORD else [])


def _write_credentials(machine: TwinMachine, user: str, path: Path) -> None:
    name, _at, domain = user.rpartition("\\")[2].partition("@")
    users = {one.casefold(): password for one, password in machine.state.users.items()}
    text = f"username = {name}\npassword = {users[name.casefold()]}\ndomain = {domain or machine.state.domain}\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)


def _with_certificates(package: bytes, templates: list[str]) -> bytes:
    """The same package with a private key and a certificate for each template."""
    if not templates:
        return package
    certificates = parts.make(
        parts.CERTIFICATES, CertificatePart(pfx_stores=tuple(map(_store, templates)), sst_stores=None)
    )
    outermost = ndr.decode(ProvisionData, package).value
    blobs = []
    for blob in outermost.blobs or ():
        if blob.blob_format == _WIN8_FORMAT:
            inner = ndr.decode(ProvisioningPackage, blob.content or b"").value
            collection = ndr.decode(PartCollection, inner.wrapped_part_collection or b"").value
            longer = dataclasses.replace(collection, parts=(*(collection.parts or ()), certificates))
            inner = dataclasses.replace(inner, wrapped_part_collection=ndr.encode(ndr.Serialized(longer)))
            blob = dataclasses.replace(blob, content=ndr.encode(ndr.Serialized(inner)))
        blobs.append(blob)
    return ndr.encode(ndr.Serialized(dataclasses.replace(outermost, blobs=tuple(blobs))))


def _store(template: str) -> PfxStore:
    return PfxStore(
        template_name=template,
        private_key_export_policy=0,
        policy_server_url=None,
        policy_server_url_flags=0,
        policy_server_id=None,
        pfx=_pkcs12(template),
    )


def _pkcs12(template: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, template)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now)
    certificate = builder.not_valid_after(now + timedelta(days=365)).sign(key, hashes.SHA256())
    return pkcs12.serialize_key_and_certificates(None, key, certificate, None, NoEncryption())
