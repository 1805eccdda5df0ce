# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sealed packages from issue to join: no plaintext on the way, and each misuse refused with its own sentence."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Purpose

from tests.integration.branch import Branch
from tests.integration.leaks import files_below, search
from tests.integration.spy import Spy
from tests.twin.farm import TwinFarm

PASSPHRASE = "Correct-Horse-7-Battery"
DONE = {"state": "done"}
_PLAINTEXT = re.compile(rb"ARAIAMzMzM[w-z]|A\0R\0A\0I\0A\0M\0z\0|\x01\x10\x08\x00\xcc\xcc\xcc\xcc")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """issuer, berlin (a recipient), stranger (an issuer nobody trusts), other (a recipient of nothing)."""
    directory = tmp_path_factory.mktemp("keys")
    for name, purpose in (
        ("issuer", Purpose.ISSUER),
        ("stranger", Purpose.ISSUER),
        ("berlin", Purpose.RECIPIENT),
        ("other", Purpose.RECIPIENT),
    ):
        identity = identities.make_identity(name, purpose, days=90, now=datetime.now(UTC))
        (directory / f"{name}.pem").write_bytes(identities.to_pem(identity, PASSPHRASE))
        (directory / f"{name}.crt").write_bytes(identities.certificate_to_pem(identity.certificate))
    return directory


@pytest.fixture
def sealed(make_branch: Callable[[int], Branch], farm: TwinFarm, keys: Path) -> Callable[[int], Branch]:
    """Makes a branch of so many fresh PCs, whose packages are to be sealed."""

    def make(size: int) -> Branch:
        branch = make_branch(size)
        farm.start(branch.names)
        branch.twins(farm)
        branch.variables |= {
            "offline_join_seal": "cms",
            "offline_join_rename": "follow_package",
            "offline_join_issuer_key": str(keys / "issuer.pem"),
            "offline_join_recipients": [str(keys / "berlin.crt")],
            "offline_join_recipient_key": str(keys / "berlin.pem"),
            "offline_join_trusted_issuers": [str(keys / "issuer.crt")],
        }
        branch.extra_environment |= {"OFFLINE_JOIN_SEAL_PASSPHRASE": PASSPHRASE, "ANSIBLE_FORKS": "20"}
        return branch

    return make


def seal_options(keys: Path) -> dict[str, Any]:
    """Those of the module that issues."""
    return {"seal": "cms", "issuer_key": str(keys / "issuer.pem"), "recipients": [str(keys / "berlin.crt")]}


def seal_file(branch: Branch, name: str) -> Path:
    return branch.dest / f"{name}.sealed"


def issue_tomorrow(file: Path, keys: Path) -> None:
    """Seal it again, as an issuer does whose clock is a day ahead."""
    issuer, recipient = (
        identities.load_identity((keys / f"{name}.pem").read_bytes(), PASSPHRASE, name) for name in ("issuer", "berlin")
    )
    opened = sealing.open_sealed(file.read_bytes(), recipient, [issuer.certificate], now=datetime.now(UTC))
    tomorrow = opened.claims.issued + timedelta(days=1)
    claims = dataclasses.replace(opened.claims, issued=tomorrow)
    file.write_bytes(sealing.seal(opened.package, claims, issuer, [recipient.certificate], now=tomorrow))


@pytest.mark.thorough
def test_road(sealed: Callable[[int], Branch], farm: TwinFarm, keys: Path) -> None:
    """Issued, joined and accepted; no plaintext lies about, not even half-written; again: nothing."""
    branch = sealed(3)
    spy = Spy(branch, canaries={"passphrase": PASSPHRASE})
    assert spy.play("prepare").returncode == 0
    assert spy.play("join").returncode == 0
    assert branch.report() == dict.fromkeys(branch.names, DONE)
    for name in branch.names:
        verdict = farm.verdict(name)
        assert verdict is not None
        assert verdict["status"] == 0
    everything = spy.places | files_below(branch.directory)
    assert [
        place for place, content in everything.items() if isinstance(content, bytes) and _PLAINTEXT.search(content)
    ] == []
    assert sorted(file.suffix for file in branch.dest.iterdir()) == [""] + [".json"] * 4 + [".sealed"] * 3
    # The secrets themselves, by opening what was sealed.
    opened = branch.module("package_info", {
        "package": str(seal_file(branch, branch.names[0])), "recipient_key": str(keys / "berlin.pem"),
        "trusted_issuers": [str(keys / "issuer.crt")],
    })  # fmt: skip
    assert opened["sealed"]["claims"]["machine"] == branch.names[0]
    assert opened["package"]["machine_name"] == branch.names[0]
    assert search(spy.places, {"passphrase": PASSPHRASE}) == []
    assert branch.play("prepare").returncode == 0
    again = branch.play("join")
    assert again.returncode == 0
    assert set(re.findall(r"^(\S+) +: ok=.*\bchanged=(\d+)", again.stdout, re.M)) == {
        (name, "0") for name in branch.names
    }


def test_openssl_opens_it(make_branch: Callable[[int], Branch], keys: Path, tmp_path: Path) -> None:
    branch = make_branch(1)
    branch.extra_environment["OFFLINE_JOIN_SEAL_PASSPHRASE"] = PASSPHRASE
    assert "failed" not in branch.issue(**seal_options(keys))
    signed, content = tmp_path / "signed", tmp_path / "content"
    decrypt = ["openssl", "cms", "-decrypt", "-inform", "PEM", "-in", str(seal_file(branch, branch.names[0]))]
    decrypt += ["-inkey", str(keys / "berlin.pem"), "-passin", f"pass:{PASSPHRASE}", "-binary", "-out", str(signed)]
    subprocess.run(decrypt, check=True, capture_output=True)
    verify = ["openssl", "cms", "-verify", "-inform", "DER", "-in", str(signed), "-CAfile", str(keys / "issuer.crt")]
    subprocess.run([*verify, "-purpose", "any", "-binary", "-out", str(content)], check=True, capture_output=True)
    assert json.loads(content.read_bytes())["claims"]["machine"] == branch.names[0]


def test_refusals(sealed: Callable[[int], Branch], farm: TwinFarm, keys: Path) -> None:
    """Each stops its own machine before anything is sent to it."""
    branch = sealed(8)
    other_machine, other_serial, expired, stranger, keyless, damaged, early, good = branch.names
    branch.host_variables[other_serial]["machine_serial_number"] = "ANOTHER-SERIAL"
    branch.host_variables[good]["machine_serial_number"] = farm.state(good)["serial_number"]
    assert branch.play("prepare").returncode == 0
    sentences = {}
    shutil.copy(seal_file(branch, good), seal_file(branch, other_machine))
    sentences[other_machine] = f"the sealed package is for the machine {good}, not for {other_machine}"
    sentences[other_serial] = f"its serial number is {farm.state(other_serial)['serial_number']}, not ANOTHER"
    branch.host_variables[stranger]["offline_join_trusted_issuers"] = [str(keys / "stranger.crt")]
    sentences[stranger] = "the sealed package is signed by a stranger"
    branch.host_variables[keyless]["offline_join_recipient_key"] = str(keys / "other.pem")
    sentences[keyless] = "the sealed package cannot be opened with the key of CN=other"
    content = bytearray(seal_file(branch, damaged).read_bytes())
    place = len(content) // 2
    content[place] = ord("A") if content[place] != ord("A") else ord("B")
    seal_file(branch, damaged).write_bytes(content)
    sentences[damaged] = "the sealed package was changed after it was sealed"
    issue_tomorrow(seal_file(branch, early), keys)
    sentences[early] = f"the sealed package of {early} was issued at "
    done = branch.play("join", "--limit", f"!{expired}")
    assert done.returncode == 2
    report = branch.report()
    assert report[good] == DONE
    for name, sentence in sentences.items():
        headline = report[name]["headline"].removeprefix(f"{name}: ").removeprefix(f"{seal_file(branch, name)}: ")
        assert headline.startswith(sentence), headline
        assert not farm.calls(name, "win_join_package")
    assert "this clock is wrong; set it and try again" in report[early]["headline"]
    # The control node's clock is a month and a half later: the packages have expired, which is no matter to a member.
    late = (datetime.now(UTC) + timedelta(days=45)).strftime("%Y-%m-%d %H:%M:%S")
    clock = {"FAKETIME": f"@{late}", "LD_PRELOAD": _faketime()}
    done = branch.play("join", "--limit", f"{expired}:{good}", environment=clock)
    assert done.returncode == 2
    assert branch.report()[good] == DONE
    assert "expired at" in branch.report()[expired]["headline"]
    assert not farm.calls(expired, "win_join_package")


def _faketime() -> str:
    return str(next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")))


def test_what_becomes_of_expired_packages(make_branch: Callable[[int], Branch], keys: Path) -> None:
    """One that did its work is kept, one that may have is never replaced unasked, one that nobody used on request."""
    branch = make_branch(4)
    branch.extra_environment["OFFLINE_JOIN_SEAL_PASSPHRASE"] = PASSPHRASE
    unused, carried, applied, living = branch.names
    options = seal_options(keys)
    assert "failed" not in branch.issue(**options)
    for name in branch.names:
        fields = json.loads(branch.issue_record(name).read_text())
        branch.issue_record(name).write_text(json.dumps(fields | {"expires": "2026-01-01T00:00:00+00:00"}))
    change = [f"dn: CN={living},{branch.lab.staging_ou}", "changetype: modify", "add: operatingSystem"]
    branch.lab.ldap(["ldapmodify"], "administrator", input="\n".join([*change, "operatingSystem: Windows", ""]))
    before = branch.accounts()
    given: dict[str, dict[str, Any]] = {
        unused: {}, carried: {"underway": "it was carried on 2026-11-20"},
        applied: {"underway": "it was applied on 2026-11-20", "applied": True}, living: {},
    }  # fmt: skip

    def issue(*names: str, **further: Any) -> list[str]:
        machines = [{"name": name, **given[name]} for name in names]
        answer = branch.issue(machines=machines, **options, **further)["machines"]
        return [answer[name].get("act") or answer[name]["error"] for name in names]

    def refused(*names: str, choice: str) -> dict[str, str]:
        """By preflight as by issuing, which changes nothing."""
        told = dict(zip(names, issue(*names, regenerate=choice), strict=True))
        assert branch.accounts() == before
        machines = [{"name": name, "staging_ou": branch.lab.staging_ou, **given[name]} for name in names]
        looked = branch.module("preflight", {"machines": machines, "dest": str(branch.dest), "regenerate": choice})
        errors = {name: said for name, said in told.items() if said != "keep"}
        assert errors.keys() == {name for name, one in looked["machines"].items() if "error" in one}
        return errors

    for choice in ("never", "missing"):
        errors = refused(*branch.names, choice=choice)
        assert errors.keys() == {unused, carried}
        for said in errors.values():
            assert "its package in dest has expired; set regenerate to dead to issue it again, but not" in said
    live = "the machine is treated as live, because {}; leave it alone, or name it in live_machines"
    errors = refused(carried, applied, living, choice="dead")
    assert errors.keys() == {carried}
    assert live.format(given[carried]["underway"]) in errors[carried]
    lost = seal_file(branch, applied)
    content = lost.read_bytes()
    lost.unlink()
    assert live.format(given[applied]["underway"]) in refused(applied, choice="missing")[applied]
    lost.write_bytes(content)

    for check in (True, False):
        assert issue(unused, applied, living, regenerate="dead", check=check) == ["reissue", "keep", "keep"]
    named = [carried, applied]
    assert issue(carried, applied, living, regenerate="dead", live_machines=named) == ["reissue", "reissue", "keep"]
    after = branch.accounts()
    assert [name for name in branch.names if after[name]["pwdLastSet"] == before[name]["pwdLastSet"]] == [living]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "give issuer_key and recipients"),
        ({"issuer_key": "issuer.pem", "recipients": ["issuer.crt"]}, "cannot be sealed"),
        ({"issuer_key": "issuer.pem", "recipients": ["missing.crt"]}, "missing.crt cannot be read"),
        ({"issuer_key": "berlin.pem", "recipients": ["berlin.crt"]}, "cannot be signed"),
    ],
)
def test_what_cannot_seal_leaves_no_account(branch: Branch, keys: Path, options: dict, sentence: str) -> None:
    paths = {
        key: [str(keys / one) for one in value] if isinstance(value, list) else str(keys / value)
        for key, value in options.items()
    }
    branch.extra_environment["OFFLINE_JOIN_SEAL_PASSPHRASE"] = PASSPHRASE
    answer = branch.issue(seal="cms", **paths)
    assert answer["failed"]
    assert sentence in answer["msg"]
    assert branch.accounts() == {}
