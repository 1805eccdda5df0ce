# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that hold packages: how they are told and how they are wiped, on real files by mono."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from tests.hands.native_code import Proof

PACKAGE = bytes.fromhex("01100800cccccccc") + bytes(range(256)) * 12
TEXT = base64.b64encode(PACKAGE).decode()
SECRET = "ARAIAMzMzMywAgAAAAA="
ANSWERS = """<?xml version="1.0" encoding="%s"?>\r
<unattend xmlns="urn:schemas-microsoft-com:unattend"><!-- caf\u00e9 -->\r
  <settings pass="specialize"><component name="Microsoft-Windows-UnattendedJoin"><Identification><Provisioning>\r
    <AccountData>%s</AccountData>\r
  </Provisioning></Identification></component></settings>\r
</unattend>\r
"""

PACKAGES = {
    "binary": PACKAGE,
    "djoin": ("\ufeff" + TEXT + "\0").encode("utf-16-le"),
    "utf-16": TEXT.encode("utf-16-le"),
    "ascii": TEXT.encode() + b"\r\n",
    "utf-8 with mark": TEXT.encode("utf-8-sig"),
}


def answers(secret: str, encoding: str = "utf-8") -> bytes:
    return (ANSWERS % (encoding, secret)).encode(encoding)


ANSWER_FILES = {
    "utf-8": (answers(SECRET), answers("")),
    "windows-1252": (answers(SECRET, "windows-1252"), answers("", "windows-1252")),
    "utf-16": (answers(SECRET, "utf-16"), answers("", "utf-16")),
    "utf-16-be": (answers(SECRET, "utf-16-be"), answers("", "utf-16-be")),
    "lines": (answers(f"\r\n  {SECRET[:8]}\r\n  {SECRET[8:]}\r\n"), answers("")),
    "cdata": (answers(f"<![CDATA[{SECRET}]]>"), answers("")),
    "two, for two processors": (
        f"<AccountData>{SECRET}</AccountData><Other>x</Other><AccountData>{SECRET}</AccountData>".encode(),
        b"<AccountData></AccountData><Other>x</Other><AccountData></AccountData>",
    ),
    "two, with prefix and attribute": (
        f'<a:AccountData x="1">{SECRET}</a:AccountData >--<AccountData>{SECRET}</AccountData>'.encode(),
        b'<a:AccountData x="1"></a:AccountData >--<AccountData></AccountData>',
    ),
}

NEITHER = {
    "empty": b"",
    "one byte": b"\x01",
    "empty element": answers(""),
    "white space": answers(" \r\n "),
    "closed at once": f"<AccountData/><Other>{SECRET}</Other><AccountData></AccountData>".encode(),
    "another element": f"<AccountDatabase>{SECRET}</AccountDatabase>".encode(),
    "other bytes": PACKAGE[1:],
    "too big": b"<AccountData>x</AccountData>" + b" " * (12 * 1024 * 1024),
}


@pytest.mark.parametrize("content", PACKAGES.values(), ids=PACKAGES)
class TestPackage:
    def test_it_is_told_by_its_content(self, content: bytes, proof: Proof, tmp_path: Path) -> None:
        path = tmp_path / "any name"
        path.write_bytes(content)
        assert proof.run("Find", str(path))[str(path)] == "0"

    def test_it_is_overwritten_and_deleted(self, content: bytes, proof: Proof, tmp_path: Path) -> None:
        path, second = tmp_path / "package", tmp_path / "the same bytes on the disk"
        path.write_bytes(content)
        os.link(path, second)
        ran = proof.run("Wipe", str(path))
        assert (ran["pretended"], ran["wiped"]) == ("True", "True")
        assert not path.exists()
        assert second.read_bytes() == bytes(len(content))


@pytest.mark.parametrize(("content", "kept"), ANSWER_FILES.values(), ids=ANSWER_FILES)
class TestAnswerFile:
    def test_it_is_told_by_its_content(self, content: bytes, kept: bytes, proof: Proof, tmp_path: Path) -> None:
        path = tmp_path / "unattend.xml"
        path.write_bytes(content)
        assert proof.run("Find", str(path))[str(path)] == "1"

    def test_only_the_secret_goes(self, content: bytes, kept: bytes, proof: Proof, tmp_path: Path) -> None:
        path, second = tmp_path / "unattend.xml", tmp_path / "the same bytes on the disk"
        path.write_bytes(content)
        os.link(path, second)
        assert proof.run("Wipe", str(path))["wiped"] == "True"
        assert path.read_bytes() == kept
        # in place: no second copy was written beside it
        assert second.read_bytes() == kept
        assert proof.run("Find", str(path))[str(path)] == "null"


@pytest.mark.parametrize("content", NEITHER.values(), ids=NEITHER)
def test_what_holds_no_package_is_not_touched(content: bytes, proof: Proof, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert proof.run("Find", str(path))[str(path)] == "null"
    ran = proof.run("Wipe", str(path))
    assert (ran["pretended"], ran["wiped"]) == ("False", "False")
    assert path.read_bytes() == content


def test_a_link_is_left_alone(proof: Proof, tmp_path: Path) -> None:
    path, link = tmp_path / "of somebody else", tmp_path / "link"
    path.write_bytes(PACKAGE)
    link.symlink_to(path)
    ran = proof.run("Wipe", str(link))
    assert (ran["pretended"], ran["wiped"]) == ("False", "False")
    assert path.read_bytes() == PACKAGE
    assert link.is_symlink()


def test_a_read_only_file_is_wiped(proof: Proof, tmp_path: Path) -> None:
    path = tmp_path / "package"
    path.write_bytes(PACKAGE)
    path.chmod(0o400)
    assert proof.run("Wipe", str(path))["wiped"] == "True"
    assert not path.exists()


def test_a_file_that_another_program_holds_open_is_told(proof: Proof, tmp_path: Path) -> None:
    held, free = tmp_path / "held.xml", tmp_path / "free.xml"
    for path in (held, free):
        path.write_bytes(answers(SECRET))
    ran = proof.run("Held", str(held), str(tmp_path / "*.xml"))
    assert (ran[str(held)], ran[str(free)]) == ("2", "1")
    assert "exception" in ran.answers, "it cannot be wiped either, not even for show"
    assert held.read_bytes() == answers(SECRET)


def test_a_file_that_is_gone_meanwhile_holds_none(proof: Proof, tmp_path: Path) -> None:
    path = tmp_path / "gone"
    assert proof.run("Gone", str(path), str(tmp_path / "no" / "folder")).answers == {"kind": ["null", "null"]}


def test_wildcards_count_in_the_last_component(proof: Proof, tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt", "three.xml"):
        (tmp_path / name).write_bytes(PACKAGE)
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "four.txt").write_text("nothing")
    given = [f"{tmp_path}/t*.txt", f"{tmp_path}/one.???", f"{tmp_path}/two.txt", f"{tmp_path}/no/*", "/no/file"]
    ran = proof.run("Find", *given)
    assert ran.answers == {f"{tmp_path}/two.txt": ["0"], f"{tmp_path}/one.txt": ["0"]}


def test_variables_of_the_environment_are_expanded(
    proof: Proof, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "package").write_bytes(PACKAGE)
    monkeypatch.setenv("STICK", str(tmp_path))
    assert proof.run("Find", "%STICK%/package").answers == {f"{tmp_path}/package": ["0"]}
