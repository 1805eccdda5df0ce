# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sealed package as a file: text that says what it is, the envelope's SHA-256, and the envelope in PEM.

The lines above BEGIN are RFC 7468 explanatory text, so ``openssl cms -inform PEM`` reads the file as it is. The
SHA-256 finds every accidental change, also where no signature reaches (the encrypted keys of other recipients).
Who changes a package on purpose can write a new SHA-256; against that stands the signature inside.
"""

from __future__ import annotations

import base64
import hashlib
import re

from .errors import SealError

# A package of 4 MiB becomes 4/3 of it as base64 inside, and 4/3 of that here.
LARGEST = 8 * 1024 * 1024
_KIND = b"adops.offline_join sealed package "
_FORM = re.compile(
    re.escape(_KIND) + rb"1\nSHA-256: [0-9a-f]{64}\n"
    rb"-----BEGIN CMS-----\n([A-Za-z0-9+/=\n]+)\n-----END CMS-----\n"
)
_COLUMNS = 64  # of base64, RFC 7468 2


def is_sealed(content: bytes) -> bool:
    """Whether this is a sealed package, of any version and in any state, rather than a plain one."""
    return content.startswith(_KIND)


def wrap(envelope: bytes) -> bytes:
    encoded = base64.b64encode(envelope)
    lines = [encoded[start : start + _COLUMNS] for start in range(0, len(encoded), _COLUMNS)]
    digest = hashlib.sha256(envelope).hexdigest().encode()
    return b"\n".join([_KIND + b"1", b"SHA-256: " + digest, b"-----BEGIN CMS-----", *lines, b"-----END CMS-----", b""])


def unwrap(sealed: bytes) -> bytes:
    """The envelope's bytes.

    :raises SealError: any byte is not as it was written
    """
    if len(sealed) > LARGEST:
        raise SealError(f"the file has more than {LARGEST} bytes; no sealed package is so large, look at the path")
    if not is_sealed(sealed):
        raise SealError(
            "the file does not begin as a sealed package does; look at the path, or fetch the package again "
            "from where it was issued"
        )
    match = _FORM.fullmatch(sealed)
    if match is None:
        raise SealError(
            "the file is cut off, was changed on its way, or has a newer form; fetch the sealed package again from "
            "where it was issued, or update the collection"
        )
    try:
        envelope = base64.b64decode(match[1].replace(b"\n", b""), validate=True)
    except ValueError:
        envelope = b""
    if wrap(envelope) != sealed:
        raise SealError(
            "the sealed package was changed after it was sealed, its SHA-256 is not the one it says; fetch it again "
            "from where it was issued"
        )
    return envelope
