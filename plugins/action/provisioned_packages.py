# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let one Windows host make the packages of many machines: judge here, ask it for each, seal and keep them here."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.answer import Answer
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing import provisioning, regenerate
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import (
    IssueRecord,
    Traces,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.regenerate import Act, Decision
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names import computer_name
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.module_utils._storage import seal_options
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._provisioning_host import (
    ProvisioningError,
    ProvisioningHost,
    object_guid,
)

_MACHINE = {
    "name": {"type": "str", "required": True},
    "path": {"type": "str"},
    "serial_number": {"type": "str"},
    "netbios_name": {"type": "str"},
}
ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "machines": {"type": "list", "elements": "dict", "required": True, "options": _MACHINE},
    "accounts": {"type": "dict", "required": True},
    "dest": {"type": "path", "required": True},
    "path": {"type": "str"},
    "domain": {"type": "str"},
    "domain_controller": {"type": "str"},
    "certificate_templates": {"type": "list", "elements": "str", "default": []},
    "policy_names": {"type": "list", "elements": "str", "default": []},
    "policy_paths": {"type": "list", "elements": "str", "default": []},
    "host_root_ca_certificates": {"type": "bool", "default": False},
    "site": {"type": "str"},
    "persistent_site": {"type": "bool", "default": False},
    "primary_dns_suffix": {"type": "str"},
    "regenerate": {"type": "str", "choices": list(regenerate.CHOICES), "default": "missing"},
    "live_machines": {"type": "list", "elements": "str", "default": []},
    **seal_options.SEAL_SPEC,
}
_LOOK_AGAIN = "its issue record lacks what the directory says; run again with its new entry of computer_info"
# Whose values are the same for every machine of a call.
_SHARED = ("domain_controller", "certificate_templates", "policy_names", "policy_paths", "site")


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        if not Path(arguments["dest"]).is_absolute():
            cause = f"dest {arguments['dest']} is relative, so packages could land anywhere"
            raise AnsibleActionFail(f"{cause}; give the whole path")
        if arguments["persistent_site"] and not arguments["site"]:
            raise AnsibleActionFail("persistent_site says to keep the site, and there is none; give site")
        lacking = sealing.missing() if arguments["seal"] != "none" else None
        if lacking:
            raise AnsibleActionFail(f"sealing packages needs {lacking[0]}; install it on the control node")
        try:
            answers = _Packages(self, arguments, task_vars or {}).answers()
            return {**result, **to_result(answers)}
        except SealError as error:
            raise AnsibleActionFail(str(error)) from None
        except OSError as error:
            place = error.filename or arguments["dest"]
            raise AnsibleActionFail(f"{place}: {error.strerror}; name a directory that you may write to") from None


class _Packages:
    def __init__(self, action: ActionModule, arguments: dict[str, Any], task_vars: dict[str, Any]) -> None:
        machines = arguments["machines"]
        serial_numbers = {one["name"]: one["serial_number"] for one in machines if one["serial_number"]}
        self._arguments = arguments
        self._check_mode = action._task.check_mode
        self._form = seal_options.form(arguments, serial_numbers)
        self._store = PackageStore(Path(arguments["dest"]), self._form)
        self._host = ProvisioningHost(action, task_vars)
        self._lost: str | None = None

    def answers(self) -> list[Answer]:
        """Everything is decided before Windows is asked for the first package."""
        machines = self._arguments["machines"]
        faults = computer_name.faults([machine["name"] for machine in machines], "")
        for machine in machines:
            if machine["netbios_name"] and (fault := computer_name.fault(machine["netbios_name"])):
                faults.setdefault(machine["name"], f"its NetBIOS name cannot be: {fault}")
        decisions = [self._decide(machine["name"], faults) for machine in machines]
        domain = self._arguments["domain"]
        if any(decision.act in (Act.CREATE, Act.REISSUE) for decision in decisions):
            domain = self._host_domain(domain)
        return [self._answer(*one, domain) for one in zip(machines, decisions, strict=True)]

    def _host_domain(self, wanted: str | None) -> str | None:
        try:
            known = self._host.domain()
        except AnsibleConnectionFailure as error:
            self._lose(error)
            return wanted
        if not self._check_mode:
            self._store.prepare()
        return wanted or known

    def _decide(self, name: str, faults: dict[str, str]) -> Decision:
        if name in faults:
            return Decision(Act.REFUSE, faults[name])
        live = {one.lower() for one in self._arguments["live_machines"]}
        account = self._account(name)
        return provisioning.judge(
            account,
            self._store.status(name, account.get("sid")),
            self._store.read_record(name),
            self._arguments["regenerate"],
            may_lose_membership=name.lower() in live,
        )

    def _answer(self, machine: dict[str, Any], decision: Decision, domain: str | None) -> Answer:
        name = machine["name"]
        if decision.act is Act.REFUSE:
            return Answer(name, error=f"{name}: {decision.refusal}")
        if decision.act is Act.KEEP:
            return self._keep(name)
        if self._lost:
            return Answer(name, error=f"{name}: not tried, because {self._lost}")
        intended = self._intended(machine, domain or "")
        if self._check_mode:
            return self._success(intended, decision.act)
        try:
            return self._issue(machine, decision.act, intended)
        except (ProvisioningError, SealError) as failure:
            return Answer(name, error=f"{name}: {failure}")
        except OSError as error:
            return Answer(name, error=f"{name}: write {error.filename}: {error.strerror}; make room and run again")

    def _issue(self, machine: dict[str, Any], act: Act, intended: IssueRecord) -> Answer:
        """No account is touched that has no intended record: a package that gets lost is made again by the next run."""
        for failure in self._store.write_records([intended]).values():
            raise failure
        package = self._provision(self._request(machine, act, intended.domain))
        record = dataclasses.replace(
            intended,
            issued=_now(),
            sid=package.account_sid,
            object_guid=object_guid(package) or self._account(intended.machine).get("object_guid"),
            package_sha256=package.sha256,
        )
        record, content = self._form.wrap(record, package)
        for failure in self._store.write([(record, content)]).values():
            raise failure
        return self._success(record, act, incomplete=_LOOK_AGAIN)

    def _provision(self, request: dict[str, Any]) -> Package:
        try:
            return self._host.provision(request)
        except AnsibleConnectionFailure as error:
            raise ProvisioningError(self._lose(error)) from None

    def _lose(self, error: AnsibleConnectionFailure) -> str:
        """The host is not asked any more."""
        self._lost = f"{self._host.name} cannot be reached ({' '.join(str(error).split())}); run again when it can"
        return self._lost

    def _request(self, machine: dict[str, Any], act: Act, domain: str) -> dict[str, Any]:
        options = provisioning.options(
            act,
            root_ca_certificates=self._arguments["host_root_ca_certificates"],
            persistent_site=self._arguments["persistent_site"],
        )
        return {
            "machine_name": machine["name"],
            "domain": domain,
            "path": machine["path"] or self._arguments["path"],
            "netbios_name": machine["netbios_name"],
            "primary_dns_suffix": self._arguments["primary_dns_suffix"],
            "provision_options": options,
            **{option: self._arguments[option] for option in _SHARED},
        }

    def _keep(self, name: str) -> Answer:
        """A package that is there stays; its record is completed as soon as the directory's answer is known."""
        record = self._store.read_record(name)
        if record is None:
            return Answer(name, act=Act.KEEP.name.lower(), package=str(self._store.package(name)))
        if not provisioning.incomplete(record):
            return self._success(record, Act.KEEP)
        completed = provisioning.complete(record, self._account(name))
        if isinstance(completed, str):
            return self._success(
                record, Act.KEEP, incomplete=f"its issue record lacks what the directory says, because {completed}"
            )
        if not self._check_mode:
            for failure in self._store.write_records([completed]).values():
                raise failure
        return dataclasses.replace(self._success(completed, Act.KEEP), changed=True)

    def _intended(self, machine: dict[str, Any], domain: str) -> IssueRecord:
        name = machine["name"]
        account = self._account(name)
        path = machine["path"] or self._arguments["path"]
        return IssueRecord(
            machine=name,
            domain=domain,
            distinguished_name=account.get("distinguished_name") or (f"CN={name},{path}" if path else ""),
            issued=_now(),
            evidence={host: Traces(**seen) for host, seen in account.get("evidence", {}).items() if seen},
        )

    def _success(self, record: IssueRecord, act: Act, incomplete: str | None = None) -> Answer:
        name = record.machine
        return Answer(
            name,
            changed=act is not Act.KEEP,
            act=act.name.lower(),
            distinguished_name=record.distinguished_name or None,
            sid=record.sid,
            object_guid=record.object_guid,
            package=str(self._store.package(name)),
            package_sha256=record.package_sha256,
            issue_record=str(self._store.issue_record(name)),
            incomplete=incomplete,
        )

    def _account(self, name: str) -> dict[str, Any]:
        account = self._arguments["accounts"].get(name)
        return account if isinstance(account, dict) else {}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
