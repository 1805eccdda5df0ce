#!/usr/bin/env bash
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Run Python with a loopback, processes and a lab of its own, so that several can test side by side.
export OFFLINE_JOIN_LAB=/var/tmp/offline-join-lab-$$
# Most of the time goes into starting Python again and again.
export PYTHONPATH=$PWD/tests/make/startup
# The shell stays as the first process: somebody has to bury the orphans.
exec unshare --net --pid --fork --kill-child --mount-proc -- bash -c 'ip link set lo up && python "$@"' alone "$@"
