# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``samba_join`` asks of its Linux host, what it hands over, and what must not make it hand anything over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.adops.offline_join.plugins.action.samba_join import ActionModule
from ansible_collections.adops.offline_join.plugins.modules.samba_join import DOCUMENTATION
from ansible_collections.adops.offline_join.plugins.plugin_utils._offered_package import ARGUMENT_SPEC
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

PACKAGE = samples.build()
MEMBERSHIP = {
    "dns_domain": "corp.example",
    "domain_guid": str(samples.DOMAIN.guid),
    "join_time": "Sat Nov 21 03:23:26 2026 UTC",
}
APPLIED = {"package_sha256": PACKAGE.sha256, "join_time": MEMBERSHIP["join_time"]}


class Linux(ActionModule):
    """A host that notes what is asked of it; ``seen`` changes what it says of itself."""

    seen: dict[str, Any]
    done: dict[str, Any]
    calls: list[str]

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_call: Any) -> dict[str, Any]:
        hand = module_name.rpartition(".")[2]
        self.calls.append(hand)
        if hand == "samba_join_package":
            assert self._task.no_log
            assert module_args == {"package": PACKAGE.to_base64(), "package_sha256": PACKAGE.sha256}
            return self.done
        configuration = {
            "netbios_name": "BER-PC-001",
            "realm": "CORP.EXAMPLE",
            "security": "ADS",
            "server_role": "auto",
            "workgroup": "CORP",
        }
        return {"configuration": configuration, "membership": None, "applied": None} | self.seen


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "BER-PC-001.djoin"
    path.write_bytes(PACKAGE.to_djoin_file())
    return path


def make(path: Path, *, check_mode: bool = False, **seen: Any) -> Any:
    action = actions.make(Linux, {"name": "BER-PC-001", "package": str(path)}, check_mode=check_mode)
    action.seen, action.done, action.calls = seen, {"return_code": 0, "output": ""}, []
    return action


def test_documentation_says_what_it_takes() -> None:
    assert actions.options(DOCUMENTATION) == actions.spec(ARGUMENT_SPEC)


def test_applied_once(path: Path) -> None:
    action = make(path)
    assert action.run(None, {}) == {"changed": True, "package_sha256": PACKAGE.sha256}
    assert action.calls == ["samba_member_info", "samba_join_package"]
    again = make(path, membership=MEMBERSHIP, applied=APPLIED)
    assert again.run(None, {}) == {"changed": False, "package_sha256": PACKAGE.sha256}
    assert again.calls == ["samba_member_info"]


def test_a_check_looks_and_applies_nothing(path: Path) -> None:
    action = make(path, check_mode=True)
    assert action.run(None, {}) == {"changed": True, "package_sha256": PACKAGE.sha256}
    assert action.calls == ["samba_member_info"]


def test_a_check_takes_a_package_that_is_not_there_for_one_that_would_be(path: Path) -> None:
    path.unlink()
    action = make(path, check_mode=True)
    assert action.run(None, {}) == {"changed": True, "package_sha256": None}
    with pytest.raises(AnsibleActionFail, match="issue its package first"):
        make(path).run(None, {})


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"membership": MEMBERSHIP}, "the host is a member already, but not through this package"),
        ({"membership": MEMBERSHIP | {"domain_guid": "x"}}, "leave it first"),
    ],
)
def test_a_refusal_names_the_host(path: Path, seen: dict[str, Any], words: str, check_mode: bool) -> None:
    action = make(path, check_mode=check_mode, **seen)
    with pytest.raises(AnsibleActionFail, match=f"^BER-PC-001: .*{words}"):
        action.run(None, {})
    assert action.calls == ["samba_member_info"]


def test_samba_does_not_take_it(path: Path) -> None:
    action = make(path)
    action.done = {"return_code": 255, "output": "Failed to\n  request it: WERR_ACCESS_DENIED\n"}
    with pytest.raises(AnsibleActionFail) as raised:
        action.run(None, {})
    assert str(raised.value) == (
        "BER-PC-001: Samba did not take the package: Failed to request it: WERR_ACCESS_DENIED; issue a new package "
        "(prepare --limit NAME -e package_issue_regenerate=always)"
    )
