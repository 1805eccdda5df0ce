# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What powershell.exe does with a script and its standard input: run Ansible's module, or hand the text to the machine.

A module's arguments are checked here, against the script that arrived, before the machine sees them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import traceback
from pathlib import Path
from typing import Any, NamedTuple

from . import payload
from .basic import Arguments
from .protocol import Drop, Machine, ModuleCall, ModuleFailed
from .spec import NotLiteral, spec_in

_LOG = logging.getLogger(__name__)
_POWERSHELL = re.compile(r"PowerShell(?:\.exe)? .*-EncodedCommand (\S+)", re.IGNORECASE | re.DOTALL)
# Windows PowerShell escapes the line ends that JSON allows in strings; Ansible would split there.
_ESCAPED = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class Outcome(NamedTuple):
    """How a process ended."""

    exit_code: int
    stdout: bytes
    stderr: bytes = b""


def script_of(command_line: str) -> str:
    """The script that a command line runs; any other command line stands for itself."""
    match = _POWERSHELL.fullmatch(command_line)
    return base64.b64decode(match[1]).decode("utf-16-le") if match else command_line


async def run(machine: Machine, user: str, script: str, standard_input: bytes) -> Outcome:
    """Run a script on a machine. Raises Drop where the machine did."""
    try:
        if payload.is_bootstrap(script):
            result = await _module(machine, user, standard_input)
            return Outcome(int(bool(result.get("failed"))), _json(result))
        code, stdout, stderr = await machine.command(script, user)
        return Outcome(code, stdout.encode(), stderr.encode())
    except Drop:
        raise
    except Exception as error:
        # A mistake in the twin must be seen, but an exception's text may hold what the caller sent.
        where = traceback.extract_tb(error.__traceback__)[-1]
        msg = f"the twin itself failed: {type(error).__name__} in {Path(where.filename).name} line {where.lineno}"
        _LOG.error("%s: %s", machine.name, msg)
        return Outcome(1, _json({"failed": True, "msg": msg}), msg.encode())


def _json(result: dict[str, Any]) -> bytes:
    text = json.dumps(result, separators=(",", ":"), ensure_ascii=False)
    return text.translate(_ESCAPED).encode() + b"\r\n"


async def _module(machine: Machine, user: str, standard_input: bytes) -> dict[str, Any]:
    try:
        module = payload.module_in(standard_input)
    except payload.NotUnderstood as error:
        return {"failed": True, "msg": f"the twin cannot run this: {error}"}
    if "Ansible.Basic.cs" not in module.utilities:
        # A module of the older kind (Ansible.ModuleUtils.Legacy) has no $spec, and gives no invocation.
        return await _ask(machine, _call(module, user, Arguments({}, module.options, module.internal)))
    try:
        arguments = Arguments(spec_in(module.source), module.options, module.internal)
    except NotLiteral as error:
        return {"failed": True, "msg": f"the twin cannot read $spec of {module.name}: {error}"}
    return await _checked(machine, user, module, arguments)


async def _checked(machine: Machine, user: str, module: payload.Module, arguments: Arguments) -> dict[str, Any]:
    try:
        arguments.check()
    except ModuleFailed as error:
        return {"changed": False, "failed": True, "msg": error.msg, "invocation": arguments.invocation()}
    invocation = arguments.invocation()
    if arguments.check_mode and not arguments.supports_check_mode:
        msg = f"remote module ({arguments.module_name}) does not support check mode"
        return {"changed": False, "skipped": True, "msg": msg, "invocation": invocation}
    result = await _ask(machine, _call(module, user, arguments))
    if "msg" in result and result.get("failed"):
        result["msg"] = arguments.masked(result["msg"])
    return {"invocation": invocation, **result}


def _call(module: payload.Module, user: str, arguments: Arguments) -> ModuleCall:
    return ModuleCall(
        name=module.name,
        parameters=arguments.parameters,
        check_mode=arguments.check_mode,
        user=user,
        source_sha256=hashlib.sha256(module.source.encode()).hexdigest(),
        no_log=arguments.no_log,
        secret_options=arguments.secret_options,
    )


async def _ask(machine: Machine, call: ModuleCall) -> dict[str, Any]:
    try:
        return {"changed": False, **await machine.module(call)}
    except ModuleFailed as error:
        return {"changed": False, **error.result, "failed": True, "msg": error.msg}
