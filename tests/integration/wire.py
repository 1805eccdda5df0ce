# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine of a few lines behind the twin's wire, and Ansible in front of it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tests.lab.certificates import CertificateAuthority
from tests.twin.protocol import Certificate, Drop, ModuleCall, ModuleFailed
from tests.twin.server import Server

SECONDS = 60
USER = "Admin"
SECRET = "c0rrect:horse"
PROBE = r"""#!powershell
#AnsibleRequires -CSharpUtil Ansible.Basic
$spec = @{
    options = @{
        answer = @{ type = 'str'; required = $true; choices = @('echo', 'fail', 'sleep', 'large', 'drop') }
        secret = @{ type = 'str'; no_log = $true }
        number = @{ type = 'int'; default = 3 }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)
$module.ExitJson()
"""


class Probe:
    """A machine that knows what the tests ask of it."""

    def __init__(self, name: str, address: str) -> None:
        self.name, self.address, self.boots = name, address, 0
        self.password = f"{name}:{SECRET}"
        self.server: Server | None = None
        self.calls: list[ModuleCall] = []
        self.faults: list[Exception | None] = []
        self.restarts: list[asyncio.Task[None]] = []

    def authenticate(self, user: str) -> str | None:
        return self.password if user in (USER, f"LAB\\{USER}") else None

    async def before_request(self) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault

    async def module(self, call: ModuleCall) -> dict[str, Any]:
        self.calls.append(call)
        options = call.parameters
        match options.get("answer"):
            case "fail":
                raise ModuleFailed(f"no {options['secret']}", status=5)
            case "sleep":
                await asyncio.sleep(3.5)
            case "large":
                return {"large": "ä\u2028" * 150_000}
            case "drop":
                raise Drop
        return {"user": call.user, "check": call.check_mode, "number": options.get("number"), "name": call.name}

    async def command(self, text: str, user: str) -> tuple[int, str, str]:
        if "LastBootUpTime" in text:
            return 0, f"{self.boots}\r\n", ""
        if "shutdown.exe /r" in text:
            self.restarts.append(asyncio.create_task(self.restart()))
            return 0, json.dumps({"stdout": "", "stderr": "", "rc": 0}), ""
        if success := re.search("'(success-[^']+)'", text):
            return 0, success[1], ""
        return 7, "out\r\nput\r\n", f"{text} is not understood"

    async def restart(self) -> None:
        assert self.server is not None
        await asyncio.sleep(0.1)
        await self.server.down(self)
        await asyncio.sleep(0.1)
        self.boots += 1
        await self.server.up(self)

    async def replug(self) -> None:
        assert self.server is not None
        await self.server.down(self)
        await self.server.up(self)


class Wire:
    """Two machines, served from a thread of their own, and Ansible in front of them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.authority = CertificateAuthority(directory / "ca")
        self.authority.create("twin")
        (directory / "library").mkdir()
        (directory / "library" / "probe.ps1").write_text(PROBE)
        self.first, self.second = (Probe(f"PC-{number}", f"127.77.250.{number}") for number in (1, 2))
        self.server = Server([self.first, self.second], self.certificate)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        for machine in (self.first, self.second):
            machine.server = self.server

    def certificate(self, machine: Any) -> Certificate:
        certificate = Certificate(self.directory / f"{machine.name}.pem", self.directory / f"{machine.name}.key")
        if not certificate.certificate.exists():
            self.authority.issue(machine.name, machine.address, *certificate)
        return certificate

    def __enter__(self) -> Wire:
        self.thread.start()
        self.run(self.server.start())
        return self

    def __exit__(self, *_error: object) -> None:
        self.run(self.server.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(SECONDS)
        self.loop.close()

    def run(self, body: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(body, self.loop).result(SECONDS)

    def ansible(self, hosts: dict[str, dict[str, Any]], module: str, *arguments: str, **options: Any) -> dict[str, Any]:
        """Run a module ad hoc on hosts of the inventory; each one's result, with Ansible's verdict."""
        ca = str(self.authority.certificate)
        common = {"ansible_host": self.first.address, "ansible_user": USER, "ansible_password": self.first.password}
        common |= {"ansible_winrm_ca_trust_path": ca, "ansible_psrp_ca_cert": ca}
        inventory = self.directory / "inventory.json"
        inventory.write_text(json.dumps({"all": {"vars": common, "hosts": hosts}}))
        results = self.directory / "results"
        for old in results.glob("*"):
            old.unlink()
        command = [f"{sys.prefix}/bin/ansible", "-i", inventory, "all", "-f", str(len(hosts)), "-t", results]
        done = subprocess.run(
            [*map(str, command), "-m", module, *(["-a", json.dumps(options)] if options else []), *arguments],
            env=os.environ
            | {
                "ANSIBLE_HOME": str(self.directory / "ansible"),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_LIBRARY": str(self.directory / "library"),
                "no_proxy": "*",
            },
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        found = {file.name: json.loads(file.read_text()) for file in results.glob("*")}
        verdicts = dict(re.findall(r"^(.+?) \| (\w+)", done.stdout, re.MULTILINE))
        assert found.keys() == verdicts.keys() == hosts.keys(), done.stdout + done.stderr
        return {host: result | {"verdict": verdicts[host]} for host, result in found.items()}
