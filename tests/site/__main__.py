# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the site: pages by hand from docs/, the reference from the plugins; the first argument is sphinx-build."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.site import links, reference

REPOSITORY = Path.cwd()
SITE = REPOSITORY / "build" / "site"
# Pages that stand where Galaxy and GitHub look for them.
ELSEWHERE = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}


def main() -> int:
    shutil.rmtree(SITE, ignore_errors=True)
    source = SITE / "source"
    shutil.copytree(REPOSITORY / "docs", source)
    for page in source.glob("*.md"):
        page.write_text(links.redirected(page.read_text(encoding="utf-8"), REPOSITORY), encoding="utf-8")
    for origin, name in ELSEWHERE.items():
        shutil.copyfile(REPOSITORY / origin, source / name)
    print(f"    {reference.write(REPOSITORY, source / 'reference')} pages of reference")
    # A warning, such as a link to a page or heading that is not there, ends the build.
    command = [sys.argv[1], "-W", "--keep-going", "-q", "-n", "-b", "html", "-c", "tests/site", source, SITE / "html"]
    code = subprocess.run(command, check=False).returncode
    if code == 0:
        print(f"    {(SITE / 'html' / 'index.html').relative_to(REPOSITORY)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
