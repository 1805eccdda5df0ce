# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must not work: every refusal names the machine, the cause and the next step, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package

from tests.integration.branch import Branch


def errors(answer: dict) -> dict[str, str]:
    assert answer.get("failed"), answer
    return {name: machine["error"] for name, machine in answer["machines"].items() if "error" in machine}


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("A-NAME-OF-16-XYZ", "16 characters"),
        ("PC_001", "'_'"),
        ("PC 001", "' '"),
        ("ПК-001", "only the letters A to Z"),
        ("-PC001", "hyphen"),
        ("20261121", "only digits"),
        ("localhost", "reserved"),
        ("corp", "that of the domain"),
        ("", "empty"),
    ],
)
def test_bad_name(branch: Branch, name: str, cause: str) -> None:
    good = branch.names[0]
    answer = branch.issue(name, good)
    assert set(errors(answer)) == {name}
    assert cause in errors(answer)[name]
    assert set(branch.accounts()) == {good}


def test_doubled_names(branch: Branch) -> None:
    one, two, three = branch.names
    answer = branch.issue(one, two, two.lower(), three, three)
    assert set(errors(answer)) == {two, two.lower(), three}
    assert "case does not tell names apart" in errors(answer)[two]
    assert set(branch.accounts()) == {one}


def test_organizational_unit_is_not_there(branch: Branch) -> None:
    answer = branch.issue(path="OU=Nowhere,DC=corp,DC=example")
    for name, error in errors(answer).items():
        assert error.startswith(
            f"{name}: look at the organizational unit OU=Nowhere,DC=corp,DC=example: it is not there"
        )
    assert not branch.accounts()


@pytest.mark.parametrize("check", [False, True])
def test_no_right_in_production(branch: Branch, check: bool) -> None:
    production = branch.lab.production_ous[0]
    answer = branch.issue(path=production, check=check)
    assert len(errors(answer)) == 3
    for error in errors(answer).values():
        assert production in error
        assert "right to create computer objects" in error
    assert not branch.accounts()


def test_no_right_without_delegation(branch: Branch) -> None:
    branch.account = "user"
    answer = branch.issue()
    assert all(branch.lab.staging_ou in error for error in errors(answer).values())
    assert not branch.accounts()


def test_account_exists(branch: Branch) -> None:
    taken, free, _rest = branch.names
    dn = f"CN={taken},CN=Computers,DC=corp,DC=example"
    branch.add(dn, {"objectClass": ["computer"], "sAMAccountName": [f"{taken}$"], "userAccountControl": ["4096"]})
    before = branch.accounts()[taken]
    answer = branch.issue(taken, free)
    assert set(errors(answer)) == {taken}
    assert f"{taken}: issue a package again for {dn}: " in errors(answer)[taken]
    assert f"it is not in {branch.lab.staging_ou}" in errors(answer)[taken]
    assert branch.accounts()[taken] == before
    never = branch.issue(taken, regenerate="never")
    assert f"{taken}: the account exists ({dn}), but there is no package of it in dest" in errors(never)[taken]
    assert free in branch.accounts()


def test_another_object_has_the_name(branch: Branch) -> None:
    """Not a computer, so not found among the accounts: the domain controller itself refuses the add."""
    name = branch.names[0]
    branch.add(f"CN={name},{branch.lab.staging_ou}", {"objectClass": ["contact"]})
    answer = branch.issue(name)
    assert "there is an object of this name" in errors(answer)[name]
    assert not branch.accounts()


def test_service_principal_name_is_taken(branch: Branch) -> None:
    taken, free, holder = branch.names
    dn = f"CN={holder},CN=Computers,DC=corp,DC=example"
    branch.add(
        dn,
        {
            "objectClass": ["computer"],
            "sAMAccountName": [f"{holder}$"],
            "servicePrincipalName": [f"HOST/{taken.lower()}.corp.example"],
        },
    )
    answer = branch.issue(taken, free)
    assert set(errors(answer)) == {taken}
    assert f"service principal name is taken by {dn}" in errors(answer)[taken]
    assert set(branch.accounts()) == {free, holder}


def test_package_whose_account_is_gone(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    old = branch.package(name).read_bytes()
    branch.delete(f"CN={name},{branch.lab.staging_ou}")
    assert "remove the file, or set regenerate to missing" in errors(branch.issue(name, regenerate="never"))[name]
    assert branch.package(name).read_bytes() == old
    assert branch.issue(name)["changed"]
    assert branch.package(name).read_bytes() != old


@pytest.mark.parametrize("damage", ["truncated", "another"])
def test_package_file_is_not_the_accounts_own(branch: Branch, damage: str) -> None:
    name, other, _rest = branch.names
    branch.issue(name, other)
    wrong = branch.package(other).read_bytes() if damage == "another" else branch.package(name).read_bytes()[:-100]
    branch.package(name).write_bytes(wrong)
    error = errors(branch.issue(name, regenerate="never"))[name]
    assert f"the account exists (CN={name}," in error
    assert "the file in dest is not its package" in error
    assert branch.package(name).read_bytes() == wrong
    assert branch.issue(name)["machines"][name]["act"] == "reissue"
    assert Package.read(branch.package(name).read_bytes()).machine_name == name


def test_add_that_is_refused_among_others(make_branch: Callable[[int], Branch]) -> None:
    """Its issue record stays as it was: it may claim an account that an earlier run asked for."""
    branch = make_branch(5)
    before, taken, after = branch.names[:2], branch.names[2], branch.names[3:]
    branch.issue(taken)
    branch.delete(f"CN={taken},{branch.lab.staging_ou}")
    record = branch.issue_record(taken).read_bytes()
    branch.add(f"CN={taken},{branch.lab.staging_ou}", {"objectClass": ["contact"]})
    answer = branch.issue()
    assert set(errors(answer)) == {taken}
    assert "there is an object of this name" in errors(answer)[taken]
    assert branch.issue_record(taken).read_bytes() == record
    assert set(branch.accounts()) == {*before, *after}
    assert all(branch.package(name).exists() for name in (*before, *after))


@pytest.mark.parametrize("kind", ["djoin", "issue.json"])
def test_file_that_cannot_be_written_among_others(make_branch: Callable[[int], Branch], kind: str) -> None:
    """Without its intended record an account is not made, without its package it goes again."""
    branch = make_branch(5)
    branch.dest.mkdir()
    failing = branch.names[2]
    link = branch.dest / f".{failing}.{kind}.unfinished"
    link.symlink_to("elsewhere")
    answer = branch.issue()
    assert set(errors(answer)) == {failing}
    assert f"write {link}: " in errors(answer)[failing]
    assert not branch.issue_record(failing).exists()
    assert set(branch.accounts()) == {*branch.names} - {failing}
    link.unlink()
    assert branch.issue()["machines"][failing]["act"] == "create"


def test_files_cannot_be_written(branch: Branch) -> None:
    """A disk that becomes full: no account stays behind without its package."""
    branch.dest.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(branch.dest)], check=True, timeout=30)
    try:
        answer = branch.issue()
        kept = {name for name in branch.names if branch.package(name).exists()}
        left_over = [file.name for file in branch.dest.iterdir() if file.name.startswith(".")]
    finally:
        subprocess.run(["umount", str(branch.dest)], check=True, timeout=30)
    failed = errors(answer)
    assert failed
    assert kept
    assert all("No space left on device" in error for error in failed.values())
    assert set(branch.accounts()) == kept == set(branch.names) - set(failed)
    assert not left_over


def test_domain_controller_stops_in_the_middle(make_branch: Callable[[int], Branch]) -> None:
    """What was issued is kept and reported, the rest says why, and a second run finishes."""
    branch = make_branch(60)
    branch.dest.mkdir()
    stopper = subprocess.Popen(
        ["sh", "-c", f"until [ -e {branch.package(branch.names[5])} ]; do sleep 0.01; done"],
        stdin=subprocess.DEVNULL,
    )
    running = branch.start_issue()
    try:
        assert stopper.wait(timeout=60) == 0
        branch.lab.stop_controller()
        answer = running.finish()
    finally:
        stopper.kill()
        branch.lab.start_controller()
    failed = errors(answer)
    issued = {name for name in branch.names if branch.package(name).exists()}
    assert issued
    assert set(failed) == set(branch.names) - issued
    assert all("stopped answering" in error for error in failed.values())
    second = branch.issue()
    assert not second.get("failed"), second
    assert {name for name, machine in second["machines"].items() if not machine["changed"]} == issued
    assert set(branch.accounts()) == set(branch.names)


def test_time_to_notice_a_domain_controller_that_is_not_there(branch: Branch) -> None:
    started = time.monotonic()
    answer = branch.issue(server="127.0.0.99")
    assert "connect to 127.0.0.99 port 636" in answer["msg"]
    assert "Connection refused" in answer["msg"]
    assert time.monotonic() - started < 30
    assert not branch.dest.exists()


def test_directory_is_not_writable(branch: Branch, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    answer = branch.issue(dest=str(file / "packages"))
    assert answer["failed"]
    assert str(file) in answer["msg"]
    assert not branch.accounts()


def test_directory_is_relative(branch: Branch) -> None:
    answer = branch.issue(dest="packages")
    assert "dest packages is relative" in answer["msg"]
    assert not branch.accounts()
