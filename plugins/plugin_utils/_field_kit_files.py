# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a field kit: the script with its C# and its rules inside, what starts it, and what is printed."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit import rules
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit.manifest import Manifest, written

_PARTS = Path(__file__).with_name("_kit")
_HANDS = Path(__file__).resolve().parents[1] / "module_utils"
# Shared with the hands, so that both apply a package and note it on the machine in one way.
_SHARED = ("MachineRegistry", "NetJoin", "PendingJoin")
SOURCES = [*sorted(_PARTS.glob("*.cs")), *(_HANDS / f"{name}.cs" for name in _SHARED)]
SCRIPT, STARTER, MANIFEST, KEY = "Join-Domain.ps1", "Join-Domain.cmd", "manifest.cms", "recipient.p12"
# True until a run on real Windows is recorded in docs/real-windows.md. The receipts repeat it.
EXPERIMENTAL = True
# The one spelling that the script's reader takes.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_USING = re.compile(r"^using [\w.]+;\n", re.MULTILINE)
_PLACE = re.compile("%(SOURCE|KIT|TEXTS)%")


def files(manifest: Manifest, *, contact: str) -> dict[str, bytes]:
    """What is the same for all packages of a kit, by the path on the stick."""
    script = _windows(_script(manifest))
    facts = {
        "kit": manifest.kit,
        "branch": manifest.branch,
        "machines": str(len(manifest.packages)),
        "expires": written(manifest.expires),
        "contact": contact,
        "script": sha256(script),
    }
    texts = _json("instruction.json")
    pages = {f"instruction-{language}.html": _page(language, texts[language], facts) for language in sorted(texts)}
    return {SCRIPT: script, STARTER: _windows(_text(STARTER)), **pages}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def source() -> str:
    """All C# of the kit as one text: the directives that name what is used must stand above everything else."""
    texts = [path.read_text(encoding="utf-8") for path in SOURCES]
    using = sorted({line for text in texts for line in _USING.findall(text)})
    return "".join(using) + "".join(_USING.sub("", text) for text in texts)


def _script(manifest: Manifest) -> str:
    parts = {
        "SOURCE": source().rstrip("\n"),
        "KIT": _canonical({"issuers": sorted(manifest.issuers), "rules": rules.table(), "experimental": EXPERIMENTAL}),
        # Escapes keep the script in ASCII, which Windows PowerShell 5.1 reads alike in every code page.
        "TEXTS": _canonical(_json("texts.json")),
    }
    return _PLACE.sub(lambda place: parts[place[1]], _text(SCRIPT))


def _page(language: str, texts: Mapping[str, Any], facts: Mapping[str, str]) -> bytes:
    minutes = rules.table()["clock_tolerance"] // 60
    return (
        Template(_text("instruction.html"))
        .substitute(
            language=language,
            title=html.escape(texts["title"]),
            warning=html.escape(texts["warning"]),
            steps="\n".join(f"<li>{html.escape(step.format(minutes=minutes))}</li>" for step in texts["steps"]),
            facts="\n".join(_rows(texts["facts"], facts)),
        )
        .encode()
    )


def _rows(labels: Mapping[str, str], facts: Mapping[str, str]) -> Iterator[str]:
    for name, label in labels.items():
        if facts[name]:
            yield f"<tr><th>{html.escape(label)}</th><td><code>{html.escape(facts[name])}</code></td></tr>"


def _windows(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("ascii")


def _text(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _json(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_text(name))
    return read
