# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A domain member: a directory with a Samba configuration of its own, which can apply a package."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .controller import SYSTEM_PYTHON
from .domain import DOMAIN, REALM, WORKGROUP
from .errors import LabError
from .view import View, samba_directories

_SECONDS = 60


@dataclass(frozen=True)
class Member:
    """The machine ``name`` (NetBIOS name) in ``directory``."""

    name: str
    directory: Path
    view: View

    @property
    def smb_conf(self) -> Path:
        """The member's own Samba configuration."""
        return self.directory / "smb.conf"

    @property
    def private_dir(self) -> Path:
        """Where the member keeps its machine secret (secrets.tdb)."""
        return self.directory / "private"

    @property
    def python(self) -> Path:
        """A Python interpreter without any network: a whole Ansible module can run in it."""
        return self.directory / "python3"

    @property
    def connected_python(self) -> Path:
        """The same in the network that it is started in: what happens once the member sees its domain."""
        return self.directory / "python3.connected"

    @property
    def joined(self) -> bool:
        """Whether the member has stored a machine secret; says nothing about the domain's opinion."""
        secrets = self.private_dir / "secrets.tdb"
        return secrets.exists() and f"SECRETS/MACHINE_PASSWORD/{WORKGROUP}".encode() in secrets.read_bytes()

    def create(self) -> None:
        """Make the directory; a member that exists keeps what it has."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,14}", self.name):
            raise LabError(f"{self.name!r} is no NetBIOS computer name: 1 to 15 letters, digits or hyphens.")
        if self.python.exists():
            return
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        conf = _SMB_CONF.format(realm=REALM, workgroup=WORKGROUP, name=self.name.upper())
        self.smb_conf.write_text(conf + samba_directories(self.directory))
        configuration = f"SMB_CONF_PATH={shlex.quote(str(self.smb_conf))}"
        for python, network in ((self.connected_python, ""), (self.python, "unshare --net -- ")):
            python.write_text(f'#!/bin/sh\n{configuration} exec {network}{SYSTEM_PYTHON} "$@"\n')
            python.chmod(0o700)

    def request_offline_join(self, package_file: str | os.PathLike[str]) -> subprocess.CompletedProcess[str]:
        """Apply a package (the djoin text file) where there is no network at all."""
        command = ["offlinejoin", "requestodj", f"loadfile={os.fspath(package_file)}"]
        return self._run(["unshare", "--net", "--", *self._net(*command)])

    def secure_channel(self) -> subprocess.CompletedProcess[str]:
        """Ask the domain, over Netlogon, whether the stored secret opens the secure channel."""
        # By its DNS name (-w) the domain is found through SRV records; by its short name only by broadcast.
        return self._ask("rpc", "testjoin", "-w", DOMAIN)

    def kerberos(self) -> subprocess.CompletedProcess[str]:
        """Get a Kerberos ticket with the stored secret."""
        return self._ask("ads", "kerberos", "kinit", "-P")

    def remove(self) -> None:
        """Remove the directory; the account in the directory stays."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def _ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Samba goes to the domain controller of its last visit first, and gives up when that one is gone.
        (self.directory / "lock" / "gencache.tdb").unlink(missing_ok=True)
        return self._run(self.view.command(self._net(*arguments)))

    def _net(self, *arguments: str) -> list[str]:
        return ["net", *arguments, "-s", str(self.smb_conf)]

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        # A credential cache of its own, never the machine's /tmp/krb5cc_0.
        environment = os.environ | {"KRB5CCNAME": f"FILE:{self.directory}/krb5cc"}
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=_SECONDS, check=False,
        )  # fmt: skip


_SMB_CONF = """\
[global]
  security = ads
  realm = {realm}
  workgroup = {workgroup}
  netbios name = {name}
  interfaces = 127.0.0.1/8
"""
