# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of group policy objects, read over SMB from the SYSVOL of the domain controller that answers LDAP, too.

Its answers are signed with a key that only the login and the domain know (MS-SMB2 3.2.4.1.1), so nobody in between can
change a policy. Nothing follows a DFS referral to another host: the server that a path names is not looked at.
"""

from __future__ import annotations

import logging
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .errors import DirectoryError, SysvolError
from .libraries import smbprotocol
from .login import smb_credentials
from .settings import Settings

_PORT = 445
_SHARE = "sysvol"
_FOLDER = re.compile(rf"\\\\[^\\]+\\{_SHARE}\\(.+)", re.IGNORECASE)
_CHUNK = 65_536  # what every server grants for one credit
_FORBIDDEN = frozenset('/:*?"<>|')  # other separators, streams and wildcards (MS-FSCC 2.1.5)
_NOT_THERE = ("ObjectNameNotFound", "ObjectPathNotFound", "NoSuchFile")

# The library's own words would go to standard error where nobody listens to them.
logging.getLogger("smbprotocol").addHandler(logging.NullHandler())


class Sysvol:
    """The share of one domain controller."""

    def __init__(self, tree: Any, host_name: str, watch: _Watch) -> None:
        self._tree = tree
        self._host_name = host_name
        self._watch = watch

    def read(self, folder: str, file: str, largest: int) -> bytes | None:
        """A file below a folder such as ``\\\\corp.example\\sysvol\\corp.example\\Policies\\{GUID}``.

        None where it is not there.

        :raises SysvolError: it cannot be read, or has more than ``largest`` bytes
        """
        act = f"read {file} of {folder} on {self._host_name}"
        path = "\\".join([*_below_share(act, folder), file])
        with self._watch.over(act):
            try:
                return self._content(act, path, largest)
            except smbprotocol.exceptions.SMBResponseException as refusal:
                if type(refusal).__name__ in _NOT_THERE:
                    return None
                remedy = "let the login read the policy, and check SYSVOL's replication"
                raise SysvolError(act, f"the domain controller refused ({_status(refusal)})", remedy) from None

    def _content(self, act: str, path: str, largest: int) -> bytes:
        opening = smbprotocol.open
        file = opening.Open(self._tree, path)
        file.create(
            opening.ImpersonationLevel.Impersonation,
            opening.FilePipePrinterAccessMask.FILE_READ_DATA,
            0,
            opening.ShareAccess.FILE_SHARE_READ | opening.ShareAccess.FILE_SHARE_WRITE,
            opening.CreateDisposition.FILE_OPEN,
            opening.CreateOptions.FILE_NON_DIRECTORY_FILE,
        )
        size: int = file.end_of_file
        if size > largest:
            raise SysvolError(act, f"it has {size} bytes, more than any such file", "look at it")
        content = bytearray()
        while len(content) < size:
            content += file.read(len(content), min(_CHUNK, size - len(content)))
        file.close()
        return bytes(content)


class _Watch:
    """Closes a connection whose server lets one act wait: the library itself waits for answers without end."""

    def __init__(self, connection: Any, seconds: int) -> None:
        self._connection = connection
        self._seconds = seconds

    @contextmanager
    def over(self, act: str) -> Iterator[None]:
        late = threading.Event()

        def close() -> None:
            late.set()
            if self._connection.transport:
                self._connection.transport.close()

        timer = threading.Timer(self._seconds, close)
        timer.daemon = True
        timer.start()
        try:
            yield
        except DirectoryError:
            raise
        except Exception as error:  # what the library makes of an answer that is none, it raises as it comes
            cause = f"no answer within {self._seconds} seconds" if late.is_set() else _words(error)
            remedy = f"open port {_PORT} from here to the domain controller, or read policies from files"
            raise SysvolError(act, cause, remedy) from None
        finally:
            timer.cancel()


@contextmanager
def open_sysvol(settings: Settings, address: str, host_name: str) -> Iterator[Sysvol]:
    """Connect to the domain controller's IP address and log in as for LDAP; ``host_name`` is what Kerberos knows.

    :raises SysvolError: smbprotocol is missing, there is no way there, or the credentials are refused
    :raises BindError: there is no Kerberos ticket
    """
    act = f"open SYSVOL on {host_name} ({address} port {_PORT})"
    if smbprotocol is None:
        remedy = "install it with 'pip install smbprotocol'"
        raise SysvolError(act, "this needs the Python library smbprotocol", remedy)
    connection = smbprotocol.connection.Connection(uuid.uuid4(), address, _PORT, require_signing=True)
    watch = _Watch(connection, settings.connection_timeout)
    try:
        with watch.over(act):
            connection.connect(timeout=settings.connection_timeout)
            tree = _log_in(settings, act, connection, host_name)
        yield Sysvol(tree, host_name, watch)
    finally:
        if connection.transport:
            connection.disconnect(close=False)


def _log_in(settings: Settings, act: str, connection: Any, host_name: str) -> Any:
    connection.server_name = host_name  # from here on it is the name of a service, and no longer where to connect
    # Signed in any case, and encrypted where the server wants it.
    session = smbprotocol.session.Session(connection, **smb_credentials(settings), require_encryption=False)
    remedy = "give the user name as user@domain or DOMAIN\\user, and let it log on over the network (NTLM or Kerberos)"
    try:
        session.connect()
        remedy = "check that it shares SYSVOL, and let the login read that"
        tree = smbprotocol.tree.TreeConnect(session, f"\\\\{host_name}\\{_SHARE}")
        tree.connect()
    except (smbprotocol.exceptions.SMBAuthenticationError, ImportError) as refusal:
        raise SysvolError(act, _words(refusal), "check the credentials, and that pyspnego[kerberos] is there") from None
    except smbprotocol.exceptions.SMBResponseException as refusal:
        raise SysvolError(act, f"the domain controller refused ({_status(refusal)})", remedy) from None
    tree.is_dfs_share = False  # else paths would begin with the share, and could lead to another host
    return tree


def _below_share(act: str, folder: str) -> list[str]:
    """The names below the share; whoever may write a policy object may write any path into it."""
    found = _FOLDER.fullmatch(folder)
    names = found[1].split("\\") if found else [""]
    if any(not name.strip(". ") or _FORBIDDEN & {*name} for name in names):
        raise SysvolError(act, "this is no path into SYSVOL", "repair gPCFileSysPath of the policy")
    return names


def _status(refusal: Any) -> str:
    """The status as Windows names it, such as STATUS_ACCESS_DENIED (MS-ERREF 2.3)."""
    return str(refusal.header["status"]).partition(" ")[2] or hex(refusal.status)


def _words(error: Exception) -> str:
    """They hold addresses, statuses and system errors, never a credential."""
    return " ".join(str(error).split()) or type(error).__name__
