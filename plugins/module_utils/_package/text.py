# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text forms of a package, all of them base64.

djoin and Samba write UTF-16LE with a byte order mark and one closing NUL; answer files hold plain base64;
microsoft.ad keeps the raw bytes. All of these are read, with or without line ends.
"""

from __future__ import annotations

import base64
import binascii
import codecs

from .errors import PackageError

LARGEST_PACKAGE = 4 * 1024 * 1024
# UTF-16 doubles base64, which adds a third; the rest is room for line ends.
LARGEST_TEXT = LARGEST_PACKAGE * 3
_SERIALIZED = b"\x01\x10\x08\x00"


def to_base64(package: bytes) -> str:
    return base64.b64encode(package).decode("ascii")


def to_djoin_file(package: bytes) -> bytes:
    """The content of the file that ``djoin /savefile`` writes and ``djoin /loadfile`` reads."""
    return codecs.BOM_UTF16_LE + (to_base64(package) + "\0").encode("utf-16-le")


def from_any(content: bytes) -> bytes:
    """The package in a file's content, whatever form it was saved in.

    :raises PackageError: when it is none of the forms or too large
    """
    if len(content) > LARGEST_TEXT:
        raise PackageError(f"is larger than any package ({len(content)} bytes)")
    package = content if content.startswith(_SERIALIZED) else _from_base64(content)
    if len(package) > LARGEST_PACKAGE:
        raise PackageError(f"is larger than any package ({len(package)} bytes)")
    return package


def _from_base64(content: bytes) -> bytes:
    try:
        if content.startswith(codecs.BOM_UTF16_LE):
            text = content[2:].decode("utf-16-le").removesuffix("\0")
        else:
            text = content.decode("ascii")
        package = base64.b64decode("".join(text.split()), validate=True)
    except (UnicodeDecodeError, binascii.Error, ValueError):
        # Chained or quoted, the cause would show a piece of the package.
        raise PackageError("is neither a djoin file nor base64 nor a binary package") from None
    if not package:
        raise PackageError("is empty")
    return package
