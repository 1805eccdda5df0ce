# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The acceptance report as a page: one file with its style, its script and its data, which needs no network."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report import numbers, pictures
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.machine import (
    LINES,
    STATES,
    CheckLine,
    Machine,
    natural,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.numbers import Scope
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.tables import stem
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.texts import LANGUAGES, number

try:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
    from markupsafe import Markup
except ImportError as error:
    # ansible-core itself cannot run without them.
    raise ImportError("the acceptance report needs jinja2, which ansible-core brings") from error

_PARTS = Path(__file__).with_name("_report")
# Past this the page without scripts shows the rows alone; the reports of its branches have them.
MOST_STATIC_DETAILS = 250
COLUMNS = ("name", "state", "branch", "wave", "responsible", "headline")
_SCRIPTED = ("shown", "page", "none", "machine_facts", "package_facts", "checks", "no_checks", "timeline", "no_events")
_SCRIPTED_SIGNING = ("accepted_by", "signature")


class Page:
    """Pages of one language; ``time`` is when the facts were taken, empty where it is not to be shown."""

    def __init__(self, language: str, title: str, time: str, *, linked: bool) -> None:
        self._language = language
        self._texts = LANGUAGES[language]
        self.title = title
        self.time = time
        self._linked = linked
        self._template = template("page.html.j2")
        self._style, self._script = part("page.css"), part("page.js")

    def render(self, scope: Scope) -> Iterator[str]:
        """The page in parts, so that ten thousand machines are never one text in memory."""
        stream = self._template.stream(self._context(scope))
        stream.enable_buffering(500)
        return iter(stream)

    def _context(self, scope: Scope) -> dict[str, Any]:
        texts, counts = self._texts, numbers.counts(scope.machines)
        total = len(scope.machines)
        ordered = sorted(scope.machines, key=lambda one: STATES.index(one.state))
        curves = numbers.curves(scope.machines)
        name = stem(scope.branch)
        shown = {*_SCRIPTED, *_SCRIPTED_SIGNING, *(f"state.{state}" for state in STATES)}
        return {
            "t": texts,
            "texts": {key: texts[key] for key in sorted(shown)},
            "language": self._language,
            "n": lambda value: number(value, self._language),
            "kicker": self._kicker(scope),
            "heading": self._heading(scope),
            "time": self.time,
            "policy": policy(self._style, self._script),
            "style": self._style,
            "script": self._script,
            "counts": counts,
            "total": total,
            "percent": numbers.percent(counts["accepted"], total),
            "order": tuple(reversed(STATES)),
            "states": STATES,
            "segments": pictures.state_bar,
            "grouped_by": scope.grouped_by,
            "groups": [self._group(one, scope) for one in numbers.groups(scope.machines, scope.grouped_by)],
            "chart": pictures.chart(curves, total),
            "size": pictures,
            "causes": numbers.causes(scope.machines)[:20],
            "columns": COLUMNS,
            "choices": [
                (key, names, texts[every])
                for key, every in (("branch", "all_branches"), ("wave", "all_waves"))
                if len(names := _names(scope, key)) > 1
            ],
            "machines": lambda: (self._record(one) for one in ordered),
            "badges": {state: self._badge(state) for state in STATES},
            "static_details": total <= MOST_STATIC_DETAILS,
            "footer": texts["footer"].format(json=f"{name}.json", csv=f"{name}.csv"),
        }

    def _heading(self, scope: Scope) -> str:
        if scope.branch is None:
            return self.title or self._texts["rollout_title"]
        return self._texts["branch_title"].replace("{name}", scope.branch)

    def _kicker(self, scope: Scope) -> str:
        over = self.title if scope.branch is not None else ""
        return " · ".join(text for text in (self._texts["title"], over) if text)

    def _group(self, one: numbers.Group, scope: Scope) -> dict[str, Any]:
        link = f"{stem(one.name)}.html" if self._linked and one.name and scope.branch is None else ""
        is_branch = scope.grouped_by == "branch"
        return {"name": one.name, "counts": one.counts, "total": one.total, "link": link if is_branch else ""}

    def _badge(self, state: str) -> Markup:
        return Markup(
            '<span class="badge"><svg class="icon s-{0}" viewBox="0 0 16 16" aria-hidden="true">'
            '<use href="#i-{0}"/></svg>{1}</span>'
        ).format(state, self._texts[f"state.{state}"])

    def _record(self, one: Machine) -> dict[str, Any]:
        """What the page tells of a machine, every word in the page's language."""
        texts = self._texts
        plain = [(key, getattr(one, key)) for key in LINES] + [*one.details.items()]
        return {
            "name": one.name,
            "state": one.state,
            "branch": one.branch,
            "wave": one.wave,
            "responsible": one.responsible,
            "headline": one.headline,
            "cause": numbers.cause(one),
            "facts": [(texts[f"field.{key}"], value) for key, value in plain if value],
            "package": [(texts[f"package.{key}"], value) for key, value in one.package.items()],
            "checks": [self._check(check) for check in one.checks],
            "events": [
                (event.time, texts.get(f"kind.{event.kind}", event.kind), event.who, event.why) for event in one.events
            ],
        }

    def _check(self, check: CheckLine) -> tuple[str, ...]:
        shown = "warning" if check.verdict == "fail" and check.severity == "warning" else check.verdict
        return (shown, self._texts[f"verdict.{shown}"], check.id, check.evidence, check.remedy)


@functools.cache
def template(name: str) -> Template:
    """A template of a page: every value is escaped, and one that is missing fails."""
    environment = Environment(
        loader=FileSystemLoader(_PARTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["script"] = for_script
    return environment.get_template(name)


def part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def for_script(value: object) -> Markup:
    """JSON that stays within its script element, whatever it says."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def policy(style: str, script: str = "") -> str:
    """A Content-Security-Policy that lets this style and this script run and forbids everything else."""
    scripts = f"script-src '{_digest(script)}'; " if script else ""
    return f"default-src 'none'; style-src '{_digest(style)}'; {scripts}base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _names(scope: Scope, key: str) -> list[str]:
    names: Mapping[str, None] = dict.fromkeys(getattr(one, key) for one in scope.machines)
    return sorted(names, key=lambda name: (not name, natural(name)))
