#!/usr/bin/env bash
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Run tests in three processes, each with a loopback of its own; a file's tests stay together.
# Three on two cores, because a test often waits; the files come in the order of tests/integration/conftest.py.
set -uo pipefail
# Short, because the path of a socket has 108 characters at the most.
place=$(mktemp -d /tmp/pXXX)
trap 'rm -rf "$place"' EXIT
pytest --quiet --basetemp="$place" --dist loadfile --no-loadscope-reorder --tx '3*popen//python=tests/make/alone.sh' "$@"
