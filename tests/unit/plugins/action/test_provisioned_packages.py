# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``provisioned_packages`` asks its Windows host for, what it takes from it, and what it writes."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.adops.offline_join.plugins.action.provisioned_packages import ARGUMENT_SPEC, ActionModule
from ansible_collections.adops.offline_join.plugins.module_utils._package import parts
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.modules.provisioned_packages import DOCUMENTATION
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

NAME = samples.ACCOUNT.machine_name
OTHER = "BER-PC-002"
NEW = {"exists": False}
CERTIFICATES = parts.make(parts.CERTIFICATES, samples.CERTIFICATES)


def made(*further: Any, join4: bool = False) -> str:
    """What Windows answers: base64."""
    package = samples.build(join4=join4)
    return base64.b64encode(samples.compose(package.join, (*package.parts, *further))).decode()


class Windows(ActionModule):
    """In front of the action: a host that makes packages. An exception among its answers breaks the connection."""

    answers: dict[str, Any]
    member: bool = True
    off: bool = False

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_call: Any) -> dict[str, Any]:
        hand = module_name.rpartition(".")[2]
        self.calls.append((hand, module_args))
        if hand == "win_machine_info" and self.off:
            raise AnsibleConnectionFailure("off")
        if hand == "win_machine_info":
            return {"membership": {"part_of_domain": self.member, "domain": "corp.example"}}
        assert self._task.no_log
        assert self._connection._play_context.no_log
        self.written_before = [path.name for path in sorted(Path(self._task.args["dest"]).iterdir())]
        answer = self.answers[module_args["machine_name"]]
        if isinstance(answer, Exception):
            raise answer
        return {"status": 0, "package": None} | answer


def make(dest: Path, answers: dict[str, Any] | None = None, check_mode: bool = False, **arguments: Any) -> Any:
    given = {
        "machines": [{"name": NAME, "path": "OU=Staging,DC=corp,DC=example"}],
        "accounts": {NAME: NEW, OTHER: NEW},
        "dest": str(dest / "packages"),
        "seal": "none",
    }
    action = actions.make(Windows, given | arguments, check_mode=check_mode, delegate_to="ras1")
    action.calls, action.answers = [], answers or {NAME: {"package": made()}}
    return action


def run(dest: Path, answers: dict[str, Any] | None = None, **how: Any) -> dict[str, Any]:
    found: dict[str, Any] = make(dest, answers, **how).run(None, {"inventory_hostname": "somebody"})
    return found


def account(password_last_set: int) -> dict[str, Any]:
    """An entry of ``computer_info``."""
    seen = {"password_last_set": password_last_set, "last_logon": 0, "logon_count": 0, "last_logon_timestamp": 0}
    return {
        "exists": True,
        "distinguished_name": f"CN={NAME},OU=Staging,DC=corp,DC=example",
        "sid": samples.ACCOUNT.sid,
        "object_guid": str(samples.ACCOUNT.object_guid),
        "password_last_set": password_last_set,
        "key_version": 2,
        "evidence": {"dc1": seen | {"operating_system": None}},
        "liveness": {"state": "unused", "reason": ""},
    }


def error(dest: Path, answer: dict[str, Any], **how: Any) -> str:
    found = run(dest, {NAME: answer}, **how)
    assert found["failed"]
    assert not list((dest / "packages").glob("*.djoin"))
    return str(found["machines"][NAME]["error"])


def record(dest: Path, name: str = NAME) -> IssueRecord:
    return IssueRecord.from_json((dest / "packages" / f"{name}.issue.json").read_bytes())


def test_documentation_says_what_it_takes() -> None:
    documented = actions.options(DOCUMENTATION)
    suboptions = documented["machines"].pop("suboptions")
    documented["machines"]["options"] = {
        name: {key: value for key, value in option.items() if key != "description"}
        for name, option in suboptions.items()
    }
    assert documented == actions.spec(ARGUMENT_SPEC)
    assert actions.secrets(ARGUMENT_SPEC) == {"issuer_passphrase"}


def test_a_new_machine(tmp_path: Path) -> None:
    action = make(tmp_path)
    found = action.run(None, {})
    [_look, (_hand, asked)] = action.calls
    assert asked == {
        "machine_name": NAME,
        "domain": "corp.example",
        "path": "OU=Staging,DC=corp,DC=example",
        "netbios_name": None,
        "provision_options": 0,
        "domain_controller": None,
        "certificate_templates": [],
        "policy_names": [],
        "policy_paths": [],
        "site": None,
        "primary_dns_suffix": None,
    }
    # the intention was written down first
    assert action.written_before == [f"{NAME}.issue.json"]
    file = tmp_path / "packages" / f"{NAME}.djoin"
    assert Package.read(file.read_bytes()).content == base64.b64decode(made())
    assert file.stat().st_mode & 0o777 == 0o600
    answer = found["machines"][NAME]
    assert (found["changed"], answer["changed"], answer["act"]) == (True, True, "create")
    assert answer["package_sha256"] == record(tmp_path).package_sha256
    assert "run again with its new entry of computer_info" in answer["incomplete"]
    assert (record(tmp_path).sid, record(tmp_path).object_guid) == (samples.ACCOUNT.sid, None)
    assert made() not in json.dumps(found)
    assert samples.SECRET not in json.dumps(found)
    assert not action._task.no_log
    assert not action._connection._play_context.no_log


def test_every_option_arrives(tmp_path: Path) -> None:
    given = {
        "machines": [{"name": NAME, "path": "OU=Kiosks", "netbios_name": "BER1"}],
        "domain_controller": "dc1",
        "certificate_templates": ["DirectAccessMachine"],
        "policy_names": ["DirectAccess Client Settings"],
        "policy_paths": [r"C:\a.pol"],
        "host_root_ca_certificates": True,
        "site": "Lyon",
        "persistent_site": True,
        "primary_dns_suffix": "pcs.corp.example",
    }
    action = make(tmp_path, {NAME: {"package": made(CERTIFICATES)}}, domain="CORP.example", **given)
    assert "failed" not in action.run(None, {})
    [_look, (_hand, asked)] = action.calls
    assert (asked.pop("machine_name"), asked.pop("domain"), asked.pop("path")) == (NAME, "CORP.example", "OU=Kiosks")
    assert (asked.pop("provision_options"), asked.pop("netbios_name")) == (0x30, "BER1")
    assert asked.pop("primary_dns_suffix") == "pcs.corp.example"
    assert asked == {name: given[name] for name in asked}


def test_a_package_that_tells_the_guid(tmp_path: Path) -> None:
    run(tmp_path, {NAME: {"package": made(join4=True)}})
    assert record(tmp_path).object_guid == str(samples.ACCOUNT.object_guid)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"status": 5}, "Windows made no package: the login may not make or reuse this account"),
        ({"package": None}, "the package that Windows made "),
        ({"package": "bm8gcGFja2FnZQ=="}, "the package that Windows made "),
        (
            {"failed": True, "msg": "RAS1 met an unexpected thing"},
            "ras1: adops.offline_join.win_provision_package: RAS1",
        ),
        ({"failed": True, "module_stdout": "secret"}, "ras1: adops.offline_join.win_provision_package: it could not"),
    ],
)
def test_no_package(tmp_path: Path, answer: dict[str, Any], sentence: str) -> None:
    said = error(tmp_path, answer)
    assert said.startswith(f"{NAME}: {sentence}")
    assert record(tmp_path).package_sha256 is None


def test_a_package_of_another_machine_or_domain(tmp_path: Path) -> None:
    theirs = {"package": base64.b64encode(samples.WINDOWS).decode()}
    expected = f"{NAME}: the package that Windows made is for wurst2 in w2k19dom.ber.redhat.com"
    assert error(tmp_path, theirs).startswith(expected)
    assert "is for BER-PC-001 in corp.example" in error(tmp_path, {"package": made()}, domain="other.example")


def test_a_package_without_its_account(tmp_path: Path) -> None:
    package = samples.build()
    without = samples.compose(package.join, [part for part in package.parts if part.part_type != parts.JOIN3])
    assert "does not name its account" in error(tmp_path, {"package": base64.b64encode(without).decode()})


def test_a_package_without_the_certificate(tmp_path: Path) -> None:
    said = error(tmp_path, {"package": made()}, certificate_templates=["DirectAccessMachine"])
    assert "has no certificate; look at the rights to enroll" in said


def test_what_fails_for_one_stops_no_other(tmp_path: Path) -> None:
    machines = [{"name": name} for name in (OTHER, "bad name", NAME)]
    found = run(tmp_path, {OTHER: {"status": 2224}, NAME: {"package": made()}}, machines=machines)
    assert found["msg"].startswith("2 of 3 machines: ")
    assert "the account was made meanwhile" in found["machines"][OTHER]["error"]
    assert "the name holds ' '" in found["machines"]["bad name"]["error"]
    assert found["machines"][NAME]["act"] == "create"


def test_a_host_that_goes_off_is_not_asked_again(tmp_path: Path) -> None:
    action = make(tmp_path, {OTHER: AnsibleConnectionFailure("gone")}, machines=[{"name": OTHER}, {"name": NAME}])
    found = action.run(None, {})
    assert found["machines"][OTHER]["error"] == f"{OTHER}: ras1 cannot be reached (gone); run again when it can"
    assert found["machines"][NAME]["error"].startswith(f"{NAME}: not tried, because ras1 cannot be reached")
    assert [hand for hand, _asked in action.calls] == ["win_machine_info", "win_provision_package"]
    # nobody knows whether its account was made; of the other, everybody does
    assert sorted(path.name for path in (tmp_path / "packages").iterdir()) == [f"{OTHER}.issue.json"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_host_that_is_off(tmp_path: Path, check_mode: bool) -> None:
    """What is there already stays; the others say why they have nothing."""
    run(tmp_path)
    machines = [{"name": NAME}, {"name": OTHER}]
    action = make(tmp_path, machines=machines, accounts={NAME: account(1), OTHER: NEW}, check_mode=check_mode)
    action.off = True
    found = action.run(None, {})["machines"]
    assert found[NAME]["act"] == "keep"
    assert found[OTHER]["error"] == f"{OTHER}: not tried, because ras1 cannot be reached (off); run again when it can"


def test_a_check_looks_at_the_host_and_writes_nothing(tmp_path: Path) -> None:
    action = make(tmp_path, check_mode=True)
    found = action.run(None, {})
    assert found["changed"]
    assert found["machines"][NAME]["distinguished_name"] == f"CN={NAME},OU=Staging,DC=corp,DC=example"
    assert [hand for hand, _asked in action.calls] == ["win_machine_info"]
    assert list(tmp_path.iterdir()) == []


def test_a_host_outside_of_any_domain(tmp_path: Path) -> None:
    action = make(tmp_path)
    action.member = False
    with pytest.raises(AnsibleActionFail, match="ras1: it is no member of a domain"):
        action.run(None, {})


def test_the_second_call_completes_the_record_and_asks_for_nothing(tmp_path: Path) -> None:
    issued = run(tmp_path)["machines"][NAME]
    now = int((time.time() + 11_644_473_600) * 10_000_000)
    for check_mode, changed in ((True, True), (False, True), (False, False)):
        action = make(tmp_path, accounts={NAME: account(now)}, check_mode=check_mode)
        found = action.run(None, {})["machines"][NAME]
        assert (found["act"], found["changed"], "incomplete" in found) == ("keep", changed, False)
        assert found["package_sha256"] == issued["package_sha256"]
        assert action.calls == []
        assert (record(tmp_path).password_last_set == now) is not check_mode
    assert record(tmp_path).object_guid == str(samples.ACCOUNT.object_guid)


def test_a_relative_place_is_refused(tmp_path: Path) -> None:
    action = make(tmp_path)
    action._task.args["dest"] = "packages"
    with pytest.raises(AnsibleActionFail, match="dest packages is relative"):
        action.run(None, {})


def test_a_site_to_keep_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="give site"):
        run(tmp_path, persistent_site=True)


def test_a_netbios_name_that_cannot_be(tmp_path: Path) -> None:
    found = run(tmp_path, machines=[{"name": NAME, "netbios_name": "no_name"}])
    assert "its NetBIOS name cannot be: the name holds '_'" in found["machines"][NAME]["error"]


def test_sealing_needs_keys(tmp_path: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="give issuer_key and recipients"):
        make(tmp_path, seal="cms").run(None, {})


def test_sealing_needs_its_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "missing", lambda: ("cryptography>=45", "Traceback"))
    with pytest.raises(AnsibleActionFail, match="sealing packages needs cryptography>=45; install it on the control"):
        make(tmp_path, seal="cms").run(None, {})
    assert run(tmp_path)["machines"][NAME]["act"] == "create", "who does not seal needs none"


def occupied(dest: Path, name: str) -> Path:
    """A file of packages that cannot be written, because something stands where it would be prepared."""
    place = dest / "packages" / f".{name}.unfinished"
    place.mkdir(parents=True)
    return place


def test_without_an_intended_record_no_account_is_touched(tmp_path: Path) -> None:
    place = occupied(tmp_path, f"{NAME}.issue.json")
    action = make(tmp_path)
    said = action.run(None, {})["machines"][NAME]["error"]
    assert said == f"{NAME}: write {place}: Is a directory; make room and run again"
    assert [hand for hand, _asked in action.calls] == ["win_machine_info"]


def test_a_package_that_cannot_be_written_leaves_its_record(tmp_path: Path) -> None:
    """Of the account that Windows made meanwhile the next run knows by its record that it is ours."""
    place = occupied(tmp_path, f"{NAME}.djoin")
    assert error(tmp_path, {"package": made()}) == f"{NAME}: write {place}: Is a directory; make room and run again"
    assert record(tmp_path).sid == samples.ACCOUNT.sid


def test_a_package_without_a_record_stays(tmp_path: Path) -> None:
    """Without an issue record its account counts as live, so nothing is made anew unasked."""
    run(tmp_path)
    (tmp_path / "packages" / f"{NAME}.issue.json").unlink()
    action = make(tmp_path, accounts={NAME: account(1)})
    answer = action.run(None, {})["machines"][NAME]
    assert (answer["act"], answer["changed"], "package_sha256" in answer) == ("keep", False, False)
    assert answer["package"] == str(tmp_path / "packages" / f"{NAME}.djoin")
    assert action.calls == []


def test_a_record_that_cannot_be_completed_on_disk(tmp_path: Path) -> None:
    run(tmp_path)
    occupied(tmp_path, f"{NAME}.issue.json")
    now = int((time.time() + 11_644_473_600) * 10_000_000)
    with pytest.raises(AnsibleActionFail, match="Is a directory; name a directory that you may write to"):
        run(tmp_path, accounts={NAME: account(now)})
    assert record(tmp_path).password_last_set is None
