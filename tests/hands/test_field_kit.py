# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The field kit's script and C#: it parses, it compiles, and it judges as Python does, verdict by verdict."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import claims as claiming
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import status_codes
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Claims
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import TICKS, Reading
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit import rules
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit.manifest import Carried, Manifest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining import windows_join
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import receipts
from ansible_collections.adops.offline_join.plugins.plugin_utils import _field_kit_files

from tests.hands.field_kit import LIBRARIES, KitProof
from tests.hands.native_code import csharp
from tests.hands.powershell import bare, faults, parse, text_of, walk

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MANIFEST = Manifest(
    kit="5d0e21c7",
    made=NOW,
    branch="Berlin",
    issuers=["ab" * 32],
    recipient="cd" * 32,
    packages=[
        Carried(
            machine="BER-PC-001",
            domain="corp.example",
            serial_number="5CG1234XYZ",
            issued=NOW,
            expires=NOW + timedelta(days=30),
            package_sha256="a" * 64,
            file="packages/BER-PC-001.sealed",
            sha256="b" * 64,
        )
    ],
)
# What begins or marks the sentence of each cause in Python, and the kit's word for the same cause.
CAUSES = {
    "the sealed package is for the machine": "other_machine",
    "joins the domain": "other_domain",
    "is for the serial number": "other_serial_number",
    "this clock is wrong": "clock_before_issue",
    " expired at ": "expired",
    "is a domain controller": "domain_controller",
    "; leave it first": "member_of_other_domain",
    " already, as ": "member_under_other_name",
    "another package, for": "other_package_waits",
    "the restart did not make the machine a member": "not_taken",
    "cannot join a domain": "edition",
    status_codes.explain(2700).sentence: "entra_joined",
    status_codes.explain(740).sentence: "not_elevated",
    "its new name ": "rename_waits",
    "the machine is called": "other_name",
    "more than Kerberos accepts": "clock",
}
STEPS = {
    windows_join.Step.APPLY: "apply",
    windows_join.Step.RESTART: "restart",
    windows_join.Step.ASK_DOMAIN: "ask_domain",
    windows_join.Step.NOTHING: "nothing",
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> KitProof:
    return KitProof(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return _field_kit_files.files(MANIFEST, contact="+49 30 <1234567>")


@pytest.fixture(scope="module")
def script(files: dict[str, bytes]) -> str:
    return files["Join-Domain.ps1"].decode("ascii").replace("\r\n", "\n")


class TestScript:
    def test_it_parses(self, script: str) -> None:
        assert faults(parse(script)) == []

    def test_its_own_csharp_compiles_as_in_windows(self, script: str, tmp_path: Path) -> None:
        source = re.findall(r"^\$source = @'\n(.*?)\n'@$", script, re.DOTALL | re.MULTILINE)
        (tmp_path / "Kit.cs").write_text(source[0])
        compiled = csharp([tmp_path / "Kit.cs"], tmp_path / "Kit.dll", libraries=LIBRARIES)
        assert compiled.returncode == 0, compiled.stdout + compiled.stderr
        named = re.search(r"^ +Add-Type .*-ReferencedAssemblies (.*)$", script, re.MULTILINE)
        assert named is not None
        assert [f"-r:{name}" for name in re.findall(r"'([\w.]+)'", named[1])] == [*LIBRARIES]

    def test_it_holds_the_rules_and_the_issuers(self, script: str) -> None:
        held = json.loads(re.findall(r"^\$kitText = @'\n(.*?)\n'@$", script, re.DOTALL | re.MULTILINE)[0])
        assert held == {"experimental": True, "issuers": ["ab" * 32], "rules": rules.table()}
        assert "%" not in re.findall("%[A-Z]+%", script)

    def test_types_and_members_that_it_uses_are_there(self, script: str) -> None:
        source = _field_kit_files.source()
        for name in re.findall(r"\[AdOps\.OfflineJoin\.FieldKit\.(\w+)\]", script):
            assert re.search(rf"public (static|sealed) class {name}\b", source), name
        body = script[script.index("Add-Type") :]
        # variable::Member( and what the C# declares as static or as constructor
        for member in set(re.findall(r"\$\w+::(\w+)", body)) - {"new"}:
            assert re.search(rf"public (static|const) [\w<>\[\], ?]+ {member}\b", source), member

    def test_properties_and_methods_that_it_uses_are_there(self, script: str) -> None:
        body = script[script.index("Add-Type") :]
        owners = "seen|machine|manifest|entry|expected|claims|opened|receipts?|recipient|judgement|done|pending|earlier"
        used = set(re.findall(rf"\$(?:{owners})\.(\w+)", body, re.IGNORECASE))
        assert len(used) > 25
        declared = set(re.findall(r"public [\w<>\[\], ?.]+ (\w+)\s*[({]", _field_kit_files.source()))
        assert used - declared == set()

    def test_both_languages_have_every_sentence(self, script: str) -> None:
        texts = json.loads(re.findall(r"^\$languages = @'\n(.*?)\n'@$", script, re.DOTALL | re.MULTILINE)[0])
        assert sorted(texts) == ["en", "ru"]
        body = script[script.index("Add-Type") :]
        asked = {*re.findall(r"-Id '(\w+)'", body), *re.findall(r"\$texts\['(\w+)'\]", body)}
        judged = {*CAUSES.values(), *STEPS.values()} - {"apply"}
        refused = {*re.findall(r'Refusal\("(\w+)"\)', _field_kit_files.source())}
        for language, sentences in texts.items():
            assert {*sentences} == asked | judged | refused | {"unexpected"}, language
            assert all(sentence.strip() for sentence in sentences.values())
        for name, sentence in texts["en"].items():
            places = re.findall(r"\{\d\}", sentence)
            assert sorted(places) == sorted(re.findall(r"\{\d\}", texts["ru"][name])), name

    def test_nothing_is_applied_before_it_was_judged_and_a_receipt_written(self, script: str) -> None:
        """The order in Join-Machine: the last judgement, the receipt, Windows, the receipt."""
        [join] = [
            text_of(node)
            for node in walk(parse(script))
            if node.type == "function_statement" and "Join-Machine" in text_of(node)[:40]
        ]
        acts = ["$judgement.Judge(", "New-Receipt", "$receipts.Append(", "Submit-Package", "$receipt.Kind = 'applied'"]
        order = [join.rindex(acts[0]), *(join.index(act) for act in acts[1:])]
        assert order == sorted(order)
        assert join.rindex("$receipts.Append(") > order[-1]
        assert script.count("$application::Apply(") == 1

    def test_no_secret_is_shown(self, script: str) -> None:
        assert "Exception.Message" not in script
        [prompt] = [line for line in script.splitlines() if "ask_passphrase" in line and "Read-Host" in line]
        assert "-AsSecureString" in prompt

    def test_the_starter_is_what_cmd_reads(self, files: dict[str, bytes]) -> None:
        starter = files["Join-Domain.cmd"]
        assert starter.startswith(b"@echo off\r\n")
        assert starter.count(b"\n") == starter.count(b"\r\n")

    @pytest.mark.parametrize("language", ["en", "ru"])
    def test_the_page_needs_nothing_else(self, files: dict[str, bytes], language: str) -> None:
        page = files[f"instruction-{language}.html"].decode()
        assert not re.search(r"\b(src|href)=|url\(|https?://(?!www\.gnu\.org)", page)
        assert "default-src 'none'" in page
        assert "+49 30 &lt;1234567&gt;" in page
        assert " 5 " in page
        assert "{" not in page.partition("<body>")[2]
        assert hashlib.sha256(files["Join-Domain.ps1"]).hexdigest() in page


CLAIMS = Claims(
    machine="BER-PC-001",
    domain="corp.example",
    serial_number="5CG1234XYZ",
    issued=NOW - timedelta(days=1),
    expires=NOW + timedelta(days=30),
    ledger_id=None,
    package_sha256="a" * 64,
    object_guid="0a0b0c0d-0e0f-1011-1213-141516171819",
    sid="S-1-5-21-1-2-3-1103",
    password_last_set=1,
    key_version=2,
)
SERIAL_NUMBERS = ["5CG1234XYZ", " 5cg1234xyz ", "OTHER", "", None]
MACHINE = {
    "Name": "BER-PC-001",
    "PendingName": "BER-PC-001",
    "SerialNumber": "5CG1234XYZ",
    "DomainRole": 0,
    "PartOfDomain": False,
    "Domain": "WORKGROUP",
    "EntraJoinType": 0,
    "Sku": 48,
    "ProductType": 1,
    "Elevated": True,
    "ClockConfirmed": True,
    "PendingSha256": None,
    "PendingStatus": None,
    "PendingSameBoot": False,
}
Case = tuple[dict[str, Any], Claims, Claims, datetime]


def cases() -> Iterator[Case]:
    """What is seen, the claims, what the manifest says, and the time: each fault alone, and each pair of them."""
    yield MACHINE, CLAIMS, CLAIMS, NOW
    for sku in {*rules.table()["editions_that_cannot_join"], *range(210), 4095}:
        yield MACHINE | {"Sku": sku, "ProductType": 1 + 2 * (sku % 2)}, CLAIMS, CLAIMS, NOW
    for role, part in itertools.product(range(6), (True, False)):
        yield MACHINE | {"DomainRole": role, "PartOfDomain": part, "Domain": "corp.example"}, CLAIMS, CLAIMS, NOW
    for mine, its in itertools.product(SERIAL_NUMBERS, SERIAL_NUMBERS):
        if (mine != "" and mine == (mine or "").strip()) or mine is None:
            for name in ("BER-PC-001", "DESKTOP-1"):
                seen = MACHINE | {"SerialNumber": its, "Name": name, "PendingName": name}
                changed = dataclasses.replace(CLAIMS, serial_number=mine)
                yield seen, changed, changed, NOW
    for first, second in itertools.product(FAULTS, repeat=2):
        yield first_of(first, second)


def first_of(*names: str) -> Case:
    seen, claims, expected, now = MACHINE, CLAIMS, CLAIMS, NOW
    for name in names:
        change = FAULTS[name]
        seen = seen | {key: value for key, value in change.items() if key[0].isupper()}
        claims = dataclasses.replace(claims, **{k: v for k, v in change.items() if k in ("machine", "domain")})
        now = now + change.get("later", timedelta(0))
    return seen, claims, expected, now


FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "other machine": {"machine": "BER-PC-009"},
    "other domain": {"domain": "evil.example"},
    "early": {"later": timedelta(days=-1, seconds=-1)},
    "expired": {"later": timedelta(days=30)},
    "controller": {"DomainRole": 5, "PartOfDomain": True, "Domain": "corp.example"},
    "serial number": {"SerialNumber": "OTHER"},
    "member": {"DomainRole": 1, "PartOfDomain": True, "Domain": "CORP.example"},
    "member elsewhere": {"DomainRole": 1, "PartOfDomain": True, "Domain": "old.example"},
    "name": {"Name": "DESKTOP-1"},
    "rename": {"PendingName": "DESKTOP-2"},
    "home": {"Sku": 101},
    "entra": {"EntraJoinType": 1},
    "workplace": {"EntraJoinType": 2},
    "unknown entra": {"EntraJoinType": None},
    "not elevated": {"Elevated": False},
    "clock": {"ClockConfirmed": False},
    "ours waits": {"PendingSha256": "a" * 64, "PendingStatus": 0, "PendingSameBoot": True},
    "ours did not take": {"PendingSha256": "a" * 64, "PendingStatus": 0, "PendingSameBoot": False},
    "ours was never asked": {"PendingSha256": "a" * 64, "PendingStatus": None, "PendingSameBoot": True},
    "another waits": {"PendingSha256": "b" * 64, "PendingStatus": 0, "PendingSameBoot": True},
    "another of before": {"PendingSha256": "b" * 64, "PendingStatus": 0, "PendingSameBoot": False},
}


def judged_by_python(case: Case) -> str:
    """The word for what ``claims.check`` and then ``windows_join.judge`` say."""
    seen, claims, expected, now = case
    its = claiming.Machine(expected.machine, expected.domain, seen["SerialNumber"])
    refusal = claiming.check(claims, its, now)
    if refusal:
        return word(refusal)
    offer = Offer(
        machine_name=expected.machine,
        package_machine_name=claims.machine,
        dns_domain=claims.domain,
        netbios_domain="CORP",
        domain_guid="",
        package_sha256=claims.package_sha256,
        serial_number=claims.serial_number,
    )
    both = claims.serial_number and seen["SerialNumber"]
    follows = bool(both) and claims.serial_number.strip().lower() == seen["SerialNumber"].strip().lower()
    verdict = windows_join.judge(offer, as_seen(seen), clock(seen["ClockConfirmed"]), follow_package=follows)
    return word(verdict.refusal) if verdict.refusal else STEPS[verdict.step]


def as_seen(seen: dict[str, Any]) -> dict[str, Any]:
    """The same machine as ``win_machine_info`` would tell of it."""
    pending = None
    if seen["PendingSha256"] is not None:
        pending = {
            "package_sha256": seen["PendingSha256"],
            "status": seen["PendingStatus"],
            "last_boot": 2 if seen["PendingSameBoot"] else 1,
            "machine_name": "BER-PC-009",
            "domain": "corp.example",
        }
    return {
        "identity": {
            "active_name": seen["Name"],
            "pending_name": seen["PendingName"],
            "serial_number": seen["SerialNumber"],
        },
        "membership": {
            "domain_role": seen["DomainRole"],
            "part_of_domain": seen["PartOfDomain"],
            "domain": seen["Domain"],
            "entra_join_type": seen["EntraJoinType"],
            "pending_join": pending,
        },
        "edition": {"sku": seen["Sku"], "product_type": seen["ProductType"]},
        "restart": {"last_boot": 2},
        "security": {"elevated": seen["Elevated"]},
    }


def clock(right: bool) -> Reading:
    """A clock that is right, or just more off than the script asks the engineer about."""
    ahead = 0 if right else rules.table()["clock_tolerance"] + 1
    return Reading(round((ahead + 11_644_473_600) * TICKS), 0.0, 0.0)


def word(sentence: str) -> str:
    [found] = {name for mark, name in CAUSES.items() if mark in sentence}
    return found


def fields(claims: Claims) -> dict[str, Any]:
    return claims.to_fields()


def test_it_judges_as_python_does(kit: KitProof) -> None:
    table = list(cases())
    given = [
        {
            "rules": rules.table(),
            "machine": seen,
            "claims": fields(claims),
            "expected": fields(expected),
            "now": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        }
        for seen, claims, expected, now in table
    ]
    verdicts = kit.run("judge", given)
    wanted = [judged_by_python(case) for case in table]
    assert [pair for pair in zip(table, wanted, verdicts, strict=True) if pair[1] != pair[2]] == []
    # every cause and every step was in the table
    assert {*wanted} == {*CAUSES.values(), *STEPS.values()}


@pytest.mark.parametrize(
    ("place", "other"),
    [
        ("_cannotJoin.Contains(machine.Sku)", "machine.Sku == 101"),
        ("now >= claims.Expires", "now > claims.Expires"),
        ('refusal = "domain_controller"', 'refusal = "apply"'),
        ("ours ? Restart", "!ours ? Restart"),
    ],
)
def test_a_rule_that_differs_is_found(place: str, other: str, tmp_path: Path) -> None:
    source = _field_kit_files.source()
    assert place in source
    differing = KitProof(tmp_path, source.replace(place, other))
    with pytest.raises(AssertionError):
        test_it_judges_as_python_does(differing)


class TestJson:
    def test_it_writes_as_python_does(self, kit: KitProof) -> None:
        given = {
            "text": "".join(map(chr, range(0x180))) + '\u0416\u20ac\U0001f511"\\',
            "number": -(2**62),
            "list": [1, [], {}, None, True, False],
            "": {"b": 1, "a": 2, "B": 3},
        }
        assert kit.run("json", [given]) == [json.dumps(given, sort_keys=True, separators=(",", ":"))]

    @pytest.mark.parametrize(
        "text", ['{"a":1,"a":2}', '{"a": 1}', '{"b":1,"a":1}', '{"a":1.0}', '{"a":01}', '{"a":1}x', "[", ""]
    )
    def test_it_reads_one_spelling_only(self, kit: KitProof, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(json, "dumps", lambda _given, **_how: text)
        assert kit.run("json", [{}]) == ["refused damaged"]


class TestReceipts:
    def test_they_are_a_chain_of_the_ledger(self, kit: KitProof, tmp_path: Path) -> None:
        """Written by C# in three runs, read by the ledger's own rules, with what no code page keeps."""
        texts = {"Who": '\u0410\u043d\u043d\u0430 "O\'Brien" \\ \u20ac', "Branch": "K\u00f6ln"}
        for kind, status in (("delivered", None), ("applied", 0), ("delivered", 2698)):
            [answer] = kit.run("receipts", [receipt(tmp_path, Kind=kind, Status=status, **texts)])
        [file] = (tmp_path / "receipts").iterdir()
        read = receipts.read(file.read_bytes())
        events = [link.event for link in read.links]
        assert [(event.kind, event.details.get("status")) for event in events] == [
            ("delivered", None), ("applied", 0), ("delivered", 2698),
        ]  # fmt: skip
        assert events[0].details == {"experimental": True, "kit": "5d0e21c7", "name_before": "DESKTOP-1", "sku": 48}
        assert (events[0].who, events[0].branch) == (texts["Who"], texts["Branch"])
        assert (events[0].machine, events[0].serial_number) == ("BER-PC-001", "5CG1234XYZ")
        assert (events[0].sha256, events[0].writer) == ("a" * 64, file.stem)
        assert events[0].time == "2026-11-21T12:00:00.000000+00:00"
        assert answer == f"{file} {read.links[-1].hash}"
        assert not read.cut_off

    def test_what_the_ledger_refuses_is_left_out_of_a_name(self, kit: KitProof, tmp_path: Path) -> None:
        kit.run("receipts", [receipt(tmp_path, Who=" A\u0008n\ud83d\ude00na\u007f " + "x" * 2000)])
        [file] = (tmp_path / "receipts").iterdir()
        [link] = receipts.read(file.read_bytes()).links
        assert link.event.who == "Anna " + "x" * 194

    def test_a_chain_that_was_changed_is_not_continued(self, kit: KitProof, tmp_path: Path) -> None:
        given = receipt(tmp_path)
        kit.run("receipts", [given, given])
        [file] = (tmp_path / "receipts").iterdir()
        file.write_bytes(file.read_bytes().replace(b"BER-PC-001", b"BER-PC-002", 1))
        kit.run("receipts", [given])
        assert len([*(tmp_path / "receipts").iterdir()]) == 2
        with pytest.raises(ValueError, match="event 1 of field-kit-5d0e21c7-"):
            receipts.read(file.read_bytes())

    def test_a_line_that_was_cut_off_is_left_out(self, kit: KitProof, tmp_path: Path) -> None:
        kit.run("receipts", [receipt(tmp_path), receipt(tmp_path)])
        [file] = (tmp_path / "receipts").iterdir()
        read = receipts.read(file.read_bytes()[:-20])
        assert (len(read.links), read.cut_off) == (1, True)


def receipt(folder: Path, **changes: Any) -> dict[str, Any]:
    return {
        "folder": str(folder / "receipts"),
        "Kit": "5d0e21c7",
        "Branch": "",
        "Who": "",
        "Experimental": True,
        "Kind": "applied",
        "Status": None,
        "Function": "NetRequestProvisioningPackageInstall",
        "claims": fields(CLAIMS),
        "machine": MACHINE | {"Name": "DESKTOP-1", "SerialNumber": " 5CG1234XYZ "},
        "now": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
    } | changes


def test_powershell_variables_of_types_are_used(script: str) -> None:
    body = script[script.index("Add-Type") :]
    for node in walk(parse(body)):
        if node.type == "assignment_expression" and re.fullmatch(r"\[[\w.]+\]", text_of(bare(node.named_children[2]))):
            name = text_of(node.named_children[0])
            assert body.count(name) > 1, name
