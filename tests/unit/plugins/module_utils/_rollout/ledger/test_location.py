# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a ledger may lie: paths, URLs, containers, and passwords that must not be repeated."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import location
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.container import (
    Mount,
    Surroundings,
    parse,
    vanishes,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.errors import (
    LedgerLibraryError,
    LedgerLocationError,
)

SECRET = "xQ7-vN2_kT9+wR4=hB6"
IN_AN_URL = "xQ7-vN2_kT9%2BwR4%3DhB6"

MACHINE = Mount("/", "/", "ext4")
OVERLAY = Mount("/", "/", "overlay")
VFS = Mount("/", "/var/lib/containers/storage/vfs/dir/1f", "ext4")
VOLUME = Mount("/srv/rollout", "/ledgers", "xfs")
SHARE = Mount("/srv/nfs", "/", "nfs4")
MEMORY = Mount("/dev/shm", "/", "tmpfs")
RUNNER = Mount("/runner", "/tmp/awx_17", "ext4")


def around(*mounts: Mount, marked: bool = True, by_runner: bool = False) -> Surroundings:
    return Surroundings(mounts, marked, by_runner)


@pytest.mark.parametrize(
    ("path", "here", "lost"),
    [
        ("/srv/rollout/l.db", around(MACHINE, marked=False), False),
        ("/dev/shm/l.db", around(MACHINE, MEMORY, marked=False), False),
        # markers that an image left on a machine of its own
        ("/srv/rollout/l.db", around(MACHINE), False),
        ("/home/runner/l.db", around(OVERLAY), True),
        ("/home/runner/l.db", around(OVERLAY, marked=False), True),
        ("/home/runner/l.db", around(VFS), True),
        ("/srv/rollout/l.db", around(OVERLAY, VOLUME), False),
        ("/srv/rollout/deep/l.db", around(VFS, VOLUME), False),
        ("/srv/rollout2/l.db", around(OVERLAY, VOLUME), True),
        ("/srv/nfs/l.db", around(OVERLAY, SHARE), False),
        ("/dev/shm/l.db", around(OVERLAY, MEMORY), True),
        ("/runner/project/l.db", around(OVERLAY, RUNNER, by_runner=True), True),
        ("/srv/rollout/l.db", around(OVERLAY, RUNNER, VOLUME, by_runner=True), False),
        # what is mounted last at one point hides the others
        ("/srv/rollout/l.db", around(OVERLAY, VOLUME, Mount("/srv/rollout", "/", "tmpfs")), True),
        ("/srv/l.db", around(marked=True), True),
        ("/srv/l.db", around(marked=False), False),
    ],
)
def test_what_vanishes_with_its_container(path: str, here: Surroundings, lost: bool) -> None:
    assert vanishes(PurePosixPath(path), here) is lost


def test_mountinfo() -> None:
    """The example of proc_pid_mountinfo(5), a mount point with a blank, and one with several optional fields."""
    text = (
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"
        r"37 35 0:5 / /srv/my\040ledger rw shared:2 master:3 - nfs4 host:/x rw"
        "\n38 35 0:6 / / rw - overlay overlay rw\nnonsense\n"
    )
    assert parse(text) == (
        Mount("/mnt2", "/mnt1", "ext3"),
        Mount("/srv/my ledger", "/", "nfs4"),
        Mount("/", "/", "overlay"),
    )


def test_path_in_a_container_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what this machine looks like is put in place; the link shows that the file's true place counts."""
    (tmp_path / "link").symlink_to("/srv/rollout")
    monkeypatch.setattr(location.container, "surroundings", lambda _environment: around(OVERLAY, VOLUME))
    with pytest.raises(LedgerLocationError, match="would vanish with it; use a PostgreSQL URL"):
        location.parse(str(tmp_path / "ledger.db"), {})
    assert location.parse(str(tmp_path / "link" / "l.db"), {}) == location.File(Path("/srv/rollout/l.db"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no place is named"),
        ("ledger.db", "the path ledger.db is relative"),
        ("mysql://u@h/d", "only PostgreSQL"),
        ("sqlite:////srv/l.db", "only PostgreSQL"),
        ("postgresql+psycopg2://u@h/d", "only PostgreSQL"),
        ("://", "cannot be read"),
        ("postgresql://u@h:port/d", "cannot be read"),
        (f"postgresql://u:{IN_AN_URL}@h/d", "a password stands in its URL"),
        (f"postgresql://u@h/d?password={IN_AN_URL}", "a password stands in its URL"),
        ("postgresql://u@db.corp.example/d?sslmode=prefer", "sslmode prefer would let everybody"),
        ("postgresql://u@127.0.0.1,db.corp.example/d?sslmode=disable", "sslmode disable"),
        ("postgresql://u@/d?host=db.corp.example&sslmode=allow", "sslmode allow"),
    ],
)
def test_refused(text: str, words: str) -> None:
    with pytest.raises(LedgerLocationError, match=words) as raised:
        location.parse(text, {})
    assert SECRET not in str(raised.value)
    assert IN_AN_URL not in str(raised.value)
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("text", "environment", "sslmode"),
    [
        ("postgresql://u@db.corp.example/d", {}, "verify-full"),
        ("postgres://u@192.0.2.1/d", {}, "verify-full"),
        ("postgresql://u@[2001:db8::1]/d", {}, "verify-full"),
        ("postgresql://u@db.corp.example/d?sslmode=require", {}, "require"),
        ("postgresql://u@db.corp.example/d", {"PGSSLMODE": "verify-ca"}, "verify-ca"),
        ("postgresql://u@/d", {"PGHOST": "db.corp.example"}, "verify-full"),
        ("postgresql://u@/d?host=h1:5432&host=h2:5432", {}, "verify-full"),
        ("postgresql://u@localhost/d", {}, None),
        ("postgresql://u@127.0.0.1:5433/d", {}, None),
        ("postgresql://u@[::1]/d", {}, None),
        ("postgresql+psycopg://u@/d?host=/run/postgresql", {}, None),
        ("postgresql:///d", {}, None),
    ],
)
def test_nothing_goes_in_the_clear(text: str, environment: dict[str, str], sslmode: str | None) -> None:
    place = location.parse(text, environment)
    assert isinstance(place, location.Server)
    assert place.url.drivername == "postgresql+psycopg"
    assert place.url.query.get("sslmode") == sslmode


def test_weak_mode_of_the_environment() -> None:
    with pytest.raises(LedgerLocationError, match="sslmode disable"):
        location.parse("postgresql://u@db.corp.example/d", {"PGSSLMODE": "disable"})


def test_how_places_are_shown() -> None:
    assert str(location.parse("postgresql://u@db.corp.example/d?sslcert=/x", {})) == "postgresql://u@db.corp.example/d"
    assert str(location.parse("/srv/l.db", {})) == "/srv/l.db"


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("/srv/user:name@host", []),
        ("postgresql://u@h/d", []),
        (f"postgresql://u:{IN_AN_URL}@h/d", [IN_AN_URL, SECRET]),
        (f"postgresql://u:{SECRET}@h:port/d", [SECRET]),
        (f"mysql://u:{SECRET}@h/d", [SECRET]),
        (f"postgresql://u@h/d?sslmode=require&password={IN_AN_URL}", [IN_AN_URL, SECRET]),
        (f"postgresql://u@h/d?sslpassword={SECRET.replace('+', '-')}", [SECRET.replace("+", "-")]),
    ],
)
def test_secrets_of_a_url(text: str, secrets: list[str]) -> None:
    assert location.embedded_secrets(text) == sorted(secrets)


def test_a_url_without_its_password() -> None:
    assert location.without_password(f"postgresql://u:{IN_AN_URL}@h/d?sslmode=require") == (
        "postgresql://u@h/d?sslmode=require",
        SECRET,
    )
    for text in ("/srv/l.db", "postgresql://u@h/d", "://", "postgresql://u:x@h:port/d"):
        assert location.without_password(text) == (text, None)


@pytest.mark.parametrize(
    ("library", "value", "words"),
    [("SQLALCHEMY_IMPORT_ERROR", "Traceback", "install sqlalchemy"), ("psycopg", None, "install psycopg")],
)
def test_missing_libraries(monkeypatch: pytest.MonkeyPatch, library: str, value: Any, words: str) -> None:
    monkeypatch.setattr(location, library, value)
    with pytest.raises(LedgerLibraryError, match=words):
        location.parse("postgresql://u@h/d", {})
