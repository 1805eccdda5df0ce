# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs playbooks as talkative as Ansible can be, and keeps everything that anybody could get to see of them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import ansible
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package

from tests.integration.branch import Branch
from tests.integration.leaks import Finding, files_below, search
from tests.integration.watcher import Watcher
from tests.integration.witness import Witness

_HOME = Path(__file__).parents[2]
# Samba keeps the machine's secret here; that is the member's own business.
_OF_SAMBA = ("secrets.tdb",)


@dataclass
class Spy:
    """``canaries`` are the secrets to look for beside those of the branch, ``places`` everything seen so far."""

    branch: Branch
    canaries: dict[str, str] = field(default_factory=dict)
    places: dict[str, str | bytes] = field(default_factory=dict)

    @property
    def _seen(self) -> Path:
        """What Ansible itself writes down, beside the branch's directory, which is watched."""
        return self.branch.directory.with_name(self.branch.directory.name + ".seen")

    @property
    def _members(self) -> list[Path]:
        return [self.branch.lab.directory / "members" / name for name in self.branch.names]

    @property
    def witness(self) -> Witness:
        return Witness(self._seen / "witness")

    def _environment(self) -> dict[str, str]:
        temporary = self.branch.directory / "tmp"
        for directory in (temporary, self._seen):
            directory.mkdir(exist_ok=True)
        return {
            "ANSIBLE_LOG_PATH": str(self._seen / "log"),
            **self.witness.environment,
            "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "1",
            "ANSIBLE_DISPLAY_TRACEBACK": "always",
            "TMPDIR": str(temporary),
            "ANSIBLE_LOCAL_TEMP": str(temporary / "control node"),
            "ANSIBLE_REMOTE_TMP": str(temporary / "machine"),
        }

    def play(
        self, playbook: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a playbook of the branch and keep what can be seen."""
        talkative = self._environment() | (environment or {})
        with Watcher([self.branch.directory, *self._members]) as watcher:
            done = self.branch.play(playbook, "-vvvvvv", "--diff", *arguments, environment=talkative)
        run = f"run {len(self.places)}: "
        seen = {"stdout": done.stdout, "stderr": done.stderr} | files_below(self._seen)
        momentary = {place: content for place, content in watcher.places.items() if self._counts(Path(place))}
        self.places |= {run + place: content for place, content in (seen | momentary).items()}
        return done

    def secrets(self) -> dict[str, str]:
        """The canaries, the login's password, the packages and the machine passwords inside."""
        login = {"login": self.branch.lab.accounts[self.branch.account].password}
        packages = {
            name: Package.read(self.branch.package(name).read_bytes())
            for name in self.branch.names
            if self.branch.package(name).exists()
        }
        texts = {f"package of {name}": package.to_base64() for name, package in packages.items()}
        passwords = {
            f"password of {name}": password.reveal()
            for name, package in packages.items()
            if (password := package.join.machine_password)
        }
        return self.canaries | login | texts | passwords

    def findings(self) -> list[Finding]:
        """Every secret found in what was seen and in what lies there now."""
        now: dict[str, str | bytes] = {}
        for directory in (self.branch.directory, *self._members):
            now |= files_below(directory, self._counts)
        return search(self.places | now, self.secrets())

    def _counts(self, file: Path) -> bool:
        """The packages themselves, also half-written, may hold secrets, and Samba's secrets.tdb.

        Ansible's archives of module code hold no arguments, and nothing could be found in them.
        """
        package = file.is_relative_to(self.branch.dest) and ".djoin" in file.name
        return not package and not file.name.startswith(_OF_SAMBA) and ".zip" not in file.name


def indiscreet_collection(root: Path, changes: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """A copy of this collection whose files say another thing in one place each; the environment that uses it."""
    copy = root / "ansible_collections" / "adops" / "offline_join"
    for part in ("meta", "playbooks", "plugins", "roles"):
        shutil.copytree(_HOME / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_HOME / "galaxy.yml", copy)
    for file, (discreet, indiscreet) in changes.items():
        text = (copy / file).read_text()
        assert text.count(discreet) == 1, file
        (copy / file).write_text(text.replace(discreet, indiscreet))
    return {"ANSIBLE_COLLECTIONS_PATH": f"{root}:{Path(ansible.__file__).parents[1]}"}
