# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One authenticated connection to one domain controller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from . import login
from .errors import ConnectError, ConnectionLost, SearchError
from .libraries import add_operation, ldap3, ldap3_exceptions, modify_operation, security_descriptor_control
from .outstanding import Outstanding
from .settings import Settings
from .tls import VerifiedTls

_PAGE = 500
_ANSWER_TIMEOUT = 60  # seconds for one answer; a busy domain controller takes its time over a write
_OWNER_GROUP_DACL, _DACL = 7, 4
_PERMISSIVE_MODIFY = ("1.2.840.113556.1.4.1413", True, None)  # MS-ADTS 3.1.1.3.4.1.8

Entry = dict[str, list[bytes]]  # raw attribute values; an attribute that is not set is missing
Control: TypeAlias = "tuple[str, bool, bytes | None]"  # object identifier, criticality, value in BER


class DirectoryConnection:
    """Searches and writes, and turns every failure into one exception of this room."""

    def __init__(self, settings: Settings, connection: Any) -> None:
        self.settings = settings
        self._connection = connection
        self._outstanding = Outstanding(connection, sealed=settings.auth_protocol == "kerberos")

    @property
    def address(self) -> str:
        """The IP address of the domain controller that answers."""
        address: str = self._connection.socket.getpeername()[0]
        return address

    def search(
        self, base: str, ldap_filter: str, attributes: list[str], controls: list[Control] | None = None
    ) -> list[tuple[str, Entry]]:
        """Every matching object below ``base`` as its DN and attributes.

        :raises SearchError: the base cannot be read
        """
        with self._reading(f"search {base}", base):
            entries = self._connection.extend.standard.paged_search(
                base, ldap_filter, attributes=attributes, controls=controls, paged_size=_PAGE, generator=True
            )
            return [(e["dn"], _set_attributes(e)) for e in entries if e["type"] == "searchResEntry"]

    def read(
        self,
        dn: str,
        attributes: list[str],
        ldap_filter: str = "(objectClass=*)",
        controls: list[Control] | None = None,
    ) -> Entry:
        """One object's attributes; the empty DN is the rootDSE.

        :raises SearchError: it is not there or cannot be read
        """
        act = f"read {dn or 'the rootDSE'}"
        with self._reading(act, dn):
            self._connection.search(dn, ldap_filter, search_scope=ldap3.BASE, attributes=attributes, controls=controls)
        for entry in self._connection.response:
            if entry["type"] == "searchResEntry":
                return _set_attributes(entry)
        raise SearchError(act, "it is not there", "check the name", dn=dn)

    def start_add(self, dn: str, object_class: str, attributes: dict[str, Any]) -> Callable[[], None]:
        """Send an add without waiting for its answer; the function that is returned does that.

        Both raise ConnectionLost, and that function ldap3's result exceptions as they are: what they mean depends on
        what is added.
        """
        return self._start(
            "addRequest", add_operation(dn, {"objectClass": [object_class], **attributes}, auto_encode=True)
        )

    def start_replace(
        self, dn: str, attributes: dict[str, list[Any]], controls: list[Control] | None = None
    ) -> Callable[[], None]:
        """Send the replacing of attributes of one object; an empty list removes one. Raises as ``start_add`` does."""
        changes = {name: [(ldap3.MODIFY_REPLACE, values)] for name, values in attributes.items()}
        return self._start("modifyRequest", modify_operation(dn, changes, auto_encode=True), controls)

    def replace(self, dn: str, attributes: dict[str, list[Any]], controls: list[Control] | None = None) -> None:
        """The same, and wait. Raises ldap3's result exceptions as they are."""
        self.start_replace(dn, attributes, controls)()

    def change_values(self, dn: str, attribute: str, added: list[str], removed: list[str]) -> None:
        """Add and remove single values in one operation, permissively: Windows lets pass what is so already.

        Raises as ``replace`` does.
        """
        changes = [(ldap3.MODIFY_ADD, added), (ldap3.MODIFY_DELETE, removed)]
        with self._communicating():
            self._connection.modify(dn, {attribute: [one for one in changes if one[1]]}, [_PERMISSIVE_MODIFY])

    def move(self, dn: str, rdn: str, container: str) -> None:
        """Put an object into another container, under the relative name given. Raises as ``replace`` does."""
        with self._communicating():
            self._connection.modify_dn(dn, rdn, new_superior=container)

    def delete(self, dn: str) -> None:
        """Raises ldap3's result exceptions as they are."""
        with self._communicating():
            self._connection.delete(dn)

    def _start(self, kind: str, request: Any, controls: list[Control] | None = None) -> Callable[[], None]:
        with self._communicating():
            wait = self._outstanding.start(kind, request, controls)

        def answer() -> None:
            with self._communicating():
                wait()

        return answer

    @contextmanager
    def _reading(self, act: str, dn: str) -> Iterator[None]:
        try:
            with self._communicating():
                yield
        except ldap3_exceptions.LDAPNoSuchObjectResult as error:
            raise SearchError(act, "it is not there", "check the name", dn=dn, result=error.result) from None
        except ldap3_exceptions.LDAPOperationResult as error:
            remedy = f"give the account the right to read it ({error.description})"
            raise SearchError(act, "the directory refused", remedy, dn=dn, result=error.result) from None

    @contextmanager
    def _communicating(self) -> Iterator[None]:
        try:
            yield
        except (ldap3_exceptions.LDAPCommunicationError, ldap3_exceptions.LDAPResponseTimeoutError, OSError):
            # The second is for whatever was outstanding when the connection broke.
            raise ConnectionLost(
                f"ask {self.settings.server}",
                "the domain controller stopped answering",
                "look at it and at the network, then run again",
            ) from None


def owner_and_dacl() -> list[Control]:
    """What makes nTSecurityDescriptor readable (MS-ADTS 3.1.1.3.4.1.11).

    Without it a domain controller offers the SACL too, and so nothing at all to a login that may not read that.
    """
    return _descriptor_parts(_OWNER_GROUP_DACL)


def dacl_only() -> list[Control]:
    """What reads and writes the DACL of an nTSecurityDescriptor, and leaves its other parts alone."""
    return _descriptor_parts(_DACL)


def _descriptor_parts(flags: int) -> list[Control]:
    controls: list[Control] = security_descriptor_control(criticality=True, sdflags=flags)
    return controls


@contextmanager
def connect(settings: Settings) -> Iterator[DirectoryConnection]:
    """Connect and log in; the connection is closed at the end of the block.

    :raises SettingsError: a library or file is missing
    :raises ConnectError: no way to the domain controller, or its certificate is not trusted
    :raises BindError: the credentials are refused
    """
    connection = _open(settings)
    try:
        login.bind(settings, connection)
        yield DirectoryConnection(settings, connection)
    finally:
        connection.strategy.close()


def _open(settings: Settings) -> Any:
    tls = VerifiedTls(settings)
    server = ldap3.Server(
        settings.server,
        port=settings.port,
        use_ssl=settings.tls_mode == "ldaps",
        tls=tls,
        connect_timeout=settings.connection_timeout,
        get_info=ldap3.NONE,
    )
    connection = ldap3.Connection(
        server,
        **login.credentials(settings),
        check_names=False,
        raise_exceptions=True,
        receive_timeout=_ANSWER_TIMEOUT,
    )
    try:
        connection.open(read_server_info=False)
        if settings.tls_mode == "start_tls":
            connection.start_tls(read_server_info=False)
    except (ldap3_exceptions.LDAPExceptionError, OSError) as error:
        raise _connect_error(settings, tls, error) from None
    return connection


def _connect_error(settings: Settings, tls: VerifiedTls, error: Exception) -> ConnectError:
    act = f"connect to {settings.server} port {settings.port}"
    if tls.refusal:
        return ConnectError(
            act,
            f"its certificate is not trusted: {tls.refusal}",
            "name the CA that issued it in ca_cert, and the host in server as the certificate names it",
        )
    # These words hold addresses and system errors; no credential has been used yet.
    words = " ".join(str(error).split()).replace("invalid server address", "DNS does not know this name")
    return ConnectError(act, words, "check server, port, tls_mode, DNS and the firewall")


def _set_attributes(entry: dict[str, Any]) -> Entry:
    return {name: values for name, values in entry["raw_attributes"].items() if values}
