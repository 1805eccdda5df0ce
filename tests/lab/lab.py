# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab: a domain with its controllers, its members and the view from inside."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from . import domain as corp
from .capsule import kill_below
from .certificates import CertificateAuthority
from .controller import Controller
from .domain import Account
from .errors import CommandFailed, LabError
from .ldif import read_ldif
from .lock import exclusive
from .member import Member
from .packages import require_packages
from .view import View

_DEFAULT_DIRECTORY = "/var/tmp/offline-join-lab"
# Only a directory with this file in it is ever removed.
_MARKER = ".offline-join-lab"


class Lab:
    """A Samba AD domain on loopback. Needs root; start() and stop() may be called from many processes.

    ``directory`` holds everything; None means $OFFLINE_JOIN_LAB or /var/tmp/offline-join-lab. ``progress``
    is called with one short line for each step that takes a while. A second lab beside the first needs a
    directory and loopback ``addresses`` of its own.
    """

    realm = corp.REALM
    domain = corp.DOMAIN
    workgroup = corp.WORKGROUP
    base_dn = corp.BASE_DN
    staging_ou = corp.STAGING_OU
    production_ous = corp.PRODUCTION_OUS
    direct_access_group = corp.DIRECT_ACCESS_GROUP
    server = f"dc1.{corp.DOMAIN}"
    second_server = f"dc2.{corp.DOMAIN}"

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        progress: Callable[[str], None] | None = None,
        addresses: tuple[str, str] = ("127.0.0.10", "127.0.0.11"),
    ) -> None:
        chosen = directory or os.environ.get("OFFLINE_JOIN_LAB") or _DEFAULT_DIRECTORY
        self.directory = Path(chosen).resolve()
        self.view = View(self.directory / "view")
        self.address, self.second_address = addresses
        self._progress = progress or (lambda line: None)
        self._authority = CertificateAuthority(self.directory / "ca")
        self._first = self._controller("dc1", self.address)
        self._second = self._controller("dc2", self.second_address)

    def _controller(self, name: str, address: str) -> Controller:
        return Controller(name, address, self.directory / name, self.view, self._authority)

    @property
    def ca_cert(self) -> Path:
        """PEM of the CA that signed the controllers' TLS certificates."""
        return self._authority.certificate

    @property
    def passwords_file(self) -> Path:
        """JSON, account key to password, mode 0600."""
        return self.directory / "passwords.json"

    @property
    def running(self) -> bool:
        """Whether the lab is complete and its first controller runs."""
        return self._complete and self._first.running

    @property
    def second_running(self) -> bool:
        """Whether the second controller runs."""
        return self._second.running

    @property
    def accounts(self) -> dict[str, Account]:
        """The accounts by key; their passwords were made by start(). Raises LabError before."""
        try:
            return corp.accounts(json.loads(self.passwords_file.read_text()))
        except FileNotFoundError as error:
            raise self._absent() from error

    def start(self, second_controller: bool = False) -> None:
        """Start the lab, or do nothing when it runs; what a crash left behind is removed first."""
        require_packages()
        with exclusive(self.directory):
            if not self.running:
                self._make()
            if second_controller and not self._second.running:
                self._make_second()

    def stop(self) -> None:
        """Kill everything and remove the directory. A lab that does not run is no error."""
        with exclusive(self.directory):
            self._remove()

    def stop_controller(self) -> None:
        """Stop the first controller and keep its data."""
        with exclusive(self.directory):
            self._first.stop()

    def start_controller(self) -> None:
        """Start the first controller again with the data it had."""
        with exclusive(self.directory):
            if not self._first.running:
                self._first.start()

    def stop_second_controller(self) -> None:
        """Stop the second controller and keep its data; start(second_controller=True) resumes it."""
        with exclusive(self.directory):
            self._second.stop()

    def replicate(self) -> None:
        """Move all changes of the domain's naming context between both controllers, now."""
        # This order: the first controller's KDC must learn the second one's service names before it is asked.
        self._pull(self.server, self.second_server, [self.base_dn])
        self._pull(self.second_server, self.server, [self.base_dn])

    def command(self, argv: Sequence[str | os.PathLike[str]]) -> list[str]:
        """The arguments that run ``argv`` inside the domain view."""
        return self.view.command(argv)

    def run(
        self, argv: Sequence[str | os.PathLike[str]], check: bool = True, timeout: float = 60, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a program inside the domain view, its output captured as text.

        ``options`` go to subprocess.run. Raises CommandFailed (a CalledProcessError) on another exit code
        than 0, unless ``check`` is False.
        """
        if not self.view.enter.exists():
            raise self._absent()
        options.setdefault("env", {name: value for name, value in os.environ.items() if name != "KRB5CCNAME"})
        options.setdefault("text", True)
        if "stdout" not in options and "stderr" not in options:
            options.setdefault("capture_output", True)
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run(self.command(argv), timeout=timeout, check=False, **options)
        if check and done.returncode:
            raise CommandFailed(done.returncode, [os.fspath(one) for one in argv], done.stdout, done.stderr)
        return done

    def search(
        self,
        filter: str,  # noqa: A002 - the word of LDAP
        attributes: Iterable[str] = (),
        base: str | None = None,
        controls: Iterable[str] = (),
        controller: str = "dc1",
        scope: str = "sub",
    ) -> list[dict[str, list[Any]]]:
        """What one controller's database holds, read by ``ldbsearch``, which no code under test uses.

        It reads the file, not the server: also while the controller is stopped, without any access check or
        size limit. Values are str, or bytes where LDIF has base64. ``controls`` are ldbsearch's
        (``show_deleted:1``); nTSecurityDescriptor comes as SDDL.
        """
        chosen = self._first if controller == "dc1" else self._second
        options = [f"--controls={control}" for control in controls]
        done = self.run([
            "ldbsearch", "-s", scope, f"--configfile={chosen.smb_conf}", "-H", str(chosen.sam),
            "-b", base or self.base_dn, *options, "--", filter, *attributes,
        ])  # fmt: skip
        return read_ldif(done.stdout)

    def reset_password(self, machine_name: str) -> None:
        """Set a random password on a computer account, as an administrator would."""
        account = machine_name.removesuffix("$") + "$"
        found = self.search(f"(&(objectClass=computer)(sAMAccountName={account}))", ["cn"])
        if not found:
            raise LabError(f"{machine_name}: there is no computer account {account} to reset.")
        password = base64.b64encode(f'"{corp.random_password(60)}"'.encode("utf-16-le")).decode()
        change = ["changetype: modify", "replace: unicodePwd", f"unicodePwd:: {password}"]
        self.ldap(["ldapmodify"], "administrator", input="\n".join([f"dn: {found[0]['dn'][0]}", *change, ""]))

    def ldap(self, argv: Sequence[str], account: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run one of OpenLDAP's tools (``ldapsearch``, ``ldapmodify`` ...) over LDAPS as one of the accounts.

        ``argv`` is the tool and its own options; server, CA and credentials are added. The password comes
        from a file, never from the command line.
        """
        who = self.accounts[account]
        environment = os.environ | {"LDAPTLS_CACERT": str(self.ca_cert), "LDAPTLS_REQCERT": "demand"}
        credentials = ["-x", "-D", who.upn, "-y", str(self._password_file(account))]
        command = [argv[0], "-H", f"ldaps://{self.server}", *credentials, *argv[1:]]
        return self.run(command, env=environment, **options)

    def credentials_file(self, account: str) -> Path:
        """For the option -A of Samba's programs (``net``, ``smbclient``): no password as an argument."""
        return self.directory / f"credentials.{account}"

    def member(self, name: str) -> Member:
        """A domain member with its own Samba; made when it does not exist, joined by a package later."""
        found = Member(name, self.directory / "members" / name.upper(), self.view)
        found.create()
        return found

    def members(self) -> list[Member]:
        """The members made so far, by name."""
        root = self.directory / "members"
        names = sorted(path.name for path in root.iterdir()) if root.exists() else []
        return [Member(name, root / name, self.view) for name in names]

    @property
    def _complete(self) -> bool:
        return (self.directory / "complete").exists()

    def _absent(self) -> LabError:
        return LabError(f"There is no lab in {self.directory}: run `python3 -m tests.lab up` first.")

    def _make(self) -> None:
        if self._complete and self._first.stopped_on_purpose:
            self._progress(f"starting {self.server} again")
            self._first.start()
            return
        self._remove()
        self._first.require_free_address()
        # Open to pass through only: Samba serves SYSVOL with the rights of who asks.
        self.directory.mkdir(mode=0o711)
        (self.directory / _MARKER).touch()
        self._progress("making the certificate authority")
        self._authority.create("Offline Join Lab CA")
        self.view.create([self.address])
        passwords = corp.new_passwords()
        _write_secret(self.passwords_file, json.dumps(passwords))
        for key, password in passwords.items():
            _write_secret(self._password_file(key), password)
            _write_secret(self.credentials_file(key), self._credentials(key))
        self._progress(f"provisioning {self.realm} and its accounts")
        self._first.provision(self.accounts)
        self._progress(f"starting {self.server} on {self.address}")
        self._first.start()
        (self.directory / "complete").touch()

    def _make_second(self) -> None:
        joined = self._second.directory / "complete"
        self.view.use_nameservers([self.address, self.second_address])
        if not joined.exists():
            self._progress(f"joining {self.second_server}")
            self._second.join(self._first, self.accounts["administrator"])
            joined.touch()
        self._progress(f"starting {self.second_server} on {self.second_address}")
        self._second.start()
        self.replicate()
        self._pull(self.second_server, self.server, corp.DNS_ZONES)

    def _remove(self) -> None:
        kill_below(self.directory)
        if not self.directory.exists():
            return
        if any(self.directory.iterdir()) and not (self.directory / _MARKER).exists():
            raise LabError(f"{self.directory} holds something else than a lab: name another one in OFFLINE_JOIN_LAB.")
        shutil.rmtree(self.directory)

    def _password_file(self, account: str) -> Path:
        return self.directory / f"password.{account}"

    def _credentials(self, account: str) -> str:
        who = self.accounts[account]
        return f"username = {who.name}\npassword = {who.password}\ndomain = {self.workgroup}\n"

    def _pull(self, target: str, source: str, naming_contexts: Iterable[str]) -> None:
        for context in naming_contexts:
            command = ["samba-tool", "drs", "replicate", target, source, context]
            try:
                self.as_administrator(command)
            except CommandFailed:
                # A controller that was stopped meanwhile leaves its partner a dead connection for the first try.
                self.as_administrator(command)

    def as_administrator(self, argv: list[str]) -> subprocess.CompletedProcess[str]:
        """Run one of Samba's tools with an administrator's ticket. Raises CommandFailed where it fails."""
        who = self.accounts["administrator"]
        cache = f"FILE:{self.directory}/administrator.krb5cc"
        environment = os.environ | {"KRB5CCNAME": cache}
        self.run(["kinit", f"{who.name}@{self.realm}"], env=environment, input=who.password + "\n")
        return self.run([*argv, f"--use-krb5-ccache={cache}"], env=environment, timeout=120)


def _write_secret(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
