# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ledger_entry and ledger_info as Ansible runs them: every machine answers, check mode, and no secret anywhere."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.parameters import PASS_VARS
from ansible.module_utils.testing import patch_module_args
from ansible_collections.adops.offline_join.plugins.doc_fragments._ledger import ModuleDocFragment
from ansible_collections.adops.offline_join.plugins.module_utils._ledger import access
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    SEALED,
    TWO,
    at,
    heads,
    kept_package,
    sealed_file,
)

MODULES = "ansible_collections.adops.offline_join.plugins.modules"
SECRET, IN_AN_URL = "xQ7-vN2_kT9+wR4=hB6", "xQ7-vN2_kT9%2BwR4%3DhB6"

# ansible-core 2.21 repeats the arguments only where it is asked to; 2.19 does not know the question.
TELL_ARGUMENTS = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}


class Runner:
    def __init__(self, capsys: pytest.CaptureFixture[str], path: Path) -> None:
        self._capsys = capsys
        self.path = path

    def __call__(self, module: str, *, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
        arguments = {"ledger": str(self.path), "_ansible_check_mode": check, "_ansible_diff": diff, **options}
        given = {name: value for name, value in arguments.items() if value is not None}
        with patch_module_args(given | TELL_ARGUMENTS), pytest.raises(SystemExit):
            runpy.run_module(f"{MODULES}.{module}", run_name="__main__")
        answer: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        return answer

    def record(self, *events: dict[str, Any], **options: Any) -> dict[str, Any]:
        return self("ledger_entry", events=list(events), **{"writer": "control", **options})


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    for option in ("", "_PASSWORD", "_TIMEOUT", "_WRITER"):
        monkeypatch.delenv(f"OFFLINE_JOIN_LEDGER{option}", raising=False)
    return Runner(capsys, tmp_path / "ledger.db")


def event(kind: str = "issued", machine: str = "PC-1", **fields: Any) -> dict[str, Any]:
    return {"machine": machine, "kind": kind, **fields}


class TestLedgerEntry:
    def test_every_machine_answers(self, run: Runner) -> None:
        answer = run.record(
            event(sha256=ONE, time="2026-11-21T03:00:00+03:00"),
            event("applied", sha256=ONE),
            event("issued", "PC_2"),
            event("issued", "PC-3"),
            event("applied", "PC-3", sha256="A1"),
            event("issued", "PC-4", time="yesterday"),
            event("issued", "PC-5", sealed_package="/nonexistent/file", sha256=ONE),
        )
        assert answer["failed"]
        assert answer["changed"]
        assert answer["msg"].startswith("4 of 5 machines: ")
        machines = answer["machines"]
        assert [one["sequence"] for one in machines["PC-1"]["recorded"]] == [1, 2]
        assert machines["PC-1"]["recorded"][0]["time"] == at(0)
        for name, words in (
            ("PC_2", "the name holds '_'"),
            ("PC-3", "sha256 has 64 digits"),
            ("PC-4", "'yesterday' is no time with an offset"),
            ("PC-5", "read /nonexistent/file: No such file"),
        ):
            assert machines[name]["error"].startswith(f"{name}: ")
            assert words in machines[name]["error"]
            assert not machines[name]["changed"]
            assert machines[name]["recorded"] == []
        assert [link.event.machine for link in Ledger.open(str(run.path)).read()] == ["PC-1", "PC-1"]

    def test_fields_and_defaults(self, run: Runner) -> None:
        own = {"who": "me", "why": "new", "branch": "hamburg", "inventory_tag": "I1", "serial_number": "S1"}
        own |= {"organizational_unit": "OU=S", "details": {"n": [1]}}
        run.record(event(**own), event("issued", "PC-2", branch=""), who="us", why="rollout", branch="berlin")
        first, second = (link.event for link in Ledger.open(str(run.path)).read())
        assert {name: getattr(first, name) for name in own} == own
        assert (second.who, second.why, second.branch) == ("us", "rollout", "")

    def test_a_second_run_records_nothing(self, run: Runner) -> None:
        assert run.record(event(), event("applied"))["changed"]
        again = run.record(event(), event("applied"))
        assert not again["changed"]
        assert again["machines"]["PC-1"] == {"changed": False, "recorded": [], "repeated": 2, "package_kept": False}
        assert run.record(event(), repeat=True)["changed"]
        assert len(Ledger.open(str(run.path)).read()) == 3

    def test_check_mode_predicts_and_makes_nothing(self, run: Runner, tmp_path: Path) -> None:
        predicted = run.record(event(), event("issued", "PC_2"), check=True, diff=True)
        assert [*tmp_path.iterdir()] == []
        assert predicted["machines"]["PC-1"]["changed"]
        assert "error" in predicted["machines"]["PC_2"]
        done = run.record(event(), diff=True)
        assert done["diff"] == predicted["diff"] == [
            {"before_header": "PC-1", "after_header": "PC-1", "before": "", "after": "kind issued\n"}
        ]  # fmt: skip
        before = run.path.read_bytes()
        assert not run.record(event(), check=True)["changed"]
        assert run.record(event("applied"), check=True)["changed"]
        assert run.record(event(), check=True, repeat=True)["changed"]
        assert run.path.read_bytes() == before
        assert [*tmp_path.iterdir()] == [run.path]

    def test_sealed_packages_are_kept(self, run: Runner, tmp_path: Path) -> None:
        file = tmp_path / "PC-1.sealed"
        file.write_bytes(SEALED)
        sealed = event("sealed", sha256=ONE, sealed_package=str(file))
        assert run.record(sealed, check=True)["machines"]["PC-1"]["package_kept"]
        assert run.record(sealed)["machines"]["PC-1"]["package_kept"]
        assert not run.record(sealed)["changed"]
        # sealed again for other recipients: the event is known, the bytes are not
        file.write_bytes(sealed_file(b"again"))
        again = run.record(sealed, diff=True)
        assert again["changed"]
        assert again["diff"][0]["after"] == "keep the sealed package\n"
        found = kept_package(Ledger.open(str(run.path)), "PC-1")
        assert found is not None
        assert found.content == sealed_file(b"again")
        file.write_bytes(b"ARAIAMzMzMw=")
        assert "seal it first" in run.record(event("sealed", "PC-9", sha256=TWO, sealed_package=str(file)))["msg"]

    def test_writer_by_default(self, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = run.record(event(), writer=None)
        assert answer["writer"] == f"{access.user()}@{os.uname().nodename}"
        monkeypatch.setenv("OFFLINE_JOIN_LEDGER_WRITER", "awx")
        assert run.record(event("applied"), writer=None)["writer"] == "awx"
        assert {head.writer for head in heads(Ledger.open(str(run.path)))} == {answer["writer"], "awx"}

    @pytest.mark.parametrize("kind", ["imported", "sold"])
    def test_kinds_that_nobody_may_write(self, run: Runner, kind: str) -> None:
        assert "value of kind must be one of" in run.record(event(kind))["msg"]


class TestLedgerInfo:
    def test_states_events_and_heads(self, run: Runner) -> None:
        run.record(event(branch="berlin", sha256=ONE), event("applied", "pc-1"), event("issued", "PC-2"))
        answer = run("ledger_info", names=["pC-1", "PC-9"], last_events=1, verify=True)
        one, nine = answer["machines"]["pC-1"], answer["machines"]["PC-9"]
        assert (one["state"], one["package_sha256"], one["branch"], one["event_count"]) == ("applied", ONE, "berlin", 2)
        assert [said["kind"] for said in one["events"]] == ["applied"]
        assert (nine["state"], nine["event_count"], nine["events"]) == ("not_issued", 0, [])
        assert answer["verification"] == {"valid": True, "events": 3, "broken": []}
        assert [(head["writer"], head["sequence"]) for head in answer["heads"]] == [("control", 3)]
        everything = run("ledger_info")
        assert {*everything["machines"]} == {"pc-1", "PC-2"}
        assert "events" not in everything["machines"]["PC-2"]
        assert "verification" not in everything
        assert {*run("ledger_info", branch="berlin")["machines"]} == {"pc-1"}

    def test_the_last_branch_counts(self, run: Runner) -> None:
        run.record(event(branch="berlin"), event("promoted", branch="hamburg"))
        assert run("ledger_info", branch="berlin")["machines"] == {}
        assert {*run("ledger_info", branch="hamburg")["machines"]} == {"PC-1"}

    def test_noted_heads(self, run: Runner, tmp_path: Path) -> None:
        run.record(event())
        noted = run("ledger_info")["heads"]
        run.record(event("applied"))
        assert run("ledger_info", verify=True, noted_heads=noted)["verification"]["valid"]
        run.path.unlink()
        run.record(event(who="another"))
        broken = run("ledger_info", verify=True, noted_heads=noted)["verification"]
        assert not broken["valid"]
        assert [(one["writer"], one["sequence"]) for one in broken["broken"]] == [("control", 1)]

    def test_a_ledger_that_is_not_there(self, run: Runner, tmp_path: Path) -> None:
        assert "it is not there; correct the path" in run("ledger_info", names=["PC-1"])["msg"]
        empty = run("ledger_info", names=["PC-1"], last_events=2, verify=True, check=True)
        assert empty["machines"]["PC-1"]["state"] == "not_issued"
        assert empty["verification"]["valid"]
        assert [*tmp_path.iterdir()] == []

    def test_impossible_events(self, run: Runner) -> None:
        assert "last_events is negative" in run("ledger_info", last_events=-1)["msg"]


class TestSecrets:
    def test_password_in_the_url_is_refused_and_masked(self, run: Runner) -> None:
        answer = run("ledger_info", ledger=f"postgresql://rollout:{IN_AN_URL}@127.0.0.1:9/d")
        assert "a password stands in its URL" in answer["msg"]
        assert SECRET not in json.dumps(answer)
        assert IN_AN_URL not in json.dumps(answer)

    def test_password_in_the_environments_url_is_moved(self, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OFFLINE_JOIN_LEDGER", f"postgresql://rollout:{IN_AN_URL}@127.0.0.1:9/d")
        answer = run("ledger_info", ledger=None)
        assert "does not answer" in answer["msg"]
        arguments = answer["invocation"]["module_args"]
        assert arguments["ledger"] == "postgresql://rollout@127.0.0.1:9/d"
        assert arguments["ledger_password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
        assert SECRET not in json.dumps(answer)

    def test_environment_variables_reach_the_module(self, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OFFLINE_JOIN_LEDGER", "postgresql://rollout@127.0.0.1:9/d")
        monkeypatch.setenv("OFFLINE_JOIN_LEDGER_PASSWORD", SECRET)
        monkeypatch.setenv("OFFLINE_JOIN_LEDGER_TIMEOUT", "7")
        arguments = run("ledger_info", ledger=None)["invocation"]["module_args"]
        assert arguments["ledger_timeout"] == 7
        assert arguments["ledger_password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

    def test_without_a_place(self, run: Runner) -> None:
        assert run("ledger_info", ledger=None)["msg"] == "missing required arguments: ledger"

    def test_password_is_the_one_secret(self) -> None:
        assert [name for name, spec in access.ARGUMENT_SPEC.items() if spec.get("no_log")] == ["ledger_password"]


class TestDocumentation:
    DOCUMENTED = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]

    def test_every_option_is_what_its_documentation_says(self) -> None:
        assert [*self.DOCUMENTED] == [*access.ARGUMENT_SPEC]
        for name, spec in access.ARGUMENT_SPEC.items():
            said = {key: value for key, value in self.DOCUMENTED[name].items() if key != "description"}
            assert said == {key: value for key, value in spec.items() if key != "no_log"}
            variables = re.findall(r"E\((OFFLINE\w+)\)", " ".join(self.DOCUMENTED[name]["description"]))
            assert variables == [access.environment_variable(name)]


@pytest.mark.parametrize(
    ("library", "ledger", "words"),
    [("sqlalchemy", "/nonexistent/l.db", "install sqlalchemy"), ("psycopg", "postgresql:///d", "install psycopg")],
)
@pytest.mark.parametrize(("module", "own"), [("ledger_info", {}), ("ledger_entry", {"events": [event()]})])
def test_without_a_library(library: str, ledger: str, words: str, module: str, own: dict[str, Any]) -> None:
    # An entry of None makes an import fail as if the library were not installed.
    without = f"import sys, runpy; sys.modules[{library!r}] = None; "
    without += f"runpy.run_module('{MODULES}.{module}', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", without],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": {"ledger": ledger, **own}}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    answer = json.loads(done.stdout)
    assert answer["failed"]
    assert words in answer["msg"]


class TestHandingOver:
    """From a laptop's ledger to the shared one, through the file that is carried between them."""

    @pytest.fixture
    def laptop(self, run: Runner, tmp_path: Path) -> Path:
        site, file = tmp_path / "site.db", tmp_path / "laptop.json"
        run.record(event("applied", sha256=ONE, serial_number="S2"), ledger=str(site), writer="laptop")
        run.record(event("issued", "PC-9"), ledger=str(site), writer="another")
        run("ledger_export", ledger=str(site), format="chain", writer="laptop", dest=str(file))
        return file

    def take(self, run: Runner, laptop: Path, **options: Any) -> dict[str, Any]:
        return run("ledger_import", src=str(laptop), writer="control", **options)

    def test_once_and_again(self, run: Runner, laptop: Path, tmp_path: Path) -> None:
        predicted = self.take(run, laptop, check=True)
        assert not run.path.exists()
        done = self.take(run, laptop)
        assert (done["changed"], done["chain"]) == (True, predicted["chain"])
        assert (done["chain"]["writer"], done["chain"]["new"], done["conflicts"]) == ("laptop", 1, {})
        before = run.path.read_bytes()
        for check in (True, False):
            again = self.take(run, laptop, check=check)
            assert (again["changed"], again["chain"]["new"], again["chain"]["sequence"]) == (False, 0, 1)
        assert run.path.read_bytes() == before
        assert run("ledger_info", verify=True)["verification"] == {"valid": True, "events": 2, "broken": []}

    def test_contradictions_are_told(self, run: Runner, laptop: Path) -> None:
        run.record(event(sha256=ONE), event("applied", sha256=ONE, serial_number="S1"))
        for check in (True, False):
            [problem] = self.take(run, laptop, check=check)["conflicts"]["PC-1"]
            assert "was used twice" in problem
        assert run("ledger_info")["machines"]["PC-1"]["problems"] == [problem]

    @pytest.mark.parametrize("check", [True, False])
    def test_refusals(self, run: Runner, laptop: Path, tmp_path: Path, check: bool) -> None:
        text = laptop.read_text()
        laptop.write_text(text.replace("PC-1", "PC-2"))
        assert "its chain is broken: event 1 of laptop" in self.take(run, laptop, check=check)["msg"]
        laptop.write_text(text)
        assert "has the same name" in run("ledger_import", src=str(laptop), writer="laptop", check=check)["msg"]
        run.record(event("planned"), writer="laptop")
        assert "event 1 is another one there" in self.take(run, laptop, check=check)["msg"]
        assert "correct src" in self.take(run, tmp_path / "nothing", check=check)["msg"]


class TestExport:
    def export(self, run: Runner, tmp_path: Path, form: str, **options: Any) -> dict[str, Any]:
        return run("ledger_export", format=form, dest=str(tmp_path / "export"), **options)

    @pytest.mark.parametrize("form", ["json", "machines_csv", "events_csv", "heads", "chain"])
    def test_same_content_is_no_change(self, run: Runner, tmp_path: Path, form: str) -> None:
        run.record(event(branch="berlin"), event("issued", "PC-2", branch="hamburg"))
        file = tmp_path / "export"
        assert self.export(run, tmp_path, form, writer="control", check=True)["changed"]
        assert not file.exists()
        assert self.export(run, tmp_path, form, writer="control")["changed"]
        assert file.stat().st_mode & 0o777 == 0o600
        assert not self.export(run, tmp_path, form, writer="control")["changed"]
        run.record(event("applied"))
        assert self.export(run, tmp_path, form, writer="control", check=True)["changed"]

    def test_a_branch(self, run: Runner, tmp_path: Path) -> None:
        run.record(event(branch="berlin"), event("applied"), event("issued", "PC-2", branch="hamburg"))
        self.export(run, tmp_path, "json", branch="berlin")
        read = json.loads((tmp_path / "export").read_text())
        assert [one["machine"] for one in read["machines"]] == ["PC-1"]
        assert len(read["events"]) == 2
        assert read["chains"]["valid"]
        self.export(run, tmp_path, "machines_csv", names=["pc-2"])
        assert (tmp_path / "export").read_text().splitlines()[1].startswith('"PC-2","issued","hamburg"')

    def test_heads_are_those_that_ledger_info_takes(self, run: Runner, tmp_path: Path) -> None:
        run.record(event())
        self.export(run, tmp_path, "heads")
        noted = json.loads((tmp_path / "export").read_text())["heads"]
        assert noted == run("ledger_info", verify=True, noted_heads=noted)["heads"]

    def test_a_changed_ledger(self, run: Runner, tmp_path: Path) -> None:
        run.record(event())
        run.record(event(), writer="laptop", repeat=True)
        with Ledger.open(str(run.path)).writing() as transaction:
            transaction._connection.exec_driver_sql("UPDATE offline_join_events SET who = 'x' WHERE writer = 'control'")
        for form in ("json", "events_csv", "heads"):
            assert "its chains are broken: event 1 of control" in self.export(run, tmp_path, form)["msg"]
        assert "broken" in self.export(run, tmp_path, "chain", writer="control", broken=True)["msg"]
        assert not (tmp_path / "export").exists()
        assert self.export(run, tmp_path, "chain", writer="laptop")["changed"]
        self.export(run, tmp_path, "json", broken=True)
        assert not json.loads((tmp_path / "export").read_text())["chains"]["valid"]

    def test_refusals(self, run: Runner, tmp_path: Path) -> None:
        assert "it is not there" in self.export(run, tmp_path, "json")["msg"]
        assert self.export(run, tmp_path, "json", check=True)["changed"]
        assert [*tmp_path.iterdir()] == []
        run.record(event())
        assert "leave out names and branch" in self.export(run, tmp_path, "heads", branch="berlin")["msg"]
        assert "there is no chain of nobody" in self.export(run, tmp_path, "chain", writer="nobody")["msg"]
        assert "correct dest" in run("ledger_export", format="json", dest=str(tmp_path / "no" / "file"))["msg"]
