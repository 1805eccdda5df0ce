# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that nobody else reads: whole, private, or not there."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._storage import secret_file

OLD, NEW = b"what was there before", b"a package"


@pytest.fixture
def umask() -> Iterator[None]:
    """The most permissive umask; whatever a test sets is put back."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.unfinished")


class TestWriting:
    @pytest.mark.usefixtures("umask")
    @pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o277, 0o777])
    def test_mode_is_0600_whatever_the_umask(self, tmp_path: Path, mask: int) -> None:
        os.umask(mask)
        path = tmp_path / "PC.djoin"
        secret_file.write(path, NEW)
        assert mode(path) == 0o600
        assert path.read_bytes() == NEW

    @pytest.mark.usefixtures("umask")
    @pytest.mark.parametrize("former", [0o666, 0o644, 0o400, 0o000])
    def test_mode_is_0600_whatever_was_there(self, tmp_path: Path, former: int) -> None:
        path = tmp_path / "PC.djoin"
        path.write_bytes(OLD)
        path.chmod(former)
        unfinished(path).write_bytes(OLD)
        unfinished(path).chmod(0o666)
        secret_file.write(path, NEW)
        assert mode(path) == 0o600
        assert path.read_bytes() == NEW

    def test_half_written_file_of_a_killed_run_is_overwritten(self, tmp_path: Path) -> None:
        path = tmp_path / "PC.djoin"
        unfinished(path).write_bytes(OLD * 100)
        secret_file.write(path, NEW)
        assert path.read_bytes() == NEW
        assert list(tmp_path.iterdir()) == [path]

    def test_link_at_the_unfinished_name_is_not_followed(self, tmp_path: Path) -> None:
        path, victim = tmp_path / "PC.djoin", tmp_path / "victim"
        path.write_bytes(OLD)
        victim.write_bytes(OLD)
        victim.chmod(0o644)
        unfinished(path).symlink_to(victim)
        with pytest.raises(OSError, match="unfinished") as raised:
            secret_file.write(path, NEW)
        assert raised.value.errno == errno.ELOOP
        assert victim.read_bytes() == path.read_bytes() == OLD
        assert mode(victim) == 0o644

    def test_link_at_the_name_itself_is_replaced(self, tmp_path: Path) -> None:
        path, victim = tmp_path / "PC.djoin", tmp_path / "victim"
        victim.write_bytes(OLD)
        path.symlink_to(victim)
        secret_file.write(path, NEW)
        assert not path.is_symlink()
        assert victim.read_bytes() == OLD

    def test_whoever_reads_meanwhile_sees_the_old_or_the_new(self, tmp_path: Path) -> None:
        path = tmp_path / "PC.djoin"
        path.write_bytes(OLD)
        with path.open("rb") as reader:
            secret_file.write(path, NEW)
            assert reader.read() == OLD
        assert path.read_bytes() == NEW

    def test_failure_leaves_what_was_there_and_nothing_else(self, tmp_path: Path) -> None:
        path = tmp_path / "PC.djoin"
        path.write_bytes(OLD)
        with pytest.raises(TypeError):
            secret_file.write(path, "text has no place here")  # type: ignore[arg-type]
        assert path.read_bytes() == OLD
        assert list(tmp_path.iterdir()) == [path]

    def test_name_that_is_a_directory(self, tmp_path: Path) -> None:
        path = tmp_path / "PC.djoin"
        path.mkdir()
        with pytest.raises(IsADirectoryError):
            secret_file.write(path, NEW)
        assert list(tmp_path.iterdir()) == [path]

    def test_limit_on_the_size_of_files(self, tmp_path: Path) -> None:
        """A write that fails half-way, as on a full disk."""
        path = tmp_path / "PC.djoin"
        path.write_bytes(OLD)
        usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (5, usual[1]))
            with pytest.raises(OSError, match="File too large"):
                secret_file.write(path, NEW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
            signal.signal(signal.SIGXFSZ, before)
        assert path.read_bytes() == OLD
        assert list(tmp_path.iterdir()) == [path]

    def test_missing_directory(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            secret_file.write(tmp_path / "missing" / "PC.djoin", NEW)


class TestWritingMany:
    @pytest.mark.parametrize("failing", range(3))
    def test_one_failure_keeps_no_other_file_from_being_written(self, tmp_path: Path, failing: int) -> None:
        paths = [tmp_path / f"PC-{number}.djoin" for number in range(3)]
        for path in paths:
            path.write_bytes(OLD)
        unfinished(paths[failing]).symlink_to("elsewhere")
        failures = secret_file.write_all({path: NEW + path.name.encode() for path in paths})
        assert set(failures) == {paths[failing]}
        assert failures[paths[failing]].errno == errno.ELOOP
        for path in paths:
            assert path.read_bytes() == (OLD if path in failures else NEW + path.name.encode())

    def test_every_file_is_synchronized_before_it_has_its_name_and_the_directory_at_the_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order: list[str] = []
        synchronize, replace = os.fsync, os.replace

        def seen_fsync(descriptor: int) -> None:
            order.append(f"synchronized {Path(os.readlink(f'/proc/self/fd/{descriptor}')).name}")
            synchronize(descriptor)

        def seen_replace(before: Path, after: Path) -> None:
            replace(before, after)
            order.append(f"named {after.name}")

        monkeypatch.setattr(os, "fsync", seen_fsync)
        monkeypatch.setattr(os, "replace", seen_replace)
        assert secret_file.write_all({tmp_path / name: NEW for name in ("A", "B")}) == {}
        assert order == [
            *("synchronized .A.unfinished", "named A", "synchronized .B.unfinished", "named B"),
            f"synchronized {tmp_path.name}",
        ]

    def test_missing_directory(self, tmp_path: Path) -> None:
        paths = [tmp_path / "missing" / name for name in ("A", "B")]
        failures = secret_file.write_all(dict.fromkeys(paths, NEW))
        assert {path: failure.errno for path, failure in failures.items()} == dict.fromkeys(paths, errno.ENOENT)

    def test_nothing_to_write(self) -> None:
        assert secret_file.write_all({}) == {}


class TestReading:
    @pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 1000])
    def test_never_more_than_one_byte_beyond_the_bound(self, tmp_path: Path, size: int) -> None:
        path = tmp_path / "PC.djoin"
        path.write_bytes(b"x" * size)
        assert len(secret_file.read(path, 10)) == min(size, 11)

    def test_endless_file(self) -> None:
        assert secret_file.read(Path("/dev/zero"), 10) == bytes(11)

    def test_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError) as raised:
            secret_file.read(tmp_path / "PC.djoin", 10)
        assert str(raised.value.filename) == str(tmp_path / "PC.djoin")


class TestDirectory:
    @pytest.mark.usefixtures("umask")
    def test_it_is_made_private(self, tmp_path: Path) -> None:
        path = tmp_path / "packages" / "berlin"
        secret_file.make_directory(path)
        assert mode(path) == 0o700
        assert list(path.iterdir()) == []

    def test_one_that_is_there_keeps_its_mode(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o750)
        secret_file.make_directory(tmp_path)
        assert mode(tmp_path) == 0o750

    def test_file_in_its_place(self, tmp_path: Path) -> None:
        path = tmp_path / "packages"
        path.write_bytes(b"")
        with pytest.raises(FileExistsError):
            secret_file.make_directory(path)

    def test_place_where_nothing_can_be_written(self) -> None:
        with pytest.raises(OSError, match="/proc"):
            secret_file.make_directory(Path("/proc"))
