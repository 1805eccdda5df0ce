# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret inside a package, as a type that does not show itself."""

from __future__ import annotations

import hmac
import secrets
from typing import NoReturn

# Windows draws from 32..122 (MS-WKST 3.2.4.13.3); a space at an end is lost by too many tools, so none is drawn.
_ALPHABET = "".join(map(chr, range(33, 123)))
_LENGTH = 120


class Password:
    """A machine password. ``repr``, ``str``, formatting, JSON and pickling show nothing; ask :meth:`reveal`."""

    __slots__ = ("_characters",)

    def __init__(self, characters: str) -> None:
        self._characters = characters

    @classmethod
    def generate(cls) -> Password:
        """120 random characters, the length that Windows and Samba use."""
        return cls("".join(secrets.choice(_ALPHABET) for _number in range(_LENGTH)))

    def reveal(self) -> str:
        return self._characters

    def is_default_of(self, machine_name: str) -> bool:
        """Whether it is what ``/defpwd`` sets: the first 14 characters of the name, which djoin puts in lower case."""
        return self._characters.lower() == machine_name.lower()[:14]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Password):
            return NotImplemented
        return hmac.compare_digest(self._units, other._units)

    def __hash__(self) -> int:
        return hash(self._units)

    @property
    def _units(self) -> bytes:
        return self._characters.encode("utf-16-le", "surrogatepass")

    def __repr__(self) -> str:
        return "Password(hidden)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a machine password is not pickled")
