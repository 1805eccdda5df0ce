# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test sanity in the copy of the collection that the first argument names.

Nothing is ignored. What ansible-test cannot run on this machine is printed in its own words.
"""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

import ansible_test

BOOTSTRAP_URL = "https://ci-files.testing.ansible.com/ansible-test/get-pip-{}.py"
BOOTSTRAP_TIMEOUT = 3  # seconds
LEFT_OUT = re.compile("^WARNING: (Required program|Skipping)")


def provide_bootstrap() -> None:
    """Put get_pip.py where ansible-test looks before it downloads one, if the download is out of reach."""
    requirements = pathlib.Path(ansible_test.__file__).parent / "_internal" / "python_requirements.py"
    match = re.search(r"pip='([0-9.]+)'", requirements.read_text(encoding="utf-8"))
    if match is None:
        raise SystemExit(f"{requirements} names no pip version: see there how ansible-test gets pip.")
    version = match[1]
    cached = pathlib.Path.home() / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    if cached.exists():
        return
    try:
        urllib.request.urlopen(BOOTSTRAP_URL.format(version), timeout=BOOTSTRAP_TIMEOUT).close()
    except OSError:
        cached.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(pathlib.Path(__file__).with_name("get_pip.py"), cached)


def commands(tree: pathlib.Path) -> list[list[str]]:
    """The ansible-test calls that together run every sanity test."""
    sanity = ["ansible-test", "sanity", "--color", "no", "--python", "{}.{}".format(*sys.version_info)]
    if shutil.which("pwsh"):
        return [sanity]
    # validate-modules wants PowerShell for a .ps1; without it, its documentation in the .yml is validated
    files = sorted(str(path.relative_to(tree)) for path in (tree / "plugins").rglob("*"))
    named = [path for path in files if path.endswith((".py", ".yml"))]
    return [[*sanity, "--skip-test", "validate-modules"], [*sanity, "--test", "validate-modules", *named]]


def main() -> int:
    """Run them side by side; print what was left out, and everything of a call that fails."""
    tree = pathlib.Path(sys.argv[1])
    provide_bootstrap()
    running = [
        subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for command in commands(tree)
    ]
    for process in running:
        lines = process.communicate()[0].splitlines(keepends=True)
        left_out = dict.fromkeys(line for line in lines if LEFT_OUT.match(line))
        sys.stdout.writelines(lines if process.returncode else left_out)
    return int(any(process.returncode for process in running))


if __name__ == "__main__":
    sys.exit(main())
