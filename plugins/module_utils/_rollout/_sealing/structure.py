# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading CMS messages (RFC 5652) so that no byte is left unaccounted for."""

from __future__ import annotations

from typing import Any

from .errors import SealError
from .libraries import cms


class Malformed(SealError):
    """A message that is not written as this collection writes it; whoever changed it, it is not used."""

    def __init__(self, layer: str, problem: str) -> None:
        super().__init__(
            f"the {layer} of the sealed package was changed or is not ours ({problem}); "
            "fetch it again from where it was issued"
        )


def load(message: bytes, layer: str, content_type: str) -> Any:
    """The content of a ContentInfo. Only DER is taken: what can be written in two ways could be changed unseen.

    :raises Malformed: it is no DER, or another kind of message
    """
    try:
        info = cms.ContentInfo.load(message, strict=True)
        canonical = info.dump(force=True)
        kind = info["content_type"].native
        content = info["content"]
    except Exception:  # asn1crypto raises whatever comes up on bytes that make no sense
        raise Malformed(layer, "no CMS message") from None
    if canonical != message:
        raise Malformed(layer, "not in DER")
    if kind != content_type:
        raise Malformed(layer, "another kind of CMS message")
    return content


def require(condition: bool, layer: str, part: str) -> None:
    """
    :raises Malformed: naming the part that is not as it must be
    """
    if not condition:
        raise Malformed(layer, part)
