# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key files as action plugins read them: plain, in a vault, and not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.plugin_utils._vaulted_file import reader
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions

CONTENT = b"\x30\x82 key\n"
VAULT = VaultSecret(b"password of the vault")


class Own(ActionBase):
    def run(self, *_arguments: Any) -> dict[str, Any]:
        raise NotImplementedError


@pytest.mark.parametrize("vaulted", [True, False])
def test_a_file_is_read_as_it_was_before_it_was_encrypted(tmp_path: Path, vaulted: bool) -> None:
    path = tmp_path / "key"
    path.write_bytes(VaultLib([("default", VAULT)]).encrypt(CONTENT) if vaulted else CONTENT)
    action = actions.make(Own, {})
    action._loader.set_vault_secrets([("default", VAULT)])
    assert reader(action)(path) == CONTENT


def test_what_cannot_be_read_or_decrypted(tmp_path: Path) -> None:
    path = tmp_path / "key"
    for _missing in (True, False):
        with pytest.raises(SealError) as raised:
            reader(actions.make(Own, {}))(path)
        assert str(raised.value) == f"{path} cannot be read or decrypted; name a file, and give its vault password"
        path.write_bytes(VaultLib([("default", VAULT)]).encrypt(CONTENT))
