#!/usr/bin/env bash
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Install what the files named list, one package a line, and the machine lacks.
set -euo pipefail

mapfile -t wanted < <(sed 's/#.*//' "$@" | xargs -n 1)
missing=()
for package in "${wanted[@]}"; do
    [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] \
        || missing+=("$package")
done
((${#missing[@]})) || exit 0

if ! command -v apt-get >/dev/null || ((EUID)); then
    echo "The lab needs root and these packages of Debian 12, install them first: ${missing[*]}" >&2
    exit 1
fi
echo "==> system: ${missing[*]}"

# The lab starts its own daemons: those of the packages would hold its ports.
if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
