# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module ``packages`` up to a counted event, where it is killed or held, and looks at what is left."""

from __future__ import annotations

import base64
import secrets
import shutil
import signal
import ssl
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import ldap3
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord

from tests.integration.branch import Branch, RunningModule
from tests.integration.seals import Seals

_HOOK = Path(__file__).parent / "kill_point"
_SECONDS = 60


@dataclass(frozen=True)
class Machine:
    """A machine that is joined and works: its name, its account's pwdLastSet and the files of its package."""

    name: str
    password_last_set: str
    files: tuple[Path, ...]

    def put_files(self, branch: Branch) -> None:
        branch.dest.mkdir(mode=0o700)
        for file in self.files:
            shutil.copy(file, branch.dest)


class Event(NamedTuple):
    """What a thread did; every thread counts its own events from 1."""

    thread: str
    number: int
    what: str

    @classmethod
    def from_line(cls, line: str) -> Event:
        thread, number, what = line.split(" ", 2)
        return cls(thread, int(number), what)


NEVER = Event("nobody", 0, "nothing")


class Interrupted:
    """One branch and one command, which is interrupted at an event and then repeated."""

    suffix = ".djoin"

    def __init__(self, branch: Branch, event: Event, options: dict[str, Any] | None = None) -> None:
        self.branch = branch
        self.event = event
        self._options = options or {}
        self._log = branch.directory / f"events.{event.thread}.{event.number}"
        self._gate = branch.directory / "gate"

    @property
    def events(self) -> list[Event]:
        """Those of all threads, as they came."""
        return [Event.from_line(line) for line in self._log.read_text().splitlines()] if self._log.exists() else []

    def nth(self, what: str, ordinal: int = 1) -> Event:
        return [event for event in self.events if event.what == what][ordinal - 1]

    def __str__(self) -> str:
        last = self.events[-1:]
        return f"{len(self.branch.names)} machines, {self.event} ({last}), dest {self._files()}"

    def run_until_killed(self) -> bool:
        """Whether the process was killed; False where it came to its end before that event, well or not."""
        process = self._start().process
        assert process.stdout is not None
        assert process.stderr is not None
        with process:
            said, complained = process.stdout.read(), process.stderr.read()
            code = process.wait(timeout=_SECONDS)
        assert code in (0, 1, -signal.SIGKILL), f"{self}: {code}: {said}{complained}"
        return code == -signal.SIGKILL

    def run_until_held(self) -> RunningModule:
        """Start the command and return when it stands still at the event."""
        running = self._start(KILL_GATE=str(self._gate))
        deadline = time.monotonic() + _SECONDS
        while not self._gate.exists():
            assert time.monotonic() < deadline, f"{self}: never came to this event"
            assert running.process.poll() is None, f"{self}: ended before this event"
            time.sleep(0.01)
        return running

    def let_go(self) -> None:
        self._gate.rmdir()

    def run(self) -> dict[str, Any]:
        """The same command, undisturbed."""
        return self.branch.issue(**self._options)

    def _start(self, **environment: str) -> RunningModule:
        hook = {
            "PYTHONPATH": str(_HOOK),
            # What is counted are events of the module, not those of a measurement.
            "COVERAGE_PROCESS_START": "",
            "KILL_AT": f"{self.event.thread} {self.event.number}",
            "KILL_LOG": str(self._log),
        }
        before = self.branch.extra_environment
        self.branch.extra_environment = before | hook | {"KILL_DEST": str(self.branch.dest)} | environment
        try:
            return self.branch.start_issue(**self._options)
        finally:
            self.branch.extra_environment = before

    def _files(self) -> list[str]:
        return sorted(file.name for file in self.branch.dest.glob("*"))

    def package(self, name: str) -> Path:
        return self.branch.dest / f"{name.upper()}{self.suffix}"

    def read(self, package: Path) -> Package:
        return Package.read(package.read_bytes())

    def require_whole_files(self) -> None:
        """Whatever has its final name is whole: every package decodes, every issue record too."""
        for file in self.branch.dest.glob(f"*{self.suffix}"):
            self.read(file)
        for file in self.branch.dest.glob("*.json"):
            IssueRecord.from_json(file.read_bytes())

    def require_finished(self, answer: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
        """Every machine has one account, and in dest its own package and nothing that is left over.

        Returns the accounts by machine name.
        """
        assert "failed" not in answer, f"{self}: {answer['msg']}"
        accounts = self.branch.accounts()
        assert set(accounts) == set(self.branch.names), f"{self}: {sorted(accounts)}"
        for name, account in accounts.items():
            package = self.read(self.package(name))
            record = IssueRecord.from_json(self.branch.issue_record(name).read_bytes())
            assert package.machine_name == name, str(self)
            assert package.account_sid in account["objectSid"], str(self)
            assert record.package_sha256 == package.sha256, f"{self}: {name} has the record of another package"
        files = (place(name) for name in self.branch.names for place in (self.package, self.branch.issue_record))
        assert self._files() == sorted(file.name for file in files), str(self)
        return accounts

    def contents(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self.branch.dest.glob("*")}


class InterruptedSealing(Interrupted):
    """The same with sealed packages, which only a recipient can look into."""

    suffix = ".sealed"

    def __init__(self, branch: Branch, event: Event, seals: Seals) -> None:
        super().__init__(branch, event, seals.options)
        self._seals = seals
        seals.put_on(branch)

    def read(self, package: Path) -> Package:
        return self._seals.open(package)


def add_late(branch: Branch, name: str) -> None:
    """Do the add that a killed run sent: by its own account, with a password that nobody knows any more."""
    password = base64.b64encode(f'"{secrets.token_urlsafe(60)}aA1-"'.encode("utf-16-le")).decode()
    dns_name = f"{name.lower()}.{branch.lab.domain}"
    lines = [
        f"dn: CN={name},{branch.lab.staging_ou}",
        "objectClass: computer",
        f"sAMAccountName: {name}$",
        "userAccountControl: 4096",
        f"dNSHostName: {dns_name}",
        *(
            f"servicePrincipalName: {kind}/{host}"
            for host in (dns_name, name)
            for kind in ("HOST", "RestrictedKrbHost")
        ),
        f"unicodePwd:: {password}",
        "",
    ]
    branch.lab.ldap(["ldapadd"], branch.account, input="\n".join(lines))


def look(branch: Branch) -> dict[str, dict[str, list[str]]]:
    """The objects whose names begin like those of the branch, conflict objects of replication among them, by DN."""
    anyone = "".join(f"(cn={name}*)(sAMAccountName={name}*)" for name in branch.names)
    return {entry["dn"][0]: entry for entry in branch.lab.search(f"(|{anyone})")}


def duplicates(seen: dict[str, dict[str, list[str]]]) -> list[str]:
    """The account names that more than one object has, or that an object has which is not named like its account."""
    names = Counter(entry["sAMAccountName"][0] for entry in seen.values())
    foreign = [dn for dn, entry in seen.items() if not dn.startswith(f"CN={entry['sAMAccountName'][0][:-1]},")]
    return sorted({name for name, count in names.items() if count > 1} | {*foreign})


def strangers(point: Interrupted, names: Iterable[str]) -> list[str]:
    """The machines whose account has another password than their package. Those that have the same live afterwards."""
    lab = point.branch.lab
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(lab.ca_cert), valid_names=[lab.server])
    server = ldap3.Server(lab.address, port=636, use_ssl=True, tls=tls, get_info=ldap3.NONE)
    connection = ldap3.Connection(server, receive_timeout=_SECONDS)
    try:
        connection.open()
        return [name for name in names if not _rebinds(connection, point, name)]
    finally:
        connection.unbind()


def _rebinds(connection: ldap3.Connection, point: Interrupted, name: str) -> bool:
    password = point.read(point.package(name)).join.machine_password
    assert password is not None
    return bool(connection.rebind(f"{name}$@{point.branch.lab.domain}", password.reveal(), authentication=ldap3.SIMPLE))
