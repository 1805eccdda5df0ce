# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The curve of the whole road as an SVG, readable on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.bench.road import STEPS
from tests.bench.road_report import each_ms

_Axis = Callable[[float], float]
_WIDTH, _HEIGHT = 880, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 640, 60, 460
_LINE_HEIGHT = 17
# Dark enough on white for a text, and distinct for those who do not see red and green.
_COLOURS = ("#0b5394", "#a64d00", "#00695c", "#8e2463", "#5b3fa0", "#4d5a00", "#444444")


def svg(found: list[dict[str, Any]]) -> str:
    """A line for each step over the sizes, both axes logarithmic; the labels stand where the lines end."""
    sizes = [size["machines"] for size in found]
    costs = {step: [each_ms(size, step) for size in found] for step in STEPS}
    every = [cost for line in costs.values() for cost in line]
    low, high = (10.0 ** edge(math.log10(of(every))) for edge, of in ((math.floor, min), (math.ceil, max)))
    across = _axis(sizes[0], sizes[-1], _LEFT, _RIGHT)
    up = _axis(low, high, _BOTTOM, _TOP)
    parts = [_grid(sizes, low, high, across, up)]
    heights = _apart({step: up(line[-1]) for step, line in costs.items()})
    for number, (step, line) in enumerate(costs.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        dashes = ' stroke-dasharray="6 4"' if number >= len(_COLOURS) else ""
        points = " ".join(f"{across(size):.1f},{up(cost):.1f}" for size, cost in zip(sizes, line, strict=True))
        end = f"{_RIGHT},{up(line[-1]):.1f} {_RIGHT + 14},{heights[step]:.1f}"
        parts.append(
            f'  <g stroke="{colour}" fill="none" stroke-width="2"><polyline points="{points}"{dashes}/>'
            f'<polyline points="{end}" stroke-width="1"/></g>\n'
            f'  <text x="{_RIGHT + 18}" y="{heights[step] + 4:.1f}" fill="{colour}">{step} {line[-1]:.0f} ms</text>'
        )
    return _SVG.format(width=_WIDTH, height=_HEIGHT, first=sizes[0], last=sizes[-1], lines="\n".join(parts))


def _axis(low: float, high: float, start: float, end: float) -> _Axis:
    return lambda value: start + (end - start) * math.log(value / low) / math.log(high / low)


def _grid(sizes: list[int], low: float, high: float, across: _Axis, up: _Axis) -> str:
    lines, texts = [], []
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        y = up(10.0**power)
        lines.append(f'<path d="M{_LEFT} {y:.1f}H{_RIGHT}"/>')
        texts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for size in sizes:
        x = across(size)
        lines.append(f'<path d="M{x:.1f} {_TOP}V{_BOTTOM}"/>')
        texts.append(f'<text x="{x:.1f}" y="{_BOTTOM + 20}" text-anchor="middle">{size:,}</text>')
    return f'  <g stroke="#ddd">{"".join(lines)}</g>\n  <g fill="#333">{"".join(texts)}</g>'


def _apart(heights: dict[str, float]) -> dict[str, float]:
    """Heights of the labels, none on another one and none below the picture."""
    placed: dict[str, float] = {}
    lowest = _TOP - _LINE_HEIGHT
    for step in sorted(heights, key=lambda step: heights[step]):
        lowest = placed[step] = max(heights[step], lowest + _LINE_HEIGHT)
    limit = float(_BOTTOM)
    for step in reversed(placed):
        placed[step] = min(placed[step], limit)
        limit = placed[step] - _LINE_HEIGHT
    return placed


_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description"
     font-family="system-ui, sans-serif" font-size="13">
  <!-- Copyright (c) 2026 adops.offline_join contributors
       GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
       SPDX-License-Identifier: GPL-3.0-or-later -->
  <title id="title">What each step of the road takes for one machine</title>
  <desc id="description">Milliseconds for one machine of every step, in branches of {first} to {last} machines; a level
    line is a step that grows linearly.</desc>
  <rect width="{width}" height="{height}" fill="#fff"/>
  <g fill="#333">
    <text x="80" y="32" font-size="15">milliseconds for one machine</text>
    <text x="640" y="506" text-anchor="end">machines in the branch</text>
  </g>
{lines}
</svg>
"""
