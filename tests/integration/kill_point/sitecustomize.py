# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kills any Python that has this directory in PYTHONPATH at the n-th event of a thread: no chance, just counting.

An event is a step of an LDAP write (about to be sent, sent, answered), a statement that SQLite is about to execute, or
a step of a file below $KILL_DEST (opened for writing, half written, written, renamed, removed; each change before and
after). Every thread counts its own, because only they come in the same order every time. Every event is a line of the
file $KILL_LOG: thread, number, event. At the thread and number of $KILL_AT the process gets SIGKILL; where $KILL_GATE
is set, it makes that file instead, and waits until somebody removes it, and whatever thread has an event waits, too.
Number 0 never comes: then the events are only counted.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter

_WRITES = ("addRequest", "modifyRequest", "delRequest", "modDNRequest")
_GATE_SECONDS = 60
_lock = threading.RLock()
_honest_write = os.write


class _Events:
    def __init__(self, log: str, kill_at: str, gate: str | None) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._kill_at = kill_at
        self._gate = gate
        self._counts: Counter[str] = Counter()

    def event(self, what: str) -> None:
        with _lock:
            thread = threading.current_thread().name
            self._counts[thread] += 1
            place = f"{thread} {self._counts[thread]}"
            _honest_write(self._log, f"{place} {what}\n".encode())
            if place != self._kill_at:
                return
            if self._gate is None:
                os.kill(os.getpid(), signal.SIGKILL)
                signal.pause()
            else:
                self._wait(self._gate)

    def _wait(self, gate: str) -> None:
        os.mkdir(gate)
        deadline = time.monotonic() + _GATE_SECONDS
        while os.path.exists(gate) and time.monotonic() < deadline:
            time.sleep(0.01)


class _TornFile:
    """A file whose every write has a moment at which half of it is there."""

    def __init__(self, file, name: str, events: _Events) -> None:
        self._file, self._name, self._events = file, name, events

    def write(self, content: bytes) -> int:
        half = len(content) // 2
        self._file.write(content[:half])
        self._file.flush()
        self._events.event(f"half written {self._name}")
        self._file.write(content[half:])
        self._file.flush()
        self._events.event(f"written {self._name}")
        return len(content)

    def __enter__(self) -> _TornFile:
        self._file.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self._file.__exit__(*error)

    def __getattr__(self, attribute: str):
        return getattr(self._file, attribute)


class _Files:
    """The changes of files below ``dest``, which ends with a slash."""

    def __init__(self, events: _Events, dest: str) -> None:
        self._event = events.event
        self._events = events
        self._dest = dest

    def watch(self) -> None:
        self._watch_opening()
        self._watch_writing()
        for function, done in {"replace": "renamed", "rename": "renamed", "link": "linked"}.items():
            self._watch_change(function, done)
        for function in ("unlink", "remove"):
            self._watch_change(function, "removed")

    def _name(self, path) -> str | None:
        path = os.path.abspath(os.fspath(path))
        return os.path.relpath(path, self._dest) if path.startswith(self._dest) else None

    def _named(self, descriptor: int) -> str | None:
        return self._name(os.readlink(f"/proc/self/fd/{descriptor}"))

    def _watch_opening(self) -> None:
        honest_open, honest_fdopen = os.open, os.fdopen

        def torn_open(path, flags, *arguments, **options):
            descriptor = honest_open(path, flags, *arguments, **options)
            if flags & (os.O_WRONLY | os.O_RDWR) and (file := self._name(path)):
                self._event(f"opened {file}")
            return descriptor

        def torn_fdopen(descriptor, mode="r", *arguments, **options):
            file = honest_fdopen(descriptor, mode, *arguments, **options)
            inside = self._named(descriptor) if "w" in mode else None
            return _TornFile(file, inside, self._events) if inside else file

        os.open, os.fdopen = torn_open, torn_fdopen

    def _watch_writing(self) -> None:
        def torn_write(descriptor, content):
            if not (file := self._named(descriptor)):
                return _honest_write(descriptor, content)
            written = _honest_write(descriptor, content[: len(content) // 2])
            self._event(f"half written {file}")
            written += _honest_write(descriptor, content[written:])
            self._event(f"written {file}")
            return written

        os.write = torn_write

    def _watch_change(self, function: str, done: str) -> None:
        honest = getattr(os, function)

        def change(path, *arguments, **options):
            file = self._name(arguments[0] if arguments else path)
            if file:
                self._event(f"about to be {done} {file}")
            result = honest(path, *arguments, **options)
            if file:
                self._event(f"{done} {file}")
            return result

        setattr(os, function, change)


def _watch_directory(events: _Events) -> None:
    try:
        from ldap3.strategy.base import BaseStrategy
    except ImportError:
        return  # an interpreter without our libraries is none of ours
    honest_send, honest_get_response = BaseStrategy.send, BaseStrategy.get_response
    writes: dict[int, str] = {}

    def send(self, message_type, request, controls=None):
        if message_type not in _WRITES:
            return honest_send(self, message_type, request, controls)
        events.event(f"about to be sent {message_type}")
        message_id = honest_send(self, message_type, request, controls)
        writes[message_id] = message_type
        events.event(f"sent {message_type}")
        return message_id

    def get_response(self, message_id, *arguments, **options):
        try:
            return honest_get_response(self, message_id, *arguments, **options)
        finally:
            if message_id in writes:
                events.event(f"answered {writes.pop(message_id)}")

    BaseStrategy.send, BaseStrategy.get_response = send, get_response


def _watch_sqlite(events: _Events) -> None:
    import sqlite3

    honest_connect = sqlite3.connect

    def connect(*arguments, **options):
        connection = honest_connect(*arguments, **options)
        connection.set_trace_callback(lambda statement: events.event(f"about to be executed {statement.split()[0]}"))
        return connection

    sqlite3.connect = connect


if "KILL_LOG" in os.environ:
    _events = _Events(os.environ["KILL_LOG"], os.environ["KILL_AT"], os.environ.get("KILL_GATE"))
    _Files(_events, os.environ["KILL_DEST"] + os.sep).watch()
    _watch_directory(_events)
    _watch_sqlite(_events)
