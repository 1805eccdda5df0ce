# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Samba domain controller on a loopback address of its own: made, started, stopped."""

from __future__ import annotations

import contextlib
import errno
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .capsule import Capsule
from .certificates import CertificateAuthority
from .domain import DOMAIN, REALM, WORKGROUP, Account, random_password, seed_plan
from .errors import LabError
from .view import View, samba_directories

# DNS, Kerberos, RPC, LDAP, SMB, password change, LDAPS, global catalog.
TCP_PORTS = (53, 88, 135, 389, 445, 464, 636, 3268, 3269)

SYSTEM_PYTHON = "/usr/bin/python3"
_LIFETIME_HOURS = 6
_READY_SECONDS = 60
_PROVISION_SECONDS = 120
_JOIN_SECONDS = 300


@dataclass(frozen=True)
class Controller:
    """A domain controller called ``name`` (short, lower case) with everything it owns in ``directory``."""

    name: str
    address: str
    directory: Path
    view: View
    authority: CertificateAuthority

    @property
    def host(self) -> str:
        """DNS name."""
        return f"{self.name}.{DOMAIN}"

    @property
    def smb_conf(self) -> Path:
        """The server's own configuration."""
        return self.directory / "etc" / "smb.conf"

    @property
    def sam(self) -> Path:
        """The directory's database, readable also while the controller is stopped."""
        return self.directory / "private" / "sam.ldb"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.directory / "samba.log"

    @property
    def capsule(self) -> Capsule:
        """The namespaces it runs in."""
        return Capsule(self.directory)

    @property
    def running(self) -> bool:
        """Whether its processes are alive."""
        return self.capsule.running

    @property
    def stopped_on_purpose(self) -> bool:
        """Whether stop() ended it, so that start() may go on with its data."""
        return (self.directory / "stopped").exists()

    def provision(self, people: Mapping[str, Account]) -> None:
        """Make the domain with this controller as its first, and seed it."""
        self._prepare()
        plan = seed_plan(people) | {
            "smb_conf": str(self.smb_conf),
            "directory": str(self.directory),
            "host": self.name,
            "address": self.address,
            "machine_password": random_password(64),
        }
        self._run(_program("provision.py"), _PROVISION_SECONDS, "provision the domain", json.dumps(plan))
        self._register_services()

    def join(self, source: Controller, administrator: Account) -> None:
        """Become one more controller of the domain that ``source`` serves."""
        self._prepare()
        question = {
            "smb_conf": str(self.smb_conf),
            "directory": str(self.directory),
            "source": source.host,
            "domain": DOMAIN,
            "host": self.name,
            "username": administrator.name,
            "password": administrator.password,
        }
        self._run(_program("join.py"), _JOIN_SECONDS, f"join {self.host}", json.dumps(question))
        self._register_services()
        self._register_names(source)

    def _register_services(self) -> None:
        """Write the service principal names, without which no Kerberos bind to LDAP succeeds.

        Samba's dnsupdate service would do it some seconds after the start. It is not run at all, because it
        also leaves loopback addresses out of DNS.
        """
        command = ["samba_spnupdate", "-s", str(self.smb_conf)]
        self._run(command, _JOIN_SECONDS, f"register {self.host}'s services")

    def _register_names(self, source: Controller) -> None:
        """Write the DNS records (host, SRV, replication alias) into the zones on ``source``."""
        addresses = [f"--current-ip={self.address}", f"--rpc-server-ip={source.address}"]
        command = ["samba_dnsupdate", "-s", str(self.smb_conf), "--use-samba-tool", *addresses]
        self._run(command, _JOIN_SECONDS, f"register {self.host} in DNS")

    def start(self) -> None:
        """Start the server and return when every service answers. Raises LabError when it does not."""
        self.require_free_address()
        (self.directory / "stopped").unlink(missing_ok=True)
        command = ["samba", "-s", str(self.smb_conf), "-i", "--debug-stdout", "-M", "prefork"]
        self.capsule.start(self.view.mounts(), command, self._environment(), self.log, _LIFETIME_HOURS)
        began = time.monotonic()
        while (missing := self._not_ready()) is not None:
            waited = time.monotonic() - began
            # The first moments belong to setsid and unshare, before there is a process to be found.
            if waited > 2 and not self.running:
                raise LabError(f"{self.host} ended while starting.\n{self._tail()}")
            if waited > _READY_SECONDS:
                raise LabError(f"{self.host} is not ready, {missing}, see {self.log}.\n{self._tail()}")
            time.sleep(0.05)

    def stop(self, seconds: float = 5) -> None:
        """End the server and keep its data."""
        (self.directory / "stopped").touch()
        self.capsule.terminate(seconds)

    def require_free_address(self, seconds: float = 5) -> None:
        """Raise LabError when something else listens where this controller will, and goes on to.

        What was killed a moment ago may hold its ports until the kernel is done with it.
        """
        deadline = time.monotonic() + seconds
        for port in TCP_PORTS:
            while (error := self._bind_error(port)) is not None:
                place = f"{self.address} port {port}"
                if error.errno != errno.EADDRINUSE:
                    raise LabError(f"{self.host} cannot use {place}: {error.strerror}.") from error
                if time.monotonic() > deadline:
                    raise LabError(
                        f"{self.host} needs {place}, but something else listens there. "
                        f"`ss -ltnp 'sport = :{port}'` names it; stop it, or stop the other lab."
                    ) from error
                time.sleep(0.1)

    def _bind_error(self, port: int) -> OSError | None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.address, port))
            except OSError as error:
                return error
        return None

    def _prepare(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        for name in ("etc", "tls"):
            (self.directory / name).mkdir(mode=0o700, parents=True)
        tls = self.directory / "tls"
        self.authority.issue(self.host, self.address, tls / "cert.pem", tls / "key.pem")
        scripts = self.directory / "sysvol" / DOMAIN / "scripts"
        scripts.mkdir(parents=True)
        self.smb_conf.write_text(
            _SMB_CONF.format(
                realm=REALM, workgroup=WORKGROUP, name=self.name.upper(), address=self.address, tls=tls,
                ca=self.authority.certificate, directories=samba_directories(self.directory),
                sysvol=self.directory / "sysvol", scripts=scripts,
            )
        )  # fmt: skip

    def _run(self, command: list[str], seconds: int, purpose: str, text: str = "") -> None:
        argv = self.capsule.argv(self.view.mounts(), command)
        try:
            done = subprocess.run(
                argv, input=text, capture_output=True, text=True, timeout=seconds,
                env=self._environment(), cwd="/", check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise LabError(f"Could not {purpose} within {seconds} s.") from error
        if done.returncode:
            raise LabError(f"Could not {purpose}:\n" + "\n".join(done.stderr.splitlines()[-8:]))

    def _environment(self) -> dict[str, str]:
        # Nothing of the caller's: neither its Kerberos tickets nor its Python paths concern the controller.
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "KRB5_CONFIG": str(self.view.krb5_conf),
            "KRB5CCNAME": f"FILE:{self.directory}/krb5cc",
        }

    def _not_ready(self) -> str | None:
        """What does not answer yet, or None when the controller can be used."""
        for port in TCP_PORTS:
            try:
                socket.create_connection((self.address, port), timeout=1).close()
            except OSError:
                return f"port {port} does not answer"
        root = self.capsule.inside()
        # SMB sessions need winbindd, whose socket only the controller's own namespace has.
        if root is None or not (root / "run/samba/winbindd/pipe").exists():
            return "winbindd has no socket"
        return self._tls_problem()

    def _tls_problem(self) -> str | None:
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        try:
            with (
                socket.create_connection((self.address, 636), timeout=2) as plain,
                context.wrap_socket(plain, server_hostname=self.host),
            ):
                return None
        except OSError as error:
            return f"no TLS on port 636: {error}"

    def _tail(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        return ""


def _program(name: str) -> list[str]:
    return [SYSTEM_PYTHON, "-I", str(Path(__file__).with_name(name))]


_SMB_CONF = """\
[global]
  realm = {realm}
  workgroup = {workgroup}
  netbios name = {name}
  server role = active directory domain controller
  server services = s3fs, rpc, ldap, cldap, kdc, drepl, winbindd, kcc, dns
  interfaces = {address}/8
  bind interfaces only = yes
  disable netbios = yes
  # changes reach the other controller when a test says so, and never by themselves
  dreplsrv:periodic_startup_interval = 86400
  dreplsrv:periodic_sync_interval = 86400
  dreplsrv:notify_interval = 86400
  idmap_ldb:use rfc2307 = yes
  tls enabled = yes
  tls certfile = {tls}/cert.pem
  tls keyfile = {tls}/key.pem
  tls cafile = {ca}
{directories}
[sysvol]
  path = {sysvol}
  read only = no

[netlogon]
  path = {scripts}
  read only = no
"""
