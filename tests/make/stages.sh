#!/usr/bin/env bash
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Run make targets one after the other up to the first that fails; say how long each took.
# Targets joined by + run side by side, each with its output in one piece.
set -uo pipefail
report=()
passed=0
failed=0

for stage in "$@"; do
    start=${EPOCHREALTIME/./}
    together=()
    [[ $stage == *+* ]] && together=(--jobs=2 --output-sync=target)
    IFS=+ read -ra targets <<<"$stage"
    if make "${together[@]}" "${targets[@]}"; then passed=$((passed + 1)); else failed=1; fi
    elapsed=$((${EPOCHREALTIME/./} - start))
    report+=("$(printf '%-16s %6d.%d s' "$stage" $((elapsed / 1000000)) $((elapsed / 100000 % 10)))")
    ((failed)) && break
done

echo
printf '%s\n' "${report[@]}"
((failed)) && echo "stopped at $stage"
echo "stages: $passed passed, $failed failed"
exit "$failed"
