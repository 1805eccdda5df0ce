# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the acceptance report on the control node: a page, JSON and CSV for the rollout and for each branch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report import numbers, plain, tables
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.machine import ReportError, read_all
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.numbers import Scope
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.texts import LANGUAGES
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.plugin_utils import _report_signing
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._report_files import keep, octal, read_text
from ansible_collections.adops.offline_join.plugins.plugin_utils._report_page import Page

ARGUMENT_SPEC = {
    "machines": {"type": "raw", "required": True},
    "dest": {"type": "path", "required": True},
    "title": {"type": "str"},
    "language": {"type": "str", "choices": [*LANGUAGES], "default": "en"},
    "branches": {"type": "bool", "default": True},
    "time": {"type": "str"},
    "mode": {"type": "str", "default": "0600"},
    **_report_signing.SPEC,
}

# A spreadsheet writes CSV again as soon as somebody looks.
_SIGNED = (".html", ".json")


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        given, arguments = self._arguments()
        try:
            machines, left_out = read_all(given)
            signing = _report_signing.signing(self, arguments, octal(arguments["mode"]))
        except (ReportError, SealError, ValueError) as error:
            raise AnsibleActionFail(str(error)) from None
        mode, time = octal(arguments["mode"]), _time(arguments["time"])
        directory = Path(arguments["dest"])
        page = Page(arguments["language"], plain.line(arguments["title"] or ""), time, linked=arguments["branches"])
        whole = Scope(machines)
        before = read_text(directory / f"{tables.STEM}.csv")
        after = "".join(tables.to_csv(whole))
        try:
            scopes = [whole, *(whole.branches() if arguments["branches"] else ())]
            changed = [*self._write(scopes, directory, page, mode, signing)]
        except OSError as error:
            cause = f"write {error.filename or directory}: {error.strerror}"
            raise AnsibleActionFail(f"{cause}; correct dest, or the rights on its directory") from None
        counts = numbers.counts(machines)
        return {
            **result,
            **({"warnings": [f"no report shows {', '.join(left_out)}; leave it out"]} if left_out else {}),
            "changed": bool(changed),
            "changed_files": [str(path) for path in changed],
            "report": str(directory / f"{tables.STEM}.html"),
            "states": counts,
            "accepted_percent": numbers.percent(counts["accepted"], len(machines)),
            "diff": _diff(directory / f"{tables.STEM}.csv", before, after),
        }

    def _arguments(self) -> tuple[object, dict[str, Any]]:
        """The machines, and the checked options: validation would copy ten thousand machines deeply."""
        complete = self._task.args
        given = complete.get("machines")
        try:
            if given:
                self._task.args = {**complete, "machines": []}
            _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        finally:
            self._task.args = complete
        return given, arguments

    def _write(
        self, scopes: list[Scope], directory: Path, page: Page, mode: int, signing: _report_signing.Signing | None
    ) -> Iterator[Path]:
        if not self._task.check_mode:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for scope in scopes:
            for path, parts in _files(scope, directory, page):
                changed = keep(path, parts, mode, dry=self._task.check_mode)
                if changed:
                    yield path
                if signing and path.suffix in _SIGNED and (signature := signing.keep(path, changed=changed)):
                    yield signature


def _files(scope: Scope, directory: Path, page: Page) -> Iterator[tuple[Path, Iterator[str]]]:
    stem = tables.stem(scope.branch)
    yield directory / f"{stem}.html", page.render(scope)
    yield directory / f"{stem}.json", tables.to_json(scope, page.title, page.time)
    yield directory / f"{stem}.csv", tables.to_csv(scope)


def _time(text: str | None) -> str:
    if text and plain.moment(text) is None:
        raise AnsibleActionFail(f"time {text!r} is no time; write it as 2026-11-20T12:00:00Z")
    return plain.clock(text) if text else ""


def _diff(path: Path, before: str, after: str) -> dict[str, str]:
    """Only the lines that differ: comparing ten thousand equal ones costs seconds in the output."""
    old, new = before.splitlines(), after.splitlines()
    kept = {*old} & {*new}
    return {
        "before_header": str(path),
        "after_header": str(path),
        "before": "".join(f"{line}\n" for line in old if line not in kept),
        "after": "".join(f"{line}\n" for line in new if line not in kept),
    }
