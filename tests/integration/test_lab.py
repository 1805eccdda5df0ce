# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab itself: what the other integration tests rely on."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab import CommandFailed, Lab, LabError, Member

ROOT = Path(__file__).parents[2]
ADDRESSES = ("127.0.0.20", "127.0.0.21")


@pytest.fixture
def computer(lab: Lab) -> Iterator[str]:
    """A fresh computer name; its account is deleted afterwards, wherever it then is."""
    name = f"T{secrets.token_hex(4).upper()}"
    yield name
    for found in lab.search(f"(sAMAccountName={name}$)", ["dn"]):
        lab.ldap(["ldapdelete", found["dn"][0]], "administrator")


@pytest.fixture
def member(lab: Lab, computer: str, tmp_path: Path) -> Iterator[Member]:
    """A member that has applied a package which Samba's own tool issued as administrator."""
    package = tmp_path / "package.txt"
    joined = lab.member(computer)
    lab.run(
        ["net", "offlinejoin", "provision", f"domain={lab.domain}", f"machine_name={computer}",
         f"machine_account_ou={lab.staging_ou}", f"savefile={package}",
         "-A", lab.credentials_file("administrator")],
    )  # fmt: skip
    applied = joined.request_offline_join(package)
    assert applied.returncode == 0, applied.stderr
    yield joined
    joined.remove()


@pytest.fixture
def spare(tmp_path: Path) -> Iterator[Lab]:
    """A second lab beside the first, for tests that stop, kill or lose a controller."""
    found = Lab(tmp_path / "spare", addresses=ADDRESSES)
    yield found
    found.stop()


def add_computer(lab: Lab, account: str, name: str, ou: str) -> subprocess.CompletedProcess[str]:
    """Try to create a computer account as one of the lab's accounts."""
    entry = [
        f"dn: CN={name},{ou}",
        "objectClass: computer",
        f"sAMAccountName: {name}$",
        "userAccountControl: 4096",
    ]
    return lab.ldap(["ldapadd"], account, input="\n".join([*entry, ""]), check=False)


def where(lab: Lab, name: str) -> list[str]:
    """The DNs of the account, read independently of LDAP."""
    return [found["dn"][0] for found in lab.search(f"(sAMAccountName={name}$)", ["dn"])]


@pytest.mark.parametrize("check", ["-verify_hostname=dc1.corp.example", "-verify_ip=127.0.0.10"])
def test_ldaps_certificate_belongs_to_name_and_address(lab: Lab, check: str) -> None:
    client = [
        "openssl",
        "s_client",
        "-connect",
        f"{lab.address}:636",
        "-verify_return_error",
        *check.split("="),
    ]
    assert lab.run([*client, "-CAfile", lab.ca_cert], check=False).returncode == 0
    assert lab.run(client, check=False).returncode != 0, "a certificate of an unknown CA was accepted"


def test_a_plain_bind_is_refused(lab: Lab) -> None:
    user = lab.accounts["user"]
    plain = [
        "ldapsearch",
        "-x",
        "-H",
        f"ldap://{lab.server}",
        "-D",
        user.upn,
        "-w",
        "wrong",
        "-b",
        "",
        "-s",
        "base",
    ]
    assert lab.run(plain, check=False).returncode == 8  # strongerAuthRequired


@pytest.mark.parametrize("account", ["administrator", "issue", "reissue", "promote", "groups", "user"])
def test_every_account_can_log_on(lab: Lab, account: str) -> None:
    base = ["ldapsearch", "-LLL", "-b", lab.base_dn, "-s", "base", "dn"]
    assert f"dn: {lab.base_dn}" in lab.ldap(base, account).stdout


@pytest.mark.parametrize("account", ["reissue", "promote", "groups", "user"])
def test_only_issue_creates_in_staging(lab: Lab, computer: str, account: str) -> None:
    assert add_computer(lab, account, computer, lab.staging_ou).returncode == 50  # insufficientAccessRights
    assert where(lab, computer) == []


def test_issue_creates_in_staging_and_nowhere_else(lab: Lab, computer: str) -> None:
    assert add_computer(lab, "issue", computer, lab.production_ous[0]).returncode == 50
    assert add_computer(lab, "issue", computer, f"CN=Computers,{lab.base_dn}").returncode == 50
    assert add_computer(lab, "issue", computer, lab.staging_ou).returncode == 0
    assert where(lab, computer) == [f"CN={computer},{lab.staging_ou}"]


def test_reissue_disables_and_writes_names_but_user_does_not(lab: Lab, computer: str) -> None:
    add_computer(lab, "issue", computer, lab.staging_ou)
    lines = [f"dn: CN={computer},{lab.staging_ou}", "changetype: modify", "replace: userAccountControl"]
    lines += [
        "userAccountControl: 4098",
        "-",
        "replace: dNSHostName",
        f"dNSHostName: {computer}.{lab.domain}",
        "",
    ]
    change = "\n".join(lines)
    assert lab.ldap(["ldapmodify"], "user", input=change, check=False).returncode == 50
    assert lab.ldap(["ldapmodify"], "reissue", input=change).returncode == 0
    found = lab.search(f"(sAMAccountName={computer}$)", ["userAccountControl", "dNSHostName"])
    assert found[0]["userAccountControl"] == ["4098"]
    assert found[0]["dNSHostName"] == [f"{computer}.{lab.domain}"]


def test_reissue_resets_a_password_but_promote_and_user_do_not(lab: Lab, computer: str) -> None:
    add_computer(lab, "issue", computer, lab.staging_ou)
    before = lab.search(f"(sAMAccountName={computer}$)", ["pwdLastSet"])
    password = base64.b64encode(f'"{secrets.token_urlsafe(30)}-9a"'.encode("utf-16-le")).decode()
    lines = ["changetype: modify", "replace: unicodePwd", f"unicodePwd:: {password}", ""]
    change = "\n".join([f"dn: CN={computer},{lab.staging_ou}", *lines])
    for account in ("user", "promote"):
        assert lab.ldap(["ldapmodify"], account, input=change, check=False).returncode == 50
    assert lab.search(f"(sAMAccountName={computer}$)", ["pwdLastSet"]) == before
    assert lab.ldap(["ldapmodify"], "reissue", input=change).returncode == 0
    assert lab.search(f"(sAMAccountName={computer}$)", ["pwdLastSet"]) != before


def test_promote_moves_to_production_but_reissue_does_not(lab: Lab, computer: str) -> None:
    add_computer(lab, "issue", computer, lab.staging_ou)
    staged = f"CN={computer},{lab.staging_ou}"
    move = ["ldapmodrdn", "-r", "-s", lab.production_ous[1], staged, f"CN={computer}"]
    assert lab.ldap(move, "reissue", check=False).returncode == 50
    assert where(lab, computer) == [staged]
    assert lab.ldap(move, "promote").returncode == 0
    assert where(lab, computer) == [f"CN={computer},{lab.production_ous[1]}"]


def test_groups_adds_members_but_issue_does_not(lab: Lab, computer: str) -> None:
    add_computer(lab, "issue", computer, lab.staging_ou)
    staged = f"CN={computer},{lab.staging_ou}"
    change = f"dn: {lab.direct_access_group}\nchangetype: modify\nadd: member\nmember: {staged}\n"
    assert lab.ldap(["ldapmodify"], "issue", input=change, check=False).returncode == 50
    assert lab.ldap(["ldapmodify"], "groups", input=change).returncode == 0
    assert lab.search(f"(sAMAccountName={computer}$)", ["memberOf"])[0]["memberOf"] == [lab.direct_access_group]


def test_a_package_makes_a_member_and_a_reset_breaks_it(lab: Lab, member: Member) -> None:
    assert member.joined
    assert member.secure_channel().returncode == 0
    assert member.kerberos().returncode == 0
    lab.reset_password(member.name)
    assert member.secure_channel().returncode != 0
    assert member.kerberos().returncode != 0


def test_a_member_that_never_joined_is_red(lab: Lab, computer: str) -> None:
    stranger = lab.member(computer)
    assert not stranger.joined
    assert stranger.secure_channel().returncode != 0
    assert stranger.kerberos().returncode != 0
    stranger.remove()
    assert not stranger.directory.exists()


def test_the_python_of_a_member_has_no_network(lab: Lab, computer: str) -> None:
    stranger = lab.member(computer)
    connect = f"import socket; socket.create_connection(('{lab.address}', 389), 2)"
    refused = subprocess.run([stranger.python, "-c", connect], capture_output=True, text=True, check=False, timeout=30)
    stranger.remove()
    assert "Network is unreachable" in refused.stderr


def test_the_view_leaves_the_machine_alone(lab: Lab) -> None:
    before = [Path(name).read_bytes() for name in ("/etc/resolv.conf", "/etc/hosts")]
    assert lab.address in lab.run(["getent", "ahosts", lab.server]).stdout
    assert [Path(name).read_bytes() for name in ("/etc/resolv.conf", "/etc/hosts")] == before
    with pytest.raises(socket.gaierror):
        socket.gethostbyname(lab.server)


def test_a_second_start_reuses_the_lab(lab: Lab) -> None:
    passwords = lab.passwords_file.stat().st_ino
    began = time.monotonic()
    Lab(lab.directory).start()
    assert time.monotonic() - began < 2
    assert lab.passwords_file.stat().st_ino == passwords


def test_search_reads_text_binary_and_deleted(lab: Lab, computer: str) -> None:
    add_computer(lab, "issue", computer, lab.staging_ou)
    long = "x" * 300
    for value in (long, "Büro"):
        change = ["changetype: modify", "replace: description", f"description: {value}", ""]
        change = [f"dn: CN={computer},{lab.staging_ou}", *change]
        lab.ldap(["ldapmodify"], "administrator", input="\n".join(change))
        found = lab.search(f"(sAMAccountName={computer}$)", ["description"])[0]["description"][0]
        assert (found if isinstance(found, str) else found.decode()) == value
    lab.ldap(["ldapdelete", f"CN={computer},{lab.staging_ou}"], "administrator")
    assert where(lab, computer) == []
    assert lab.search(f"(sAMAccountName={computer}$)", ["dn"], controls=["show_deleted:1"])


def test_a_failed_command_says_why_without_its_arguments(lab: Lab) -> None:
    with pytest.raises(CommandFailed) as failure:
        lab.run(["sh", "-c", "echo the cause >&2; exit 9", "the secret"])
    assert str(failure.value) == "sh ended with exit code 9: the cause"


@pytest.mark.thorough
def test_no_password_is_ever_an_argument(spare: Lab) -> None:
    seen: set[bytes] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    seen.add(path.read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        spare.start()
    finally:
        done.set()
        watcher.join()
    assert any(b"provision.py" in line for line in seen)
    passwords = [account.password.encode() for account in spare.accounts.values()]
    assert not [line for line in seen if any(password in line for password in passwords)]
    assert repr(spare.accounts["issue"]).find(spare.accounts["issue"].password) == -1
    # Others may pass through to SYSVOL and list nothing; what is secret is closed by itself.
    assert spare.directory.stat().st_mode & 0o077 == 0o011
    assert (spare.directory / "dc1" / "private").stat().st_mode & 0o077 == 0
    assert spare.passwords_file.stat().st_mode & 0o077 == 0


START = "import sys; from tests.lab import Lab; Lab(sys.argv[1], addresses=tuple(sys.argv[2:])).start()"


def starting(lab: Lab) -> subprocess.Popen[bytes]:
    """Another process, with a process group of its own, that starts the lab."""
    return subprocess.Popen([sys.executable, "-c", START, str(lab.directory), *ADDRESSES], cwd=ROOT, process_group=0)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.thorough
@pytest.mark.parametrize("stage", ["dc1/private/sam.ldb", "dc1/samba.log"])
def test_a_killed_start_is_cleaned_by_the_next(spare: Lab, stage: str) -> None:
    process = starting(spare)
    wait_for((spare.directory / stage).exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not spare.running
    spare.start()
    assert_serves(spare)
    spare.stop()
    assert not spare.directory.exists()
    assert not processes_of(spare)


@pytest.mark.thorough
def test_a_killed_controller_is_made_anew(spare: Lab) -> None:
    spare.start()
    first = spare.passwords_file.read_text()
    for pid in processes_of(spare):
        # The first one takes others along.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not spare.running)
    spare.start()
    assert spare.passwords_file.read_text() != first
    assert_serves(spare)


@pytest.mark.thorough
def test_two_starts_at_once_make_one_lab(spare: Lab) -> None:
    both = [starting(spare), starting(spare)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len([pid for pid in processes_of(spare) if Path("/proc", str(pid), "comm").read_text() == "unshare\n"]) == 1


@pytest.mark.thorough
def test_one_controller_stands_in_for_the_other(spare: Lab, tmp_path: Path) -> None:
    spare.start(second_controller=True)
    package = tmp_path / "package.txt"
    provision = ["net", "offlinejoin", "provision", f"domain={spare.domain}", "machine_name=TWOHOMES"]
    spare.run([*provision, f"savefile={package}", "-A", spare.credentials_file("administrator")])
    spare.replicate()
    assert where(spare, "TWOHOMES") == [
        found["dn"][0] for found in spare.search("(sAMAccountName=TWOHOMES$)", ["dn"], controller="dc2")
    ]
    joined = spare.member("TWOHOMES")
    assert joined.request_offline_join(package).returncode == 0
    spare.stop_controller()
    assert (spare.running, spare.second_running) == (False, True)
    assert joined.secure_channel().returncode == 0
    assert joined.kerberos().returncode == 0
    spare.start_controller()
    spare.stop_second_controller()
    assert joined.secure_channel().returncode == 0
    assert joined.kerberos().returncode == 0
    spare.start(second_controller=True)
    assert (spare.running, spare.second_running) == (True, True)


@pytest.mark.thorough
def test_a_controller_stopped_on_purpose_is_resumed_with_its_data(spare: Lab) -> None:
    spare.start()
    first = spare.passwords_file.read_text()
    spare.stop_controller()
    spare.start()
    assert spare.passwords_file.read_text() == first


def test_something_else_on_the_port_is_named(spare: Lab) -> None:
    with socket.create_server((ADDRESSES[0], 389)), pytest.raises(LabError, match=r"127\.0\.0\.20 port 389"):
        spare.start()
    assert not spare.directory.exists()


def test_a_missing_debian_package_is_named_with_its_remedy(
    spare: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = tmp_path / "packages.txt"
    listed.write_text("samba\nsamba-of-tomorrow # not written yet\n")
    monkeypatch.setattr("tests.lab.packages.PACKAGES_FILE", listed)
    with pytest.raises(LabError, match=r"package: samba-of-tomorrow\. .*apt-get install .* samba-of-tomorrow$"):
        spare.start()


def test_a_directory_of_somebody_else_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("dear")
    with pytest.raises(LabError, match="something else"):
        Lab(tmp_path, addresses=ADDRESSES).stop()
    assert (tmp_path / "letters").read_text() == "dear"


def assert_serves(lab: Lab) -> None:
    """The lab runs, and its controller knows the passwords of today."""
    assert lab.running
    base = ["ldapsearch", "-LLL", "-b", lab.staging_ou, "-s", "base", "dn"]
    assert f"dn: {lab.staging_ou}" in lab.ldap(base, "user").stdout


def processes_of(lab: Lab) -> list[int]:
    """The processes that have the lab's directory among their arguments, this one left out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(lab.directory).encode() in path.read_bytes() and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
    return found


def cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.lab", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_status_tells_what_runs_and_no_password(lab: Lab, tmp_path: Path) -> None:
    running = cli("--directory", str(lab.directory), "status")
    assert running.returncode == 0
    for text in (lab.server, lab.address, str(lab.ca_cert), "issue@corp.example", str(lab.passwords_file)):
        assert text in running.stdout
    assert not [one.name for one in lab.accounts.values() if one.password in running.stdout]
    assert cli("--directory", str(tmp_path / "none"), "status").returncode == 3


def test_run_passes_the_command_and_its_exit_code_through(lab: Lab) -> None:
    directory = ["--directory", str(lab.directory)]
    assert cli(*directory, "run", "--", "getent", "hosts", lab.server).stdout.split() == [
        lab.address,
        lab.server,
    ]
    assert cli(*directory, "run", "--", "sh", "-c", "exit 7").returncode == 7
