# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand in for get-pip.py where only a package index is in reach: same arguments, same outcome.

Called in an empty virtual environment with pip's install options and requirements. The pip that Python
brings along installs the one that is asked for.
"""

from __future__ import annotations

import subprocess
import sys

ONLY_GET_PIP_KNOWS = {"--no-setuptools", "--no-wheel"}


def main() -> None:
    """Put pip into this interpreter's environment."""
    options = [option for option in sys.argv[1:] if option not in ONLY_GET_PIP_KNOWS]
    # Two processes: ensurepip blanks PIP_CONFIG_FILE for its own, and the index may be named there.
    for command in (["ensurepip"], ["pip", "install", "--quiet", *options]):
        subprocess.run([sys.executable, "-m", *command], stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
