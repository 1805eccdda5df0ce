# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where answer files lie: in a directory of the control node, or in the mounted image of a virtual machine."""

from __future__ import annotations

import os
from pathlib import Path

from .._package import unattend
from .._package.unattend import Seen, UnattendError
from .._package.xml_source import LARGEST
from . import secret_file

_PANTHER = ("Windows", "Panther")
_SYSTEM = ("Windows", "System32")
# Windows Setup takes these before or instead of Panther\unattend.xml (Windows Setup Automation Overview).
_EARLIER = (("Windows", "Panther", "Unattend"), ("unattend.xml", "autounattend.xml"))


def in_image(image: Path) -> Path:
    """The place of the answer file on a mounted system drive, whatever the case of its names.

    :raises UnattendError: this is no system drive of Windows, or Setup would take another answer file
    """
    if _found(image, _SYSTEM) is None:
        raise UnattendError(f"{image} has no Windows/System32; name the mount point of the drive that Windows is on")
    folder, names = _EARLIER
    if (earlier := _found(image, folder)) is not None:
        for name in names:
            if (other := _child(earlier, name)) is not None:
                raise UnattendError(f"{other} may be taken before the one in Panther; remove it or give it as dest")
    panther = _found(image, _PANTHER)
    if panther is None:
        windows = _found(image, _PANTHER[:1])
        return (windows or image) / _PANTHER[-1] / "unattend.xml"
    return _child(panther, "unattend.xml") or panther / "unattend.xml"


def read(path: Path) -> bytes | None:
    """None where there is no such file.

    :raises UnattendError: it cannot be read
    """
    try:
        return secret_file.read(path, LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnattendError(f"{path} cannot be read: {error.strerror}; check the path and its owner") from None


def in_words(seen: Seen | None, *, current: bool) -> str:
    """What an answer file says of the join, for a diff. Neither a package nor other content of the file is shown."""
    if seen is None:
        return ""
    names = ", ".join(dict.fromkeys(seen.computer_names)) or "none"
    if not seen.machines:
        return f"AccountData not set\nComputerName: {names}\n"
    state = "set" if current else "set, another package"
    return f"AccountData {state}: {', '.join(dict.fromkeys(seen.machines))}\nComputerName: {names}\n"


def seen(content: bytes | None) -> Seen | None:
    return None if content is None else unattend.look(content)


def _found(start: Path, names: tuple[str, ...]) -> Path | None:
    here: Path | None = start
    for name in names:
        here = None if here is None else _child(here, name)
    return here


def _child(directory: Path, name: str) -> Path | None:
    """An entry, whatever its case.

    :raises UnattendError: there are two, or it is a link, which could lead out of the image
    """
    try:
        entries = [one for one in os.listdir(directory) if one.lower() == name.lower()]
    except NotADirectoryError:
        return None
    except OSError as error:
        raise UnattendError(f"{directory} cannot be read: {error.strerror}; is the image mounted?") from None
    if len(entries) > 1:
        raise UnattendError(f"{directory} has {' and '.join(sorted(entries))}, which are one to Windows; remove one")
    if not entries:
        return None
    found = directory / entries[0]
    if found.is_symlink():
        raise UnattendError(f"{found} is a link, and may lead out of the image; replace it by what it stands for")
    return found
