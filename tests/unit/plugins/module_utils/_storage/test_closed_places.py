# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret goes only where nobody else can read it, and the refusal says what to change."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._storage import closed_places


@pytest.mark.parametrize("mode", [0o700, 0o500])
def test_a_closed_directory(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    assert closed_places.directory_fault(tmp_path) is None


@pytest.mark.parametrize("mode", [0o701, 0o750, 0o755, 0o777])
def test_an_open_directory(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    fault = closed_places.directory_fault(tmp_path)
    assert fault is not None
    assert f"{tmp_path} is open to others (mode {mode:04o})" in fault
    assert f"chmod 0700 {tmp_path}" in fault


@pytest.mark.parametrize("mode", [0o604, 0o640])
def test_an_open_file(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "unattend.xml"
    path.touch()
    path.chmod(mode)
    assert (
        closed_places.file_fault(path)
        == f"{path} can be read by others (mode {mode:04o}): chmod 0600 {path}, then run again"
    )
    path.chmod(0o600)
    assert closed_places.file_fault(path) is None


def test_what_is_not_there_yet_is_made_closed(tmp_path: Path) -> None:
    assert closed_places.directory_fault(tmp_path / "new") is None
    assert closed_places.file_fault(tmp_path / "new") is None


def test_one_closed_directory_on_the_way_to_an_image(tmp_path: Path) -> None:
    image = tmp_path / "mount" / "image"
    image.mkdir(parents=True)
    for one in (image, image.parent):
        one.chmod(0o777)
    tmp_path.chmod(0o700)
    assert closed_places.mount_fault(image) is None
    # the system's directories are open to all, so no way to here is closed
    fault = closed_places.mount_fault(Path("/usr/bin"))
    assert fault is not None
    assert "/usr/bin can be reached by others" in fault
    assert "mount the image below a directory with mode 0700" in fault


def test_a_link_is_judged_where_it_leads(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    link = tmp_path / "image"
    link.symlink_to("/usr/bin")
    assert closed_places.mount_fault(link) is not None
