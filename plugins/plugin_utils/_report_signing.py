# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The signatures beside reports: made anew only where none is there that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import file_signature, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Identity
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.module_utils._storage import seal_options
from ansible_collections.adops.offline_join.plugins.plugin_utils import _vaulted_file
from ansible_collections.adops.offline_join.plugins.plugin_utils._report_files import keep

SPEC = {key: seal_options.SEAL_SPEC[key] for key in ("issuer_key", "issuer_certificate", "issuer_passphrase")}


@dataclass(frozen=True)
class Signing:
    signer: Identity
    mode: int
    dry: bool

    def keep(self, report: Path, *, changed: bool) -> Path | None:
        """The file of the signature where it was written, or would be.

        :raises OSError: one of the files cannot be read or written
        """
        path = report.with_name(f"{report.name}.p7s")
        if self.dry and (changed or not path.exists()):
            return path
        content = report.read_bytes()
        before = path.read_bytes() if path.exists() else b""
        after = before if file_signature.stands(before, content, self.signer) else None
        parts = (file_signature.sign(content, self.signer) if after is None else after,)
        return path if keep(path, parts, self.mode, dry=self.dry) else None


def signing(action: ActionBase, arguments: Mapping[str, Any], mode: int) -> Signing | None:
    """None where no report is to be signed.

    :raises SealError: the key cannot be used, or a library is missing
    """
    if not arguments["issuer_key"]:
        return None
    if lacking := sealing.missing():
        raise SealError(f"signing reports needs {lacking[0]}; install it on the control node")
    signer = seal_options.issuer(arguments, _vaulted_file.reader(action))
    file_signature.require_signer(signer, datetime.now(UTC))
    return Signing(signer, mode, action._task.check_mode)
