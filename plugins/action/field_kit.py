# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a field kit on the control node: sealed packages, the signed manifest, and the script that applies them."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit import manifest as manifests
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit import packing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit.manifest import Carried, Manifest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Identity, Purpose
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError, x509
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.times import written
from ansible_collections.adops.offline_join.plugins.module_utils._storage import seal_options, secret_file
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import LARGEST, SealedFiles
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore
from ansible_collections.adops.offline_join.plugins.plugin_utils import _field_kit_files as kit_files
from ansible_collections.adops.offline_join.plugins.plugin_utils import _vaulted_file
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._kit_place import KitPlace

_DER = b"0"  # 0x30, the tag of a SEQUENCE; PEM and ansible-vault begin otherwise

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "machines": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"name": {"type": "str", "required": True}, "serial_number": {"type": "str"}},
    },
    "packages": {"type": "path", "required": True},
    "dest": {"type": "path", "required": True},
    "branch": {"type": "str", "default": ""},
    "contact": {"type": "str", "default": ""},
    "issuer_key": {"type": "path", "required": True},
    "issuer_certificate": {"type": "path"},
    "issuer_passphrase": {"type": "str", "no_log": True},
    "recipient_key": {"type": "path", "required": True},
    "recipient_certificate": {"type": "path", "required": True},
    "trusted_issuers": {"type": "list", "elements": "path", "default": []},
}


@dataclass
class Answer:
    """What became of one machine's package."""

    name: str
    carried: Carried | None = None
    changed: bool = False
    error: str | None = None

    def to_result(self) -> dict[str, Any]:
        if self.carried is None:
            return {"changed": self.changed, "error": self.error}
        sha256, expires = self.carried.package_sha256, written(self.carried.expires)
        return {"changed": self.changed, "package_sha256": sha256, "expires": expires}

    def before_and_after(self) -> tuple[str, str]:
        return "", f"{self.carried.file}, SHA-256 {self.carried.sha256}\n" if self.carried else ""


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        if lacking := sealing.missing():
            raise AnsibleActionFail(f"a field kit needs {lacking[0]}; install it on the control node")
        if not Path(arguments["dest"]).is_absolute():
            raise AnsibleActionFail(f"dest {arguments['dest']} is relative, so the kit could land anywhere")
        try:
            return {**result, **self._make(arguments, datetime.now(UTC).replace(microsecond=0))}
        except SealError as error:
            raise AnsibleActionFail(str(error)) from None
        except OSError as error:
            cause = f"{error.filename or arguments['dest']}: {error.strerror}"
            raise AnsibleActionFail(f"{cause}; name files and a directory that you may use, then run again") from None

    def _make(self, arguments: dict[str, Any], now: datetime) -> dict[str, Any]:
        read = _vaulted_file.reader(self)
        issuer = seal_options.issuer(arguments, read)
        recipient = self._recipient(arguments["recipient_certificate"], now)
        trusted = [issuer.certificate, *seal_options.certificates(arguments["trusted_issuers"], read)]
        for certificate in trusted:
            if fault := identities.purpose_fault(certificate, Purpose.ISSUER):
                raise SealError(f"the kit trusts issuers by their own certificates, never a CA: {fault}")
        answers, contents = _pack(arguments, recipient, now)
        if not contents:
            return to_result(answers)
        wanted = Manifest(
            kit=secrets.token_hex(4),
            made=now,
            branch=arguments["branch"],
            issuers=sorted({identities.fingerprint(certificate) for certificate in trusted}),
            recipient=identities.fingerprint(recipient),
            packages=[answer.carried for answer in answers if answer.carried],
        )
        place = KitPlace(Path(arguments["dest"]))
        manifest, signed = _kept(place, wanted, issuer, now)
        files = {
            **kit_files.files(manifest, contact=arguments["contact"]),
            **contents,
            kit_files.MANIFEST: signed,
            kit_files.KEY: self._key(arguments["recipient_key"]),
            **{
                f"issuers/{identities.fingerprint(one)[:16]}.crt": identities.certificate_to_pem(one) for one in trusted
            },
        }
        changes = place.changes(files)
        if changes and not self._task.check_mode:
            place.write(files)
        for answer in answers:
            answer.changed = answer.carried is not None and answer.carried.file in changes
        return self._result(answers, manifest, changes, files)

    def _result(
        self, answers: Sequence[Answer], manifest: Manifest, changes: Sequence[str], files: dict[str, bytes]
    ) -> dict[str, Any]:
        told = to_result(answers)
        return {
            **told,
            "changed": bool(changes),
            "changed_files": sorted(changes),
            "kit": {
                "id": manifest.kit,
                "expires": written(manifest.expires),
                "script_sha256": kit_files.sha256(files[kit_files.SCRIPT]),
                "experimental": kit_files.EXPERIMENTAL,
            },
        }

    def _recipient(self, path: str, now: datetime) -> x509.Certificate:
        found = seal_options.certificates([path], _vaulted_file.reader(self))
        if len(found) != 1:
            raise SealError(f"{path} holds {len(found)} certificates; name the one of the kit's key")
        fault = identities.purpose_fault(found[0], Purpose.RECIPIENT) or identities.validity_fault(found[0], now)
        if fault:
            raise SealError(f"the kit's key cannot be used: {fault}")
        return found[0]

    def _key(self, path: str) -> bytes:
        content = _vaulted_file.reader(self)(Path(path))
        if not content.startswith(_DER):
            raise SealError(f"{path} is no PKCS #12 file, and Windows reads no other; make one with format: pkcs12")
        return content


def _pack(
    arguments: dict[str, Any], recipient: x509.Certificate, now: datetime
) -> tuple[list[Answer], dict[str, bytes]]:
    """One answer for each machine, and the packages by their path on the stick."""
    store = PackageStore(Path(arguments["packages"]), SealedFiles())
    answers: list[Answer] = []
    contents: dict[str, bytes] = {}
    for machine in arguments["machines"]:
        name = machine["name"]
        try:
            sealed = secret_file.read(store.package(name), LARGEST)
            record, serial_number = store.read_record(name), machine["serial_number"]
            carried = packing.carry(name, sealed, record, recipient, serial_number=serial_number, now=now)
        except OSError as error:
            path = store.package(name)
            answers.append(Answer(name, error=f"{name}: {path}: {error.strerror}; issue its package first"))
        except SealError as error:
            answers.append(Answer(name, error=str(error)))
        else:
            answers.append(Answer(name, carried))
            contents[carried.file] = sealed
    return answers, contents


def _kept(place: KitPlace, wanted: Manifest, issuer: Identity, now: datetime) -> tuple[Manifest, bytes]:
    """The manifest that lies there where it says the same, so that a second run changes nothing; else a new one."""
    signed = place.read(kit_files.MANIFEST)
    if signed is not None:
        try:
            there = manifests.read(signed, [issuer.certificate], now)
        except SealError:
            there = {}
        mine = wanted.to_fields()
        if there and {**mine, "kit": there["kit"], "made": there["made"]} == there:
            made = datetime.fromisoformat(there["made"])
            return dataclasses.replace(wanted, kit=there["kit"], made=made), signed
    return wanted, wanted.sign(issuer, now)
