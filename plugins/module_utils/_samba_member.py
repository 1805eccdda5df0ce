# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hands on a Linux member share: asking Samba's own tools. Standard library only, Python 3.8 and later."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any

from ._call.failure import unexpected

_SECONDS = 60
_MARKER = "offline_join.json"
_TRUST_FIELDS = ("join_time", "computer_name", "domain_guid", "dns_domain")


class ToolError(Exception):
    """One of Samba's tools is missing or gave no answer; the message names it."""


def run(command: list[str], descriptors: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run one of Samba's tools with messages in English and a time limit.

    :raises ToolError: it is not installed or does not end
    """
    try:
        # AnsibleModule.run_command knows no time limit.
        return subprocess.run(  # pylint: disable=ansible-bad-function
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            pass_fds=descriptors,
            timeout=_SECONDS,
            env=dict(os.environ, LC_ALL="C"),
            check=False,
        )
    except FileNotFoundError:
        raise ToolError(f"'{command[0]}' is not installed; install Samba's client tools") from None
    except subprocess.TimeoutExpired:
        raise ToolError(f"'{command[0]}' gave no answer in {_SECONDS} seconds") from None


def configuration() -> dict[str, str]:
    """The effective [global] section of smb.conf, defaults included; keys as testparm writes them."""
    shown = run(["testparm", "--suppress-prompt", "--verbose"])
    if shown.returncode != 0:
        raise ToolError("testparm rejects smb.conf; correct it first")
    section = shown.stdout.partition("[global]")[2].partition("\n[")[0]
    pairs = (line.partition("=") for line in section.splitlines())
    return {key.strip(): value.strip() for key, equals, value in pairs if equals}


def membership() -> dict[str, str] | None:
    """What the stored machine secret belongs to, or None; the secret itself is not asked for."""
    shown = run(["net", "primarytrust", "dumpinfo"])
    if shown.returncode != 0:
        return None
    found = {}
    for field in _TRUST_FIELDS:
        # A string stands below its field with the same name or as "string", everything else beside it.
        pattern = rf"\b{field}\b(?:: struct lsa_StringLarge.*?\bstring)?\s+: '?([^'\n*]+)'?\n"
        value = re.search(pattern, shown.stdout, re.S)
        if value:
            found[field] = value.group(1).strip()
    return found


def read_marker(private_dir: str) -> dict[str, Any] | None:
    """What we wrote when we applied a package here, or None."""
    try:
        with open(os.path.join(private_dir, _MARKER), encoding="utf-8") as file:
            marker = json.load(file)
    except (OSError, ValueError):
        return None
    return marker if isinstance(marker, dict) else None


def write_marker(private_dir: str, marker: dict[str, Any]) -> None:
    """
    :raises OSError: it cannot be written
    """
    path = os.path.join(private_dir, _MARKER)
    descriptor = os.open(path + ".unfinished", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(marker, file)
    os.replace(path + ".unfinished", path)


def answer(module: Any, act: Any) -> None:
    """Run a hand's act; no exception's text leaves the machine, because it could quote a package."""
    try:
        result = act(module)
    # Without exception=None the pending exception's text would go along where tracebacks are displayed.
    except ToolError as error:
        module.fail_json(msg=str(error), exception=None)
    except Exception as error:
        module.fail_json(msg=unexpected(error), exception=None)
    module.exit_json(**result)
