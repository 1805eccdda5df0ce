# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A PostgreSQL cluster of its own, in a new directory, on a socket in there and on no network.

The server runs as the user postgres, whom Debian's package makes, and ends with the process that started it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_SECONDS = 60
_OWNER = "postgres"
_DATABASE = "offline_join"


class PostgreSQL:
    """Use it in a ``with`` statement: the server runs inside, and nothing is left behind."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="offline-join-postgres-", dir="/var/tmp"))
        self.password = secrets.token_urlsafe(24)
        self._data = self.directory / "data"
        self._log = self.directory / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def location(self) -> str:
        """What the option ``ledger`` takes."""
        return self.url("rollout")

    def url(self, user: str, database: str = _DATABASE) -> str:
        return f"postgresql://{user}@/{database}?host={self.directory}"

    def __enter__(self) -> Self:
        try:
            self._initialize()
            self.start()
            self.sql(f"CREATE ROLE rollout LOGIN PASSWORD '{self.password}'", database="postgres")
            self.sql(f"CREATE DATABASE {_DATABASE} OWNER rollout", database="postgres")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def start(self) -> None:
        command = ["-D", str(self._data), "-k", str(self.directory), "-c", "listen_addresses=", "-c", "fsync=off"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._as_owner("postgres", *command, ends_with_us=True), stdout=log, stderr=log, cwd="/"
            )
        deadline = time.monotonic() + _SECONDS
        while self._run("pg_isready", "--quiet", "--host", str(self.directory), check=False).returncode:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start: {self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Fast by default: sessions are ended. SIGQUIT stops it as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(_SECONDS)
            finally:
                self._process.kill()
            self._process = None

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        self.stop(how)
        self.start()

    def sql(self, statement: str, database: str = _DATABASE) -> str:
        """Run a statement as the administrator; rows come as lines, columns separated by bars."""
        command = ["--host", str(self.directory), "--no-psqlrc", "--tuples-only", "--no-align", "--quiet"]
        command += ["--set", "ON_ERROR_STOP=1", "--dbname", database, "--command", statement]
        return self._run("psql", *command).stdout.strip()

    def _initialize(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.directory, _OWNER, _OWNER)
        rules = ["--auth-local=scram-sha-256", "--auth-host=reject", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        secret = self.directory / "secret"
        secret.write_text(self.password)
        secret.chmod(0o644)  # in a directory that only its owner enters
        self._run("initdb", "--pgdata", str(self._data), "--username", _OWNER, f"--pwfile={secret}", *rules)
        secret.unlink()

    def _remove(self) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.directory)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self._as_owner(program, *arguments),
            env={"PATH": os.environ["PATH"], "PGPASSWORD": self.password, "PGUSER": _OWNER},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            cwd="/",
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
        return done

    def _as_owner(self, program: str, *arguments: str, ends_with_us: bool = False) -> list[str]:
        """PostgreSQL does not run as root."""
        [directory] = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
        command = [str(directory / program), *arguments]
        end = ["--pdeathsig", "QUIT"] if ends_with_us else []
        if os.geteuid():
            return ["setpriv", *end, *command] if end else command
        return ["setpriv", "--reuid", _OWNER, "--regid", _OWNER, "--clear-groups", *end, *command]
