# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""answer_file as Ansible runs it: where it writes, who may read there, and what it tells of it."""

from __future__ import annotations

import dataclasses
import json
import re
import runpy
import tempfile
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.adops.offline_join.plugins.module_utils._package import unattend
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import sealed_samples

MODULE = "ansible_collections.adops.offline_join.plugins.modules.answer_file"
PACKAGE = samples.build()
TEXT = PACKAGE.to_base64()
NAME = PACKAGE.machine_name
SECRET_OF_THE_TEMPLATE = "local-Admin_7-password"
TEMPLATE = (
    f'<unattend xmlns="{unattend.NAMESPACE}"><!-- {SECRET_OF_THE_TEMPLATE} --><settings pass="specialize"/></unattend>'
)


class Place:
    """A package, a directory for the answer file, and the module run on them."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory = directory
        self.package = directory / "package.djoin"
        self.package.write_bytes(PACKAGE.to_djoin_file())
        self.closed = directory / "closed"
        self.closed.mkdir(mode=0o700)
        self.dest = self.closed / "unattend.xml"
        self._capsys = capsys

    def run(self, *, check: bool = False, **options: Any) -> dict[str, Any]:
        given = {"name": NAME, "package": str(self.package), "dest": str(self.dest), "_ansible_check_mode": check}
        given = {key: value for key, value in (given | options).items() if value is not None}
        with patch_module_args(given), pytest.raises(SystemExit):
            runpy.run_module(MODULE, run_name="__main__")
        printed = self._capsys.readouterr()
        for secret in (TEXT[:40], samples.SECRET, SECRET_OF_THE_TEMPLATE):
            assert secret not in printed.out + printed.err
        answer: dict[str, Any] = json.loads(printed.out)
        return answer

    def image(self, *directories: str) -> Path:
        image = self.closed / "image"
        for directory in directories:
            (image / directory).mkdir(parents=True)
        return image


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    tmp_path.chmod(0o755)
    return Place(tmp_path, capsys)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_it_is_predicted_written_and_left_alone(place: Place) -> None:
    predicted = place.run(check=True)
    assert predicted["changed"]
    assert not place.dest.exists()
    written = place.run()
    assert written["diff"] == predicted["diff"]
    assert written["diff"]["before"] == ""
    assert written["diff"]["after"] == f"AccountData set: {NAME}\nComputerName: {NAME}\n"
    assert (written["dest"], written["machine_name"], written["domain"]) == (str(place.dest), NAME, "corp.example")
    assert TEXT.encode() in place.dest.read_bytes()
    assert mode(place.dest) == 0o600
    before = place.dest.stat()
    again = place.run()
    assert not again["changed"]
    assert again["diff"]["before"] == again["diff"]["after"]
    assert place.dest.stat().st_mtime_ns == before.st_mtime_ns


def test_template_stays_and_its_secrets_are_not_shown(place: Place) -> None:
    template = place.directory / "template.xml"
    template.write_text(TEMPLATE)
    answer = place.run(template=str(template))
    assert answer["changed"]
    assert SECRET_OF_THE_TEMPLATE in place.dest.read_text()
    assert template.read_text() == TEMPLATE
    assert not place.run(template=str(template))["changed"]
    template.unlink()
    assert place.run(template=str(template))["msg"].endswith(f"the template {template} is not there; correct its path")


def test_missing_directory_is_made_closed(place: Place) -> None:
    dest = place.directory / "new" / NAME / "unattend.xml"
    assert place.run(dest=str(dest))["changed"]
    assert mode(dest.parent) == 0o700


def test_what_others_can_read_is_refused(place: Place) -> None:
    place.closed.chmod(0o750)
    assert f"{place.closed} is open to others (mode 0750)" in place.run()["msg"]
    assert not place.dest.exists()
    place.closed.chmod(0o700)
    place.dest.write_text(TEMPLATE)
    place.dest.chmod(0o640)
    assert f"{place.dest} can be read by others (mode 0640): chmod 0600" in place.run()["msg"]
    assert place.dest.read_text() == TEMPLATE


def test_another_machine(place: Place) -> None:
    answer = place.run(name="BER-PC-002")
    assert answer["msg"].endswith(f"{place.package} is the package of {NAME}; name the one of BER-PC-002")


def test_a_file_of_another_machine_is_not_overwritten_from_a_template(place: Place) -> None:
    template = place.directory / "template.xml"
    template.write_text(TEMPLATE)
    other = samples.Package.build(
        samples.Account("BER-PC-002", samples.ACCOUNT.sid, samples.ACCOUNT.object_guid),
        samples.DOMAIN,
        samples.CONTROLLER,
        samples.Password(samples.SECRET),
    )
    place.dest.write_bytes(unattend.write(None, unattend.Wanted(other)))
    place.dest.chmod(0o600)
    assert "holds the package of BER-PC-002, not of BER-PC-001" in place.run(template=str(template))["msg"]


def test_what_is_there_but_no_package(place: Place) -> None:
    place.package.write_text("nothing of that kind")
    assert "neither a djoin file nor base64" in place.run()["msg"]
    place.package.unlink()
    assert "cannot be read: No such file" in place.run()["msg"]


def test_another_one_than_was_issued(place: Place) -> None:
    issued = IssueRecord(
        machine=NAME, domain=PACKAGE.domain_name, distinguished_name="", issued="2026-11-20T00:00:00+00:00"
    )
    beside = place.directory / f"{NAME.upper()}.issue.json"
    beside.write_text(dataclasses.replace(issued, package_sha256="0" * 64).to_json())
    assert f"{place.package} is not the package that was issued, by the issue record beside it" in place.run()["msg"]
    assert not place.dest.exists()
    beside.write_text(dataclasses.replace(issued, package_sha256=PACKAGE.sha256).to_json())
    assert place.run()["changed"] is True


def test_sealed_package_without_a_key(place: Place) -> None:
    place.package.write_bytes(sealed_samples.sealed())
    assert "the package is sealed: give recipient_key" in place.run()["msg"]


class TestImage:
    def test_names_are_found_whatever_their_case(self, place: Place) -> None:
        image = place.image("WINDOWS/system32", "WINDOWS/panther")
        answer = place.run(dest=None, image=str(image))
        assert answer["dest"] == str(image / "WINDOWS" / "panther" / "unattend.xml")
        assert TEXT.encode() in Path(answer["dest"]).read_bytes()

    def test_the_file_that_is_there_is_patched(self, place: Place) -> None:
        image = place.image("Windows/System32", "Windows/Panther")
        there = image / "Windows" / "Panther" / "Unattend.XML"
        there.write_text(TEMPLATE)
        there.chmod(0o777)  # as the drivers for Windows' file systems show every file
        assert place.run(dest=None, image=str(image))["dest"] == str(there)
        assert [one.name for one in there.parent.iterdir()] == ["Unattend.XML"]
        assert SECRET_OF_THE_TEMPLATE in there.read_text()

    def test_panther_is_made(self, place: Place) -> None:
        image = place.image("Windows/System32")
        assert place.run(dest=None, image=str(image))["dest"] == str(image / "Windows" / "Panther" / "unattend.xml")

    @pytest.mark.parametrize(
        ("directories", "sentence"),
        [
            (["Users"], "has no Windows/System32"),
            (["Windows/System32", "WINDOWS"], r"has WINDOWS and Windows, which are one to Windows"),
        ],
    )
    def test_what_is_no_drive_of_windows(self, place: Place, directories: list[str], sentence: str) -> None:
        assert sentence in place.run(dest=None, image=str(place.image(*directories)))["msg"]

    def test_a_link_out_of_the_image(self, place: Place) -> None:
        image = place.image("Windows/System32")
        (image / "Windows" / "Panther").symlink_to(place.directory)
        assert "is a link, and may lead out of the image" in place.run(dest=None, image=str(image))["msg"]

    def test_an_answer_file_that_comes_first(self, place: Place) -> None:
        image = place.image("Windows/System32", "Windows/Panther/unattend")
        (image / "Windows/Panther/unattend/Unattend.xml").write_text(TEMPLATE)
        assert "may be taken before the one in Panther" in place.run(dest=None, image=str(image))["msg"]

    def test_a_folder_of_earlier_answer_files_that_has_none(self, place: Place) -> None:
        image = place.image("Windows/System32", "Windows/Panther/Unattend")
        (image / "Windows/Panther/Unattend/setup.log").touch()
        assert place.run(dest=None, image=str(image))["dest"] == str(image / "Windows" / "Panther" / "unattend.xml")

    def test_an_image_that_others_can_reach(self, place: Place) -> None:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as open_to_all:
            image = Path(open_to_all)
            image.chmod(0o755)
            (image / "Windows" / "System32").mkdir(parents=True)
            assert "can be reached by others" in place.run(dest=None, image=str(image))["msg"]
            image.chmod(0o700)
            assert place.run(dest=None, image=str(image))["changed"]


def test_one_place_at_a_time(place: Place) -> None:
    assert re.search("mutually exclusive", place.run(image=str(place.closed))["msg"])
    assert "one of the following is required: dest, image" in place.run(dest=None)["msg"]
