# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A farm of Windows machines for tests and the demonstration, in a process of its own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.lab import Lab, LabError
from tests.lab.capsule import Capsule, kill_below
from tests.lab.domain import random_password

from .protocol import PLAIN_PORT, TLS_PORT
from .state import ADMINISTRATOR

_ROOT = Path(__file__).resolve().parents[2]
_LIFETIME_HOURS = 6
_READY_SECONDS = 60
_ANSWER_SECONDS = 120
# Only a directory with this file in it is ever removed.
_MARKER = ".offline-join-twin"


class TwinFarm:
    """Windows machines at 127.77.x.y, ports 5985 and 5986. Needs root; ends by itself after some hours.

    ``lab`` is the domain that they may find; it may be stopped and started meanwhile, and the farm ends with it.
    Without one they can still be given packages. ``directory`` is where the farm lives; the default is a new one
    in the lab's. As a context manager it stops at the end.
    """

    def __init__(self, lab: Lab | None = None, directory: str | os.PathLike[str] | None = None) -> None:
        self._lab = lab
        if directory is None:
            root = lab.directory / "twins" if lab else Path("/var/tmp/offline-join-twins")
            directory = root / secrets.token_hex(3)
        self.directory = Path(directory).resolve()
        self._capsule = Capsule(self.directory)

    def __enter__(self) -> TwinFarm:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._capsule.running

    @property
    def names(self) -> list[str]:
        """The machines, in the order of their addresses."""
        return list(self.status())

    @property
    def password(self) -> str:
        """The password of each machine's Administrator."""
        return str(json.loads((self.directory / "plan.json").read_text())["password"])

    def start(self, names: Iterable[str], **state: Any) -> TwinFarm:
        """Start these machines, fresh PCs except for ``state`` (fields of ``tests.twin.state.State``, and faults).

        Raises LabError when they do not come up.
        """
        if self.running:
            raise LabError(f"A farm runs in {self.directory} already; stop it first.")
        self._remove()
        self.directory.mkdir(mode=0o700, parents=True)
        (self.directory / _MARKER).touch()
        plan = {
            "names": list(names),
            "password": random_password(),
            "lab": str(self._lab.directory) if self._lab else None,
            "state": state,
        }
        descriptor = os.open(self.directory / "plan.json", os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            json.dump(plan, stream)
        command = [sys.executable, "-m", "tests.twin", "--directory", str(self.directory), "serve"]
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(_ROOT)}
        mounts = ":"
        if self._lab:
            # All machines are inside the view at once, so that none of their programs has to enter it.
            mounts = self._lab.view.mounts()
            environment |= self._lab.view.environment
        self._capsule.start(mounts, command, environment, self.directory / "log", _LIFETIME_HOURS)
        self._wait()
        return self

    def stop(self) -> None:
        """End the farm and remove its directory; one that does not run is no error."""
        kill_below(self.directory)
        self._remove()

    def status(self) -> dict[str, dict[str, Any]]:
        """By machine: address, certificate (path of its PEM), up, computer_name, domain, pending."""
        found: dict[str, dict[str, Any]] = self._ask("status")
        return found

    def set(self, name: str, **state: Any) -> None:
        """Change fields of ``tests.twin.state.State``; ``faults`` is a list of dicts (``tests.twin.faults.Fault``)."""
        self._ask("set", name, settings=state)

    def state(self, name: str) -> dict[str, Any]:
        """Everything that a machine is, without passwords and contents of files."""
        found: dict[str, Any] = self._ask("state", name)
        return found

    def calls(self, name: str, module: str | None = None) -> list[dict[str, Any]]:
        """What arrived: kind (module, command), name, check_mode, no_log, parameters (secrets masked),
        source_sha256, user, boot. ``module`` (short or full name) leaves only the calls of one.
        """
        found: list[dict[str, Any]] = self._ask("calls", name)
        return [one for one in found if module is None or module in (one["name"], one["name"].rpartition(".")[2])]

    def verdict(self, name: str) -> dict[str, Any] | None:
        """The domain's opinion, by Netlogon and Kerberos: machine_name, domain, status (Win32); None: no member.

        It is asked whatever the machine's network is set to, and leaves the traces of a logon on the account.
        """
        found: dict[str, Any] | None = self._ask("verdict", name)
        return found

    def join(self, name: str, package: str | os.PathLike[str]) -> None:
        """Somebody on site applies a package file and restarts the machine. Raises LabError when Windows refuses it."""
        text = Path(package).read_text("utf-16").strip("\0")
        if status := self._ask("join", name, package=text):
            raise LabError(f"{name}: the package was not taken (Win32 status {status}).")

    def restart(self, name: str) -> None:
        """Somebody on site restarts the machine; returns at once."""
        self._ask("restart", name)

    def switch_off(self, name: str) -> None:
        """Cut the power."""
        self._ask("switch_off", name)

    def switch_on(self, name: str) -> None:
        """Press the power button of a machine that is off, or that never came back."""
        self._ask("switch_on", name)

    def inventory(self, connection: str = "winrm", port: int = TLS_PORT, auth: str | None = None) -> dict[str, Any]:
        """Ansible's host variables by machine.

        ``connection`` is winrm or psrp. ``port`` is 5986 (TLS with the machine's own certificate pinned, auth
        basic unless given) or 5985 (auth ntlm or negotiate with encrypted messages).
        """
        variables = _winrm if connection == "winrm" else _psrp
        login = {"ansible_user": ADMINISTRATOR, "ansible_password": self.password}
        return {
            name: {
                "ansible_connection": connection,
                "ansible_shell_type": "powershell",
                "ansible_host": machine["address"],
                "ansible_port": port,
                **login,
                **variables(port, auth, machine["certificate"]),
            }
            for name, machine in self.status().items()
        }

    def environment(self) -> dict[str, str]:
        """What a control node's environment must have: no proxy between it and loopback."""
        return {"no_proxy": "*", "NO_PROXY": "*"}

    def _ask(self, op: str, name: str | None = None, **more: Any) -> Any:
        with socket.socket(socket.AF_UNIX) as channel:
            channel.settimeout(_ANSWER_SECONDS)
            try:
                channel.connect(str(self.directory / "control"))
            except OSError as error:
                raise LabError(f"No farm runs in {self.directory}: start one first.") from error
            with channel.makefile("rw") as stream:
                stream.write(json.dumps({"op": op, "name": name, **more}) + "\n")
                stream.flush()
                said = stream.readline()
        if not said:
            raise LabError(f"The farm in {self.directory} ended while it was asked.\n{self._tail()}")
        answer = json.loads(said)
        if "error" in answer:
            raise LabError(answer["error"])
        return answer["answer"]

    def _wait(self) -> None:
        began = time.monotonic()
        while not (self.directory / "control").exists():
            waited = time.monotonic() - began
            # The first moments belong to setsid and unshare, before there is a process to be found.
            if waited > _READY_SECONDS or (waited > 2 and not self.running):
                said = self._tail()
                self.stop()
                raise LabError(f"The farm did not start.\n{said}")
            time.sleep(0.05)

    def _tail(self) -> str:
        log = self.directory / "log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-8:]) if log.exists() else ""

    def _remove(self) -> None:
        if not self.directory.exists():
            return
        if any(self.directory.iterdir()) and not (self.directory / _MARKER).exists():
            raise LabError(f"{self.directory} holds something else than a farm: name another directory.")
        shutil.rmtree(self.directory)


def _winrm(port: int, auth: str | None, certificate: str) -> dict[str, Any]:
    if port == PLAIN_PORT:
        return {"ansible_winrm_scheme": "http", "ansible_winrm_transport": auth or "ntlm"}
    transport = {"ansible_winrm_scheme": "https", "ansible_winrm_transport": auth or "basic"}
    return transport | {"ansible_winrm_ca_trust_path": certificate}


def _psrp(port: int, auth: str | None, certificate: str) -> dict[str, Any]:
    if port == PLAIN_PORT:
        return {"ansible_psrp_protocol": "http", "ansible_psrp_auth": auth or "negotiate"}
    transport = {"ansible_psrp_protocol": "https", "ansible_psrp_auth": auth or "basic"}
    return transport | {"ansible_psrp_ca_cert": certificate}
