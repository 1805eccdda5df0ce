#!/usr/bin/env bash
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Copy what git knows or would add to the folder named: for tools that want a real .../NAMESPACE/NAME.
set -euo pipefail
tree=$1

rm -rf "$tree"
mkdir -p "$tree"
comm -z -23 <(git ls-files -z --cached --others --exclude-standard | LC_ALL=C sort -zu) \
    <(git ls-files -z --deleted | LC_ALL=C sort -zu) | LC_ALL=C xargs -0 cp --parents --no-dereference --preserve=mode -t "$tree"
# a repository of its own, because the tools ask git for their files and build/ is ignored by ours
git init --quiet "$tree"
