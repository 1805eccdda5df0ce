# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong in the directory: one exception for each act that failed."""

from __future__ import annotations


class DirectoryError(Exception):
    """An act that the directory did not carry out.

    ``act`` says what was tried, ``cause`` why it failed, ``remedy`` what to do; ``result`` is the LDAP result
    code (RFC 4511, appendix A) where there was an answer, ``dn`` the object it was about.
    """

    def __init__(self, act: str, cause: str, remedy: str, *, dn: str | None = None, result: int | None = None) -> None:
        code = "" if result is None else f" (LDAP result {result})"
        super().__init__(f"{act}: {cause}{code}; {remedy}")
        self.act = act
        self.cause = cause
        self.remedy = remedy
        self.dn = dn
        self.result = result


class SettingsError(DirectoryError):
    """The connection settings contradict each other or are unsafe; nothing was sent."""


class ConnectError(DirectoryError):
    """The domain controller cannot be reached, or its certificate is not trusted."""


class BindError(DirectoryError):
    """The domain controller does not accept the credentials."""


class TierError(DirectoryError):
    """The login has more power than its duty needs; nothing was done with it."""


class ConnectionLost(DirectoryError):
    """The domain controller stopped answering; what was asked last may or may not have happened."""


class SearchError(DirectoryError):
    """The directory refused to be read, or what must be there is not."""


class SysvolError(DirectoryError):
    """A file in SYSVOL, or SYSVOL itself, cannot be read."""


class AddError(DirectoryError):
    """A computer account was not created."""


class ExistsError(AddError):
    """There is an object of this name in that place, or another account has it."""


class ResetError(DirectoryError):
    """The password of a computer account was not reset."""


class ProtectionError(DirectoryError):
    """A computer account must not be written: it is something special, or its machine lives."""


class ModifyError(DirectoryError):
    """An attribute of a computer account was not changed."""


class MoveError(DirectoryError):
    """A computer account was not moved."""


class MemberError(DirectoryError):
    """The members of a group were not changed."""


class DeleteError(DirectoryError):
    """A computer account was not deleted."""


class DelegationError(DirectoryError):
    """Rights were not granted or taken back."""
