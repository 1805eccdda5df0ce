# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a module ends, whatever happens in its act, and where the password of the directory comes from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import SettingsError
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.errors import LedgerError
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import DjoinForm

SECRET = "xQ7-vN2_kT9+wR4=hB6"
VARIABLE = "PASSWORD_OF_BERLIN"
OPTIONS = {"server": "dc1.corp.example", "username": "issue"}

Runner = Callable[..., dict[str, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Runner:
    """Runs a module with this act; its answer, in which the secret is never shown."""

    def run_module(act: modules.Act, options: dict[str, Any] | None = None, **specification: Any) -> dict[str, Any]:
        specification = specification or modules.directory_argument_spec()
        with patch_module_args(OPTIONS if options is None else options), pytest.raises(SystemExit) as ended:
            modules.run(specification, act)
        said = capsys.readouterr().out
        assert SECRET not in said
        answer: dict[str, Any] = json.loads(said)
        assert ended.value.code == int(answer.get("failed", False))
        return answer

    return run_module


def settings_of(module: AnsibleModule) -> dict[str, Any]:
    found = modules.directory_settings(module)
    return {"changed": False, "right": found.password == SECRET, "quoted": f"it is {found.password}"}


class TestPassword:
    def test_from_the_variable_that_is_named(self, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        """Masked although nobody gave it as an option, and before the one that is meant for all."""
        monkeypatch.setenv("OFFLINE_JOIN_DIRECTORY_PASSWORD", "that-of-another-account")
        monkeypatch.setenv(VARIABLE, SECRET)
        answer = run(settings_of, OPTIONS | {"password_variable": VARIABLE})
        assert answer["right"]
        assert "quoted" in answer

    @pytest.mark.parametrize("content", [None, ""])
    def test_the_variable_has_none(self, run: Runner, monkeypatch: pytest.MonkeyPatch, content: str | None) -> None:
        """Nothing else is tried in its place: that would be the login of somebody else."""
        monkeypatch.setenv("OFFLINE_JOIN_DIRECTORY_PASSWORD", SECRET)
        if content is not None:
            monkeypatch.setenv(VARIABLE, content)
        answer = run(settings_of, OPTIONS | {"password_variable": VARIABLE})
        assert answer["failed"]
        assert f"connect to dc1.corp.example: the environment variable {VARIABLE} has no password" in answer["msg"]
        assert "set it where ansible-playbook is started" in answer["msg"]

    def test_from_the_usual_variable(self, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OFFLINE_JOIN_DIRECTORY_PASSWORD", SECRET)
        assert run(settings_of)["right"]

    def test_the_server_is_required_unless_the_directory_is_optional(self, run: Runner) -> None:
        assert "server" in run(settings_of, {})["msg"]
        spec = modules.directory_argument_spec(optional=True)
        assert run(lambda module: {"changed": module.params["server"] is None}, {}, **spec)["changed"]


class TestEnd:
    @pytest.mark.parametrize(
        "refusal",
        [
            SettingsError("connect to dc1", "no", "do this"),
            PackageError("is cut off"),
            SealError("is expired"),
            LedgerError("open it", "no", "do that"),
        ],
    )
    def test_a_refusal_speaks_for_itself(self, run: Runner, refusal: Exception) -> None:
        def act(_module: AnsibleModule) -> dict[str, Any]:
            raise refusal

        answer = run(act)
        assert answer["failed"]
        assert answer["msg"] == str(refusal)

    def test_an_unforeseen_exception_is_told_without_its_text(self, run: Runner) -> None:
        def act(_module: AnsibleModule) -> dict[str, Any]:
            raise LookupError(f"the secret is {SECRET}")

        answer = run(act)
        assert answer["failed"]
        assert answer["msg"].startswith("unexpected LookupError at test_modules.py:")

    def test_a_result_that_failed(self, run: Runner) -> None:
        answer = run(lambda _module: {"failed": True, "msg": "1 of 2 machines: PC-1: no", "changed": True})
        assert (answer["failed"], answer["msg"], answer["changed"]) == (True, "1 of 2 machines: PC-1: no", True)


class TestLibraries:
    @pytest.fixture(autouse=True)
    def nothing_seals(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(modules.sealing, "missing", lambda: ("cryptography>=45", "Traceback"))

    def test_who_seals_is_told_what_to_install(self, run: Runner) -> None:
        def act(module: AnsibleModule) -> dict[str, Any]:
            modules.package_form(module, {})
            raise AssertionError("it must end here")

        answer = run(act, {"seal": "cms"}, **modules.seal_options.SEAL_SPEC)
        assert "Failed to import the required Python library (cryptography>=45)" in answer["msg"]

    def test_who_does_not_seal_needs_none(self, run: Runner) -> None:
        answer = run(
            lambda module: {"changed": modules.package_form(module, {}) == DjoinForm()},
            {"seal": "none"},
            **modules.seal_options.SEAL_SPEC,
        )
        assert answer["changed"]
