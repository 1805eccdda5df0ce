# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tarball as a user gets it: installed into an empty environment, every plugin loaded and documented."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from collections.abc import Iterable
from pathlib import Path

NAME = "adops.offline_join"
# What ansible-doc knows how to list, of what the collection has.
DOCUMENTED = ("module", "inventory", "filter", "role")
LOADED = ("action", "filter", "inventory", "modules", "module_utils", "plugin_utils")


class Installation:
    """An environment with nothing but ansible-core, the collection and the libraries that it says it needs."""

    def __init__(self, directory: Path, collection_of_windows: Path) -> None:
        self._directory = directory
        self._collections = directory / "collections"
        self._windows = collection_of_windows
        self.python = directory / "venv" / "bin" / "python"

    @property
    def place(self) -> Path:
        return self._collections.joinpath("ansible_collections", *NAME.split("."))

    def install(self, tarball: Path, ansible_core: str) -> None:
        venv.create(self.python.parent.parent, with_pip=True)
        self._pip(ansible_core)
        # Galaxy may be out of reach, and ansible.windows is in the package `ansible` as well.
        self.run("ansible-galaxy", "collection", "install", str(tarball), "--no-deps", "-p", str(self._collections))
        (self._collections / "ansible_collections" / "ansible").mkdir()
        (self._collections / "ansible_collections" / "ansible" / "windows").symlink_to(self._windows)
        self._pip("--requirement", str(self.place / "requirements.txt"))
        self.run("ansible-galaxy", "collection", "verify", "--offline", NAME)

    def load(self) -> int:
        """How many Python files of the collection were imported, each by its full name."""
        names = [
            ".".join(("ansible_collections", *NAME.split("."), *path.relative_to(self.place).with_suffix("").parts))
            for folder in LOADED
            for path in sorted((self.place / "plugins" / folder).rglob("*.py"))
        ]
        code = "import importlib, sys\nfor name in sys.stdin.read().split():\n    importlib.import_module(name)\n"
        self.run("python", "-W", "error::ImportWarning", "-c", code, given="\n".join(names))
        return len(names)

    def document(self) -> int:
        """How many plugins and roles ansible-doc could tell about; every one that is shipped has to be among them."""
        return sum(self._document(kind) for kind in DOCUMENTED)

    def _document(self, kind: str) -> int:
        shipped = {f"{NAME}.{name}" for name in self._shipped(kind)}
        told = json.loads(self.run("ansible-doc", "--type", kind, "--json", *sorted(shipped)))
        silent = {name for name in shipped if not told.get(name)}
        if silent:
            raise SystemExit(f"ansible-doc --type {kind} has nothing to tell about {', '.join(sorted(silent))}")
        return len(shipped)

    def _shipped(self, kind: str) -> Iterable[str]:
        if kind == "role":
            return (path.parent.parent.name for path in self.place.glob("roles/*/meta/argument_specs.yml"))
        folder = self.place / "plugins" / ("modules" if kind == "module" else kind)
        return (path.stem for path in folder.glob("*") if path.suffix in (".py", ".ps1", ".yml"))

    def _pip(self, *arguments: str) -> None:
        self.run("pip", "install", "-qq", "--disable-pip-version-check", *arguments)

    def run(self, program: str, *arguments: str, given: str = "") -> str:
        """What a program of the environment prints; it sees no other collection and no settings of the user."""
        environment = {
            "PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._directory),
            "PYTHONPATH": str(self._collections),
            "ANSIBLE_COLLECTIONS_PATH": str(self._collections),
            "ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH": "error",
            **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "LC_", "LANG"))},
        }
        done = subprocess.run(
            [self.python.with_name(program), *arguments],
            env=environment,
            cwd=self._directory,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{program} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout
