# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The domain view: a private mount namespace in which a program finds the domain by DNS.

Nothing of the machine changes: the files below are bind-mounted over /etc/resolv.conf, /etc/hosts and
/etc/nsswitch.conf for one process and its children, and a tmpfs hides /run/samba.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .domain import DOMAIN, REALM, WORKGROUP

# "files dns" only: a machine's own resolver daemon or name service cache must not answer for the lab.
_NSSWITCH = "passwd: files\ngroup: files\nhosts: files dns\n"


# Which view a process and its children are in: entering it again costs nothing.
_INSIDE = "OFFLINE_JOIN_LAB_VIEW"


@dataclass(frozen=True)
class View:
    """The files of the view in ``directory`` and the script ``enter`` that runs a command inside."""

    directory: Path

    @property
    def enter(self) -> Path:
        """Run as ``enter COMMAND ARGUMENT...``; it becomes the command (same process id)."""
        return self.directory / "enter"

    @property
    def krb5_conf(self) -> Path:
        """Kerberos configuration for MIT and Heimdal programs."""
        return self.directory / "krb5.conf"

    @property
    def smb_conf(self) -> Path:
        """What Samba's client programs read instead of /etc/samba/smb.conf."""
        return self.directory / "smb.conf"

    def create(self, nameservers: Iterable[str]) -> None:
        """Write all files of the view."""
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self.use_nameservers(nameservers)
        self._write("hosts", f"127.0.0.1 localhost {os.uname().nodename}\n")
        self._write("nsswitch.conf", _NSSWITCH)
        self._write("krb5.conf", _KRB5_CONF.format(realm=REALM, domain=DOMAIN, directory=self.directory))
        conf = _SMB_CONF.format(realm=REALM, workgroup=WORKGROUP) + samba_directories(self.directory)
        self._write("smb.conf", conf)
        self.enter.write_text(self._script())
        self.enter.chmod(0o700)

    def use_nameservers(self, addresses: Iterable[str]) -> None:
        """Change the name servers, also for what already runs in the view."""
        servers = "".join(f"nameserver {address}\n" for address in addresses)
        # In place: a bind mount holds on to the inode, so a renamed file would not be seen.
        self._write("resolv.conf", f"search {DOMAIN}\noptions timeout:1 attempts:2\n{servers}")

    def mounts(self) -> str:
        """Shell commands that make the view inside a fresh mount namespace."""
        binds = [
            f"mount --bind {shlex.quote(str(self.directory / name))} /etc/{name}"
            for name in ("resolv.conf", "hosts", "nsswitch.conf")
        ]
        return "\n".join([*binds, "mkdir -p /run/samba", "mount -t tmpfs -o mode=0755 tmpfs /run/samba"])

    @property
    def environment(self) -> dict[str, str]:
        """What a program that is started with ``mounts`` has to know, so that its children stay inside."""
        return {_INSIDE: str(self.directory)}

    def command(self, argv: Sequence[str | os.PathLike[str]]) -> list[str]:
        """The arguments that run ``argv`` inside the view."""
        return [str(self.enter), *(os.fspath(argument) for argument in argv)]

    def _write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    def _script(self) -> str:
        directory = shlex.quote(str(self.directory))
        inside = f'{self.mounts()}\nexec "$@"'
        return (
            "#!/bin/sh -e\n"
            f"export KRB5_CONFIG={shlex.quote(str(self.krb5_conf))}\n"
            f"export SMB_CONF_PATH={shlex.quote(str(self.smb_conf))}\n"
            f'[ "${{{_INSIDE}-}}" != {directory} ] || exec "$@"\n'
            f"export {_INSIDE}={directory}\n"
            f'exec unshare --mount -- /bin/sh -ec {shlex.quote(inside)} view "$@"\n'
        )


def samba_directories(root: Path) -> str:
    """The smb.conf lines that keep everything which Samba writes below ``root``."""
    lines = {
        "private dir": "private",
        "state directory": "state",
        "cache directory": "cache",
        "lock directory": "lock",
        "pid directory": "pid",
        "ncalrpc dir": "ncalrpc",
        "binddns dir": "bind-dns",
        "ntp signd socket directory": "ntp_signd",
        "usershare path": "usershares",
    }
    for name in lines.values():
        (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = "".join(f"  {option} = {root / name}\n" for option, name in lines.items())
    return paths + f"  log file = {root}/log.%m\n"


_SMB_CONF = """\
[global]
  realm = {realm}
  workgroup = {workgroup}
  security = ads
  bind interfaces only = yes
  interfaces = lo
"""

# default_ccache_name is MIT's word, default_cc_name is Heimdal's (inside Samba).
_KRB5_CONF = """\
[libdefaults]
  default_realm = {realm}
  dns_lookup_realm = false
  dns_lookup_kdc = true
  dns_canonicalize_hostname = false
  rdns = false
  default_ccache_name = FILE:{directory}/krb5cc_%{{uid}}
  default_cc_name = FILE:{directory}/krb5cc_%{{uid}}
[domain_realm]
  .{domain} = {realm}
  {domain} = {realm}
"""
