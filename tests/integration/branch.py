# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A branch of machines: its inventory, its packages, and our modules and playbooks run on it for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab import Lab, Member
from tests.twin.farm import TwinFarm

_SECONDS = 180
_MODULES = "ansible_collections.adops.offline_join.plugins.modules"
_VIRTUAL_ENVIRONMENT = Path(sys.prefix)


@dataclass
class RunningModule:
    """A module on its way; ``finish`` waits for its answer."""

    process: subprocess.Popen[str]

    def finish(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        with self.process:
            said, complained = self.process.stdout.read(), self.process.stderr.read()
            self.process.wait(timeout=_SECONDS)
        assert said.startswith("\n{"), said + complained
        answer: dict[str, Any] = json.loads(said)
        return answer


@dataclass
class Branch:
    """``variables`` go to the inventory's group ``all``, ``host_variables`` to single machines."""

    lab: Lab
    directory: Path
    names: tuple[str, ...]
    account: str = "issue"
    variables: dict[str, Any] = field(default_factory=dict)
    host_variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    extra_environment: dict[str, str] = field(default_factory=dict)

    @property
    def dest(self) -> Path:
        return self.directory / "packages"

    def package(self, name: str) -> Path:
        return self.dest / f"{name.upper()}.djoin"

    def issue_record(self, name: str) -> Path:
        return self.dest / f"{name.upper()}.issue.json"

    def member(self, name: str) -> Member:
        return self.lab.member(name)

    def members(self) -> None:
        """Make a Samba member of every machine, and let Ansible reach it, without a network until the phase domain."""
        for name in self.names:
            member = self.member(name)
            pythons = {"site": str(member.python), "domain": str(member.connected_python)}
            interpreter = f"{{{{ {pythons}[offline_join_phase | default('site')] }}}}"
            self.host_variables.setdefault(name, {})["ansible_python_interpreter"] = interpreter

    def twins(self, farm: TwinFarm, **how: Any) -> None:
        """Let Ansible reach every machine at its Windows twin; ``how`` as in ``TwinFarm.inventory``."""
        for name, variables in farm.inventory(**how).items():
            self.host_variables.setdefault(name, {}).update(variables)
        self.extra_environment |= farm.environment()

    def accounts(self) -> dict[str, dict[str, list[str]]]:
        """The branch's computer accounts as ldbsearch sees them, by machine name."""
        anyone = "".join(f"(sAMAccountName={name}$)" for name in self.names)
        entries = self.lab.search(f"(|{anyone})")
        return {entry["sAMAccountName"][0].removesuffix("$"): entry for entry in entries}

    def add(self, dn: str, attributes: dict[str, list[str]]) -> None:
        """Create an object as an administrator, with OpenLDAP's tools."""
        lines = [f"{name}: {value}" for name, values in attributes.items() for value in values]
        self.lab.ldap(["ldapadd"], "administrator", input="\n".join([f"dn: {dn}", *lines, ""]))

    def delete(self, dn: str) -> None:
        """Delete an object as an administrator, with OpenLDAP's tools."""
        self.lab.ldap(["ldapdelete", dn], "administrator")

    def connection(self) -> dict[str, Any]:
        account = self.lab.accounts[self.account]
        return {"server": self.lab.server, "ca_cert": str(self.lab.ca_cert), "username": account.upn}

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "OFFLINE_JOIN_DIRECTORY_PASSWORD": self.lab.accounts[self.account].password,
            "ANSIBLE_HOME": str(self.directory / "ansible"),
            "ANSIBLE_HOST_PATTERN_MISMATCH": "error",
            "ANSIBLE_NOCOLOR": "1",
            **self.extra_environment,
        }

    def module(self, name: str, options: dict[str, Any] | None = None, *, check: bool = False) -> dict[str, Any]:
        """Run a directory module as Ansible would and return its answer."""
        return self.start_module(name, options, check=check).finish()

    def start_module(self, name: str, options: dict[str, Any] | None = None, *, check: bool = False) -> RunningModule:
        arguments = {**self.connection(), **(options or {}), "_ansible_check_mode": check}
        process = subprocess.Popen(
            self.lab.command([sys.executable, "-m", f"{_MODULES}.{name}"]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment(),
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
        process.stdin.close()
        return RunningModule(process)

    def issue(self, *names: str, check: bool = False, **options: Any) -> dict[str, Any]:
        """Run the module ``packages`` for these machines, by default for all of the branch."""
        return self.start_issue(*names, check=check, **options).finish()

    def start_issue(self, *names: str, check: bool = False, **options: Any) -> RunningModule:
        machines = [{"name": name} for name in names or self.names]
        defaults = {"machines": machines, "path": self.lab.staging_ou, "dest": str(self.dest), "seal": "none"}
        return self.start_module("packages", defaults | options, check=check)

    def inventory(self) -> Path:
        group = {
            "ansible_connection": "local",
            "offline_join_server": self.lab.server,
            "offline_join_ca_cert": str(self.lab.ca_cert),
            "offline_join_username": self.lab.accounts[self.account].upn,
            "offline_join_dest": str(self.dest),
            "offline_join_domain": self.lab.domain,
            "offline_join_staging_ou": self.lab.staging_ou,
            # Most tests look inside the packages; test_sealed.py walks the road with seals.
            "offline_join_seal": "none",
            **self.variables,
        }
        hosts = {name: self.host_variables.get(name, {}) for name in self.names}
        file = self.directory / "inventory.json"
        file.write_text(json.dumps({"all": {"vars": group, "hosts": hosts}}, indent=2))
        return file

    def play(
        self, playbook: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ansible-playbook with the branch's inventory; a playbook of ours is named by its bare name."""
        name = playbook if "/" in playbook else f"adops.offline_join.{playbook}"
        command = [str(_VIRTUAL_ENVIRONMENT / "bin" / "ansible-playbook"), "-i", str(self.inventory()), name]
        return subprocess.run(
            self.lab.command([*command, *arguments]),
            env=self.environment() | (environment or {}),
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    def report(self) -> dict[str, Any]:
        machines: dict[str, Any] = json.loads((self.dest / "report.json").read_text())["machines"]
        return machines
