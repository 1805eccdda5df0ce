# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The search for leaks finds a secret in every shape, planted by the tools that make these shapes."""

from __future__ import annotations

import base64
import html
import json
import shlex
import subprocess
import textwrap
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.adops.offline_join.plugins.module_utils._package import text
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password

from tests.integration.leaks import search
from tests.integration.watcher import Watcher

UTF16 = "utf-16-le"
# With everything that is escaped anywhere, in every piece.
SECRET = "Xq7'\"\\<&>%/+ zK9" * 4 + Password.generate().reveal()

PLANTED: dict[str, Callable[[str], str | bytes]] = {
    "as it is": lambda secret: f"password: {secret}!",
    "cut off at its end": lambda secret: f"password: {secret[:30]}...",
    "cut off at its beginning": lambda secret: f"...{secret[-30:]}",
    "wrapped": lambda secret: textwrap.fill(secret.replace(" ", "_"), 40, break_long_words=True),
    "JSON": lambda secret: json.dumps({"password": secret}),
    "JSON in JSON": lambda secret: json.dumps({"stdout": json.dumps({"password": secret})}),
    "Ansible's JSON for HTML": lambda secret: json.dumps(secret).replace("<", "\\u003c").replace("'", "\\u0027"),
    "repr": lambda secret: repr({"password": secret}),
    "repr with one kind of quote": lambda secret: repr(secret.replace('"', "")),
    "repr of bytes": lambda secret: repr([secret.encode()]),
    "repr in JSON": lambda secret: json.dumps({"msg": repr({"password": secret})}),
    "YAML": lambda secret: yaml.safe_dump({"password": secret}, default_style="'", width=1000),
    "shell": lambda secret: shlex.join(["net", f"password={secret}"]),
    "HTML": html.escape,
    "XML": lambda secret: html.escape(secret, quote=False),
    "URL": urllib.parse.quote,
    "query": lambda secret: urllib.parse.urlencode({"password": secret}),
    "hex": lambda secret: secret.encode().hex(),
    "upper-case hex": lambda secret: secret.encode().hex().upper(),
    "base64": lambda secret: base64.b64encode(f"{secret}".encode()),
    "base64 after one byte": lambda secret: base64.b64encode(f"x{secret}".encode()),
    "base64 after two bytes": lambda secret: base64.b64encode(f"xy{secret}".encode()),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(f"x{secret}".encode()),
    "UTF-16": lambda secret: b"\0\1" + secret.encode(UTF16),
    "hex of UTF-16": lambda secret: secret.encode(UTF16).hex(),
    "what ldap3 shows of unicodePwd": lambda secret: repr({"unicodePwd": f'"{secret}"'.encode(UTF16)}),
    "that in JSON": lambda secret: json.dumps({"msg": repr(f'"{secret}"'.encode(UTF16))}),
    "base64 of UTF-16": lambda secret: base64.b64encode(b"x" + secret.encode(UTF16)),
    "djoin file": lambda secret: text.to_djoin_file(b"head" + secret.encode(UTF16)),
    "djoin file in base64": lambda secret: base64.b64encode(text.to_djoin_file(b"12345" + secret.encode(UTF16))),
}


@pytest.mark.parametrize("form", PLANTED)
def test_planted_secret_is_found(form: str) -> None:
    content = PLANTED[form](SECRET)
    found = search({"clean": "nothing here", "planted": content}, {"password": SECRET})
    assert {finding.place for finding in found} == {"planted"}
    assert SECRET[:8] not in repr(found)


@pytest.mark.parametrize("form", PLANTED)
def test_other_secrets_are_not_taken_for_it(form: str) -> None:
    content = PLANTED[form](Password.generate().reveal())
    assert search({"planted": content}, {"password": Password.generate().reveal()}) == []


@pytest.mark.parametrize("alignment", range(3))
def test_the_site_of_a_package_is_not_taken_for_it(alignment: int) -> None:
    """PowerShell's encoded commands are UTF-16 in base64, too, and say "default"."""
    site = base64.b64encode(bytes(alignment) + "Default-First-Site-Name".encode(UTF16)).decode()[4:-4]
    commands = [base64.b64encode(bytes(shift) + "# by default, first".encode(UTF16)) for shift in range(3)]
    places = {f"command {number}": command for number, command in enumerate(commands)}
    for start in range(len(site) - 16):
        assert search(places, {"package": site[start : start + 16]}) == []


def test_short_canary_is_refused() -> None:
    with pytest.raises(ValueError, match="by chance"):
        search({}, {"password": "CORP"})


def test_watcher_sees_files_and_command_lines_of_a_moment(tmp_path: Path) -> None:
    in_a_file, in_a_command = (Password.generate().reveal() for _number in range(2))
    moment = "f=$1; cat >$f; sleep 0.1; rm $f"
    file = tmp_path / "deep" / "file"
    file.parent.mkdir()
    command = ["sh", "-ec", moment, in_a_command, str(file)]
    with Watcher([tmp_path]) as watcher:
        subprocess.run(command, input=in_a_file, text=True, check=True, timeout=30)
    found = search(watcher.places, {"file": in_a_file, "command": in_a_command})
    assert {(finding.canary, finding.place.split()[0]) for finding in found} == {
        ("file", f"{file},"),
        ("command", "command"),
    }
