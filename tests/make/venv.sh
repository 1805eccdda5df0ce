#!/usr/bin/env bash
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Build .venv with the interpreter named, and make this checkout importable there as a collection.
set -euo pipefail
python=$1

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or later is needed, and $python is not: name one with make PYTHON=/path/to/python3.11." >&2
    exit 1
fi
"$python" -m venv --clear .venv
# Most of the package ansible is never imported, so nothing is compiled before it is.
.venv/bin/pip install -qq --no-compile --disable-pip-version-check --requirement tests/requirements.txt

site_packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
mkdir -p "$site_packages/ansible_collections/adops"
ln -sfn "$PWD" "$site_packages/ansible_collections/adops/offline_join"
touch .venv/ready
