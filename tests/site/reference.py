# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reference of the site: what ansible-doc knows of every plugin and role, as pages in Markdown."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from antsibull_docs_parser.md import to_md
from antsibull_docs_parser.parser import Context, parse

NAME = "adops.offline_join"
# Kind for ansible-doc, folder of the collection, heading.
KINDS = (
    ("module", "plugins/modules", "Modules"),
    ("inventory", "plugins/inventory", "Inventory plugins"),
    ("filter", "plugins/filter", "Filters"),
    ("role", "roles", "Roles"),
)

Documented = Mapping[str, Any]


def write(repository: Path, directory: Path) -> int:
    """Write a page for everything that is documented, and an index; how many pages there are."""
    directory.mkdir(parents=True)
    index = ["# Reference", "", "Made from what `ansible-doc` shows.", ""]
    pages = 0
    for kind, folder, heading in KINDS:
        index += [f"## {heading}", "", "```{toctree}", ":maxdepth: 1", ""]
        for name, told in sorted(documentation(kind, names(repository / folder)).items()):
            short = name.removeprefix(f"{NAME}.")
            lines = role_page(name, told) if kind == "role" else plugin_page(name, told)
            (directory / f"{kind}-{short}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
            index.append(f"{short} <{kind}-{short}>")
            pages += 1
        index += ["```", ""]
    (directory / "index.md").write_text("\n".join(index), encoding="utf-8")
    return pages


def names(folder: Path) -> list[str]:
    """What is in the folder, by full name: a role is a folder with an argument specification, a plugin a file."""
    roles = {path.parent.parent.name for path in folder.glob("*/meta/argument_specs.yml")}
    plugins = {path.stem for path in folder.glob("*") if path.suffix in (".py", ".yml")}
    return [f"{NAME}.{name}" for name in sorted(roles or plugins)]


def documentation(kind: str, wanted: list[str]) -> dict[str, Documented]:
    command = [Path(sys.executable).with_name("ansible-doc"), "--type", kind, "--json", *wanted]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    told: dict[str, Documented] = json.loads(said)
    if missing := set(wanted) - set(told):
        raise SystemExit(f"ansible-doc --type {kind} does not know {', '.join(sorted(missing))}")
    return told


def plugin_page(name: str, told: Documented) -> Iterator[str]:
    doc = told["doc"]
    yield from (f"# {doc.get('short_description', name)}", "", f"`{name}`, since {doc.get('version_added', '?')}.", "")
    yield from paragraphs(doc["description"])
    if requirements := doc.get("requirements"):
        yield from ("## Requirements", "", *bullets(requirements), "")
    if options := doc.get("options"):
        yield from ("## Options", "", *option_list(options), "")
    if notes := doc.get("notes"):
        yield from ("## Notes", "", *bullets(notes), "")
    if examples := told.get("examples"):
        yield from ("## Examples", "", "```yaml+jinja", examples.strip("\n"), "```", "")
    if answers := told.get("return"):
        yield from ("## Results", "", *option_list(answers, "contains"), "")


def role_page(name: str, told: Documented) -> Iterator[str]:
    main = told["entry_points"]["main"]
    yield from (f"# {main['short_description']}", "", f"Role `{name}`.", "")
    yield from paragraphs(main["description"])
    yield from ("## Variables", "", *option_list(main.get("options", {})))


def option_list(options: Documented, below: str = "options", depth: int = 0) -> Iterator[str]:
    """Nested lists: name, type, default and choices in the first line, then what it means."""
    margin = "  " * depth
    for name, option in options.items():
        yield f"{margin}* `{name}` ({', '.join(properties(option))})"
        for paragraph in as_list(option.get("description", [])):
            yield from ("", f"{margin}  {markdown(paragraph)}")
        yield ""
        if inner := option.get(below) or option.get("suboptions"):
            yield from option_list(inner, below, depth + 1)


def properties(option: Documented) -> Iterator[str]:
    elements = option.get("elements")
    kind = option.get("type", "str")
    yield f"{kind} of {elements}" if elements else kind
    if option.get("required"):
        yield "required"
    if option.get("default") is not None:
        yield f"default `{json.dumps(option['default'])}`"
    if choices := option.get("choices"):
        yield "one of " + ", ".join(f"`{choice}`" for choice in choices)
    if returned := option.get("returned"):
        yield f"returned {returned}"


def paragraphs(texts: str | list[str]) -> Iterator[str]:
    for text in as_list(texts):
        yield from (markdown(text), "")


def bullets(texts: str | list[str]) -> Iterator[str]:
    return (f"* {markdown(text)}" for text in as_list(texts))


def as_list(texts: str | list[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else texts


def markdown(text: str) -> str:
    """Ansible's markup (M(), O(), V() and so on) as Markdown."""
    return to_md(parse(text, Context()))
