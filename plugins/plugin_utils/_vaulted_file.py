# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key files of the control node, which may be encrypted with ansible-vault."""

from __future__ import annotations

from pathlib import Path

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.module_utils._storage.seal_options import Reader


def reader(action: ActionBase) -> Reader:
    """Reads a file and decrypts it where it is encrypted; it raises SealError where it cannot."""

    def read(path: Path) -> bytes:
        try:
            return bytes(action._loader._get_file_contents(str(path))[0])
        except AnsibleError:
            raise SealError(f"{path} cannot be read or decrypted; name a file, and give its vault password") from None

    return read
