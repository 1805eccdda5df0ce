# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The package in an answer file for Windows Setup (unattend.xml), whose other content is kept byte for byte.

Where it goes, by the Unattended Windows Setup Reference (Microsoft-Windows-UnattendedJoin):

    unattend                                          urn:schemas-microsoft-com:unattend
      servicing ?                                     before all settings, as Windows System Image Manager writes it
      settings  pass="specialize"                     or "offlineServicing"
        component  Microsoft-Windows-UnattendedJoin
          Identification                              in offlineServicing: OfflineIdentification
            Provisioning
              AccountData                             base64, without byte order mark and NUL
        component  Microsoft-Windows-Shell-Setup      in specialize, whatever the pass of the package
          ComputerName
      cpi:offlineImage ?                              after all settings, another namespace

Inferred: that Setup minds no order among the settings of a component, and none among components.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .errors import PackageError
from .package import Package
from .xml_source import Element, Node, Source

NAMESPACE = "urn:schemas-microsoft-com:unattend"
ARCHITECTURES = ("amd64", "arm64", "x86")
SPECIALIZE, OFFLINE_SERVICING = "specialize", "offlineServicing"
PASSES = (SPECIALIZE, OFFLINE_SERVICING)

_JOIN, _SHELL = "Microsoft-Windows-UnattendedJoin", "Microsoft-Windows-Shell-Setup"
_IDENTIFICATION = {SPECIALIZE: "Identification", OFFLINE_SERVICING: "OfflineIdentification"}
# Each says how else to join; what Setup does with two answers nobody documents.
_OTHER_JOIN = ("Credentials", "JoinDomain", "JoinWorkgroup", "MachineObjectOU", "MachinePassword", "UnsecureJoin")
_NEW = f'<?xml version="1.0" encoding="utf-8"?>\n<unattend xmlns="{NAMESPACE}">\n</unattend>\n'.encode()

Step = tuple[str, tuple[tuple[str, str], ...]]


class UnattendError(PackageError):
    """The answer file cannot take this package. The message never quotes a secret of the file."""


@dataclass(frozen=True)
class Wanted:
    """``rename``: a ComputerName that is another becomes the package's; otherwise it is refused."""

    package: Package
    configuration_pass: str = SPECIALIZE
    architecture: str = "amd64"
    rename: bool = False


@dataclass(frozen=True)
class Seen:
    """What an answer file says of the join: names of the machines of its packages, and each ComputerName."""

    machines: tuple[str, ...]
    computer_names: tuple[str, ...]


def write(content: bytes | None, wanted: Wanted) -> bytes:
    """The answer file with the package; None is one that is not there. The same content where nothing is to change.

    :raises UnattendError: the file says something else about the join
    :raises XmlError: it cannot be read
    """
    source = _source(_NEW if content is None else content)
    _require_architecture(source.root, wanted.architecture)
    _require_no_other_join(source.root)
    _require_no_other_package(source.root, wanted)
    named = _with_computer_name(source, wanted)
    place, text = _account_data_place(wanted), wanted.package.to_base64()
    written = _ensure(named, place, text, lambda there: "".join(there.split()) == text)
    if wanted.package.machine_name not in look(written).machines:
        raise UnattendError("is in an encoding that cannot be patched; save it as UTF-8")
    return written


def look(content: bytes) -> Seen:
    """
    :raises UnattendError: it is no answer file
    :raises XmlError: it cannot be read
    """
    root = _source(content).root
    found = [_package_in(one) for one in _account_data(root)]
    names = [one.text.strip() for _settings, shell in _components(root, _SHELL) for one in _own(shell, "ComputerName")]
    return Seen(tuple(one.machine_name for one in found if one), tuple(names))


def _source(content: bytes) -> Source:
    source = Source(content)
    if (source.root.name, source.root.namespace) != ("unattend", NAMESPACE):
        raise UnattendError(f"is XML, but no answer file: its root is no unattend of {NAMESPACE}")
    return source


def _own(parent: Element, name: str) -> list[Element]:
    return parent.named(name, NAMESPACE)


def _components(root: Element, name: str) -> Iterator[tuple[Element, Element]]:
    """Each component of that name, with the settings around it."""
    for settings in _own(root, "settings"):
        for component in _own(settings, "component"):
            if component.attributes.get("name") == name:
                yield settings, component


def _account_data(root: Element) -> Iterator[Element]:
    for _settings, component in _components(root, _JOIN):
        yield from (one for one in component.walk() if one.name == "AccountData")


def _package_in(account_data: Element) -> Package | None:
    """None for an empty text, or for what a template has in its place."""
    try:
        return Package.read(account_data.text.encode())
    except PackageError:
        return None


def _require_architecture(root: Element, architecture: str) -> None:
    there = {
        component.attributes.get("processorArchitecture", "").lower()
        for settings in _own(root, "settings")
        for component in _own(settings, "component")
    } & {*ARCHITECTURES}
    if there and architecture not in there:
        raise UnattendError(
            f"is for {' and '.join(sorted(there))}, not for {architecture}; Setup would skip the package"
        )


def _require_no_other_join(root: Element) -> None:
    for settings, component in _components(root, _JOIN):
        for identification in _own(component, "Identification"):
            if said := [one.name for one in identification.children if one.name in _OTHER_JOIN]:
                raise UnattendError(
                    f"already says how to join, in the pass {settings.attributes.get('pass')}: {', '.join(said)}; "
                    "remove that, because a package needs no credentials and joins by itself"
                )


def _require_no_other_package(root: Element, wanted: Wanted) -> None:
    """Another machine's is never replaced; an older one of the same machine only at the place asked for."""
    places = [root]
    for step in _account_data_place(wanted):
        places = [child for parent in places for child in parent.children if _matches(child, step)]
    for one in _account_data(root):
        package = _package_in(one)
        if package is None or package.sha256 == wanted.package.sha256:
            continue
        if package.machine_name.lower() != wanted.package.machine_name.lower():
            raise UnattendError(f"holds the package of {package.machine_name}, not of {wanted.package.machine_name}")
        if one not in places:
            raise UnattendError(
                f"holds another package of {package.machine_name} at a second place; remove it there, or Setup may "
                "take that one"
            )


def _account_data_place(wanted: Wanted) -> tuple[Step, ...]:
    join = _component(_JOIN, wanted.architecture)
    identification = _IDENTIFICATION[wanted.configuration_pass]
    settings = ("settings", (("pass", wanted.configuration_pass),))
    return (settings, join, (identification, ()), ("Provisioning", ()), ("AccountData", ()))


def _component(name: str, architecture: str) -> Step:
    attributes = (
        ("name", name),
        ("processorArchitecture", architecture),
        ("publicKeyToken", "31bf3856ad364e35"),
        ("language", "neutral"),
        ("versionScope", "nonSxS"),
    )
    return "component", attributes


def _with_computer_name(source: Source, wanted: Wanted) -> Source:
    """Setup would give a machine without one a name by chance, and one with another name is not the package's."""
    name = wanted.package.machine_name
    others = [
        one
        for _settings, shell in _components(source.root, _SHELL)
        for one in _own(shell, "ComputerName")
        if one.text.strip().lower() != name.lower()
    ]
    if others and not wanted.rename:
        raise UnattendError(
            f"names the computer {others[0].text.strip()[:40]!r} (ComputerName), but the package is for {name}; "
            "correct it, or let the name follow the package"
        )
    source = _source(source.with_edits(source.set_text(one, name) for one in others))
    shell = _component(_SHELL, wanted.architecture)
    place = (("settings", (("pass", SPECIALIZE),)), shell, ("ComputerName", ()))
    return _source(_ensure(source, place, name, lambda there: there.strip().lower() == name.lower()))


def _ensure(source: Source, place: Sequence[Step], text: str, same: Callable[[str], bool]) -> bytes:
    """The content with this text at a place; elements on the way there that are missing are made."""
    parents = [source.root]
    for depth, step in enumerate(place):
        found = [child for parent in parents for child in parent.children if _matches(child, step)]
        if not found:
            return source.with_edits([source.append(parents[0], _chain(place[depth:], text))])
        parents = found
    if len(parents) > 1:
        raise UnattendError(f"has {place[-1][0]} {len(parents)} times in one pass; leave one")
    return source.content if same(parents[0].text) else source.with_edits([source.set_text(parents[0], text)])


def _chain(steps: Sequence[Step], text: str) -> Node:
    (name, attributes), *deeper = steps
    if deeper:
        return Node(name, attributes, children=(_chain(deeper, text),))
    return Node(name, attributes, text)


def _matches(element: Element, step: Step) -> bool:
    """A component is told by name and architecture; with another key or scope Setup would not take it as ours."""
    name, attributes = step
    if (element.name, element.namespace) != (name, NAMESPACE):
        return False
    if any(element.attributes.get(key) != value for key, value in attributes[:2]):
        return False
    for key, value in attributes[2:]:
        if element.attributes.get(key) != value:
            raise UnattendError(f"has a component {attributes[0][1]} whose {key} is not {value}; correct it")
    return True
