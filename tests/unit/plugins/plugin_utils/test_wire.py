# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret leaves the control node only over Ansible's own connection plugins as they are, and only encrypted."""

from __future__ import annotations

from typing import Any

import pytest
from ansible import constants
from ansible.playbook.play_context import PlayContext
from ansible.plugins.connection import ConnectionBase
from ansible.plugins.loader import connection_loader
from ansible_collections.adops.offline_join.plugins.plugin_utils._wire import exposure

FILE = (
    "pipelining is off, so the package would become a temporary file on the host; "
    "set ansible_pipelining to true and unset ANSIBLE_KEEP_REMOTE_FILES"
)
READABLE = (
    "the connection is not encrypted, so the package could be read on the way; "
    "use HTTPS (port 5986), or NTLM or Kerberos with message encryption"
)


def connection(name: str, **variables: Any) -> Any:
    found = connection_loader.get(name, PlayContext())
    found.set_options(var_options={f"ansible_{key}": value for key, value in variables.items()})
    return found


def winrm(**variables: Any) -> Any:
    """With its options resolved, as they are once it has connected."""
    found = connection("winrm", host="192.0.2.1")
    extras = {f"ansible_winrm_{key}": variables.pop(key) for key in ("message_encryption",) if key in variables}
    options = {f"ansible_{key}": value for key, value in variables.items()}
    found.set_options(var_options={"ansible_host": "192.0.2.1", "_extras": extras} | options)
    found._build_winrm_kwargs()
    return found


class TestWinrm:
    @pytest.mark.parametrize(
        "variables",
        [
            {},
            {"port": 5986, "user": "Admin"},
            {"winrm_scheme": "https", "port": 5985},
            {"winrm_transport": ["basic"]},
            {"winrm_transport": ["certificate"]},
            {"winrm_transport": ["ntlm"], "message_encryption": "never"},
        ],
        ids=str,
    )
    def test_tls_hides_everything(self, variables: dict[str, Any]) -> None:
        assert exposure(winrm(**variables)) is None

    @pytest.mark.parametrize("transport", ["ntlm", "kerberos", "credssp", "NTLM"])
    @pytest.mark.parametrize("encryption", [{}, {"message_encryption": "auto"}, {"message_encryption": "always"}])
    def test_messages_are_encrypted_over_http(self, transport: str, encryption: dict[str, str]) -> None:
        found = winrm(port=5985, winrm_transport=[transport.lower()], **encryption)
        found._winrm_transport = [transport]
        assert exposure(found) is None

    def test_a_principal_logs_in_with_kerberos(self) -> None:
        assert exposure(winrm(port=5985, user="admin@CORP.EXAMPLE")) is None

    @pytest.mark.parametrize("transport", [["ntlm"], ["kerberos"], ["credssp"], ["kerberos", "ntlm"]], ids=str)
    def test_encryption_that_was_turned_off(self, transport: list[str]) -> None:
        assert exposure(winrm(port=5985, winrm_transport=transport, message_encryption="never")) == READABLE

    @pytest.mark.parametrize(
        "variables",
        [
            {"port": 5985},
            {"port": 5985, "user": "Admin"},
            {"winrm_scheme": "http"},
            {"winrm_scheme": "http", "port": 5986, "winrm_transport": ["ntlm", "plaintext"]},
            *({"port": 5985, "winrm_transport": [transport]} for transport in ("basic", "plaintext", "ssl")),
            {"port": 5985, "winrm_transport": ["certificate"]},
            {"port": 5985, "winrm_transport": ["kerberos", "basic"]},
        ],
        ids=str,
    )
    def test_plain_http(self, variables: dict[str, Any]) -> None:
        assert exposure(winrm(**variables)) == READABLE

    def test_names_of_methods_do_not_differ_by_case(self) -> None:
        found = winrm(port=5985)
        found._winrm_transport = ["Basic"]
        assert exposure(found) == READABLE


class TestPsrp:
    @pytest.mark.parametrize(
        "variables",
        [
            {},
            {"port": 5986},
            {"port": 80},  # psrp takes only 5985 for plain HTTP
            {"psrp_protocol": "https", "port": 5985},
            {"psrp_auth": "basic"},
            {"psrp_auth": "certificate"},
            {"psrp_message_encryption": "never"},
        ],
        ids=str,
    )
    def test_tls_hides_everything(self, variables: dict[str, Any]) -> None:
        found = connection("psrp", host="192.0.2.1", **variables)
        assert exposure(found) is None
        found._build_kwargs()
        assert found._psrp_conn_kwargs["ssl"]

    @pytest.mark.parametrize(
        "where", [{"port": 5985}, {"psrp_protocol": "http"}, {"port": 80, "psrp_protocol": "http"}]
    )
    @pytest.mark.parametrize("method", [None, "negotiate", "ntlm", "kerberos", "credssp"])
    def test_plain_http_wants_encrypted_messages(self, where: dict[str, Any], method: str | None) -> None:
        variables = where | ({"psrp_auth": method} if method else {})
        for encryption, words in (("auto", None), ("always", None), ("never", READABLE)):
            found = connection("psrp", host="192.0.2.1", psrp_message_encryption=encryption, **variables)
            assert exposure(found) == words
            found._build_kwargs()
            assert not found._psrp_conn_kwargs["ssl"]

    @pytest.mark.parametrize("method", ["basic", "certificate"])
    def test_methods_that_encrypt_nothing(self, method: str) -> None:
        assert exposure(connection("psrp", port=5985, psrp_auth=method)) == READABLE


class TestPipelining:
    @pytest.mark.parametrize("name", ["winrm", "psrp"])
    def test_files_that_are_kept(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Told first: it would be so over an encrypted connection, too."""
        monkeypatch.setattr(constants, "DEFAULT_KEEP_REMOTE_FILES", True)
        assert exposure(winrm() if name == "winrm" else connection("psrp")) == FILE
        assert exposure(winrm(port=5985) if name == "winrm" else connection("psrp", port=5985)) == FILE

    @pytest.mark.parametrize("name", ["ssh", "local"])
    def test_other_connections_need_it_turned_on(self, name: str) -> None:
        assert exposure(connection(name, pipelining=False)) == FILE
        assert exposure(connection(name, pipelining=True)) is None


@pytest.mark.parametrize("prefix", ["ansible.builtin.", "somebody.else."])
def test_connections_of_a_collection_are_known_by_their_last_name(prefix: str) -> None:
    for plain in (winrm(port=5985), connection("psrp", port=5985, psrp_auth="basic")):
        plain.transport = prefix + type(plain).transport
        assert isinstance(plain, ConnectionBase)
        assert exposure(plain) == READABLE
