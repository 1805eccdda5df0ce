# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Search files and outputs for secrets in every shape that they take on their way: quoted, encoded, cut off.

    findings = search({"stdout": done.stdout, **files_below(directory)}, {"login": password})

No finding holds a secret, and no canary shows one.
"""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# A leak may be cut off or wrapped: pieces of this many characters count, overlapping in a secret of usual length.
_PIECE = 16
_STRIDE = 8
_MOST_PIECES = 50
# A package also holds zeros and names, which stand elsewhere rightfully: such pieces repeat few characters.
_DISTINCT = 8
# This one does not, and is half of a word in PowerShell's encoded commands, which are UTF-16 in base64 as well.
_NAME = "Default-First-Site-Name"


@dataclass(frozen=True)
class Finding:
    """``offset`` counts bytes from the beginning of the place."""

    place: str
    canary: str
    form: str
    offset: int


_UTF16 = "utf-16-le"
_UNICODE_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&'"}


def _base64_of(raw: bytes) -> Iterator[bytes]:
    """What stands inside the base64 of any text around ``raw``: one string for each of the three alignments."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw)
        # The characters at both ends also hold bits of the neighbours.
        inner = encoded[(0, 2, 3)[before] : len(encoded) // 4 * 4 - 4]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _python(raw: bytes) -> tuple[str, str]:
    """As repr writes it; the whole text decides whether an apostrophe is escaped."""
    shown = repr(raw + b'"')[2:-2]
    return shown, shown.replace("\\'", "'")


# Every form as a function from a piece of a secret to the byte strings that it may be.
FORMS: dict[str, Callable[[str], Iterable[bytes]]] = {
    "plain": lambda text: [text.encode()],
    "JSON": lambda text: [_json(text).encode()],
    "JSON in JSON": lambda text: [_json(_json(text)).encode()],
    "JSON for HTML": lambda text: [_json(text).translate(_UNICODE_ESCAPES).encode()],
    "Python": lambda text: [shown.encode() for shown in _python(text.encode())],
    "Python in JSON": lambda text: [_json(shown).encode() for shown in _python(text.encode())],
    "YAML": lambda text: [text.replace("'", "''").encode()],
    "shell": lambda text: [text.replace("'", "'\"'\"'").encode()],
    "HTML": lambda text: [html.escape(text).encode(), html.escape(text, quote=False).encode()],
    "URL": lambda text: [urllib.parse.quote(text, safe=safe).encode() for safe in ("", "/")],
    "URL form": lambda text: [urllib.parse.quote_plus(text).encode()],
    "hex": lambda text: [text.encode().hex().encode()],
    "HEX": lambda text: [text.encode().hex().upper().encode()],
    "base64": lambda text: _base64_of(text.encode()),
    "UTF-16": lambda text: [text.encode(_UTF16)],
    "UTF-16 as hex": lambda text: [text.encode(_UTF16).hex().encode(), text.encode(_UTF16).hex().upper().encode()],
    "UTF-16 in Python": lambda text: [shown.encode() for shown in _python(text.encode(_UTF16))],
    "UTF-16 in Python in JSON": lambda text: [_json(shown).encode() for shown in _python(text.encode(_UTF16))],
    "base64 of UTF-16": lambda text: _base64_of(text.encode(_UTF16)),
    # What a djoin file is.
    "base64 of UTF-16, in UTF-16": lambda text: [
        found.decode().encode(_UTF16) for found in _base64_of(text.encode(_UTF16))
    ],
    # How a djoin file stands in a JSON or Python text.
    "djoin file as base64": lambda text: [
        twice for found in _base64_of(text.encode(_UTF16)) for twice in _base64_of(found.decode().encode(_UTF16))
    ],
}


def _pieces(canary: str) -> set[str]:
    stride = max(_STRIDE, len(canary) // _MOST_PIECES)
    starts = [*range(0, len(canary) - _PIECE, stride), len(canary) - _PIECE]
    pieces = {canary[start : start + _PIECE] for start in starts}
    names = [found.decode() for found in _base64_of(_NAME.encode(_UTF16))]
    return {piece for piece in pieces if len(set(piece)) >= _DISTINCT and not any(piece in name for name in names)}


def needles(canary: str) -> dict[bytes, str]:
    """Every byte string that gives the canary away, and its form."""
    if len(canary) < _PIECE:
        raise ValueError(f"a canary of {len(canary)} characters could stand anywhere by chance")
    found: dict[bytes, str] = {}
    for form, encode in FORMS.items():
        for piece in _pieces(canary):
            for needle in encode(piece):
                found.setdefault(needle, form)
    return found


def search(places: Mapping[str, str | bytes], canaries: Mapping[str, str]) -> list[Finding]:
    """The first finding of each form of each canary in each place, both by name."""
    wanted = {name: needles(canary) for name, canary in canaries.items()}
    findings: dict[tuple[str, str, str], Finding] = {}
    for haystack, place in _contents(places).items():
        for name, forms in wanted.items():
            for needle, form in forms.items():
                offset = haystack.find(needle)
                if offset >= 0:
                    findings.setdefault((place, name, form), Finding(place, name, form, offset))
    return list(findings.values())


def _contents(places: Mapping[str, str | bytes]) -> dict[bytes, str]:
    """Each content once, with the first place that holds it."""
    contents: dict[bytes, str] = {}
    for place, content in places.items():
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        contents.setdefault(raw, place)
    return contents


def files_below(directory: Path, wanted: Callable[[Path], bool] = lambda file: True) -> dict[str, bytes]:
    """Every wanted file below a directory."""
    files = (file for file in sorted(directory.rglob("*")) if file.is_file() and wanted(file))
    return {str(file): file.read_bytes() for file in files}
