# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The twin's wire under real clients: unmodified winrm and psrp, and win_reboot."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import requests
from winrm.exceptions import WSManFaultError
from winrm.protocol import Protocol

from tests.integration.wire import SECONDS, SECRET, USER, Probe, Wire
from tests.twin.protocol import PLAIN_PORT, QUOTA_MAX_OPERATIONS, TLS_PORT, UNEXPECTED_SELECTORS, Drop, Fault


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with Wire(tmp_path_factory.mktemp("wire")) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_left(wire: Wire) -> None:
    for machine in (wire.first, wire.second):
        machine.calls.clear()
        machine.faults.clear()


def winrm(transport: str, port: int, **more: Any) -> dict[str, Any]:
    return {"ansible_connection": "winrm", "ansible_port": port, "ansible_winrm_transport": transport, **more}


def psrp(auth: str, port: int, **more: Any) -> dict[str, Any]:
    return {"ansible_connection": "psrp", "ansible_port": port, "ansible_psrp_auth": auth, **more}


BASIC = winrm("basic", TLS_PORT)
NTLM = winrm("ntlm", PLAIN_PORT)
PSRP = psrp("ntlm", PLAIN_PORT)


def test_every_way_in(wire: Wire) -> None:
    ways = {
        "winrm basic tls": BASIC,
        "winrm ntlm tls": winrm("ntlm", TLS_PORT),
        "winrm ntlm": NTLM,
        "winrm ntlm domain": NTLM | {"ansible_user": f"LAB\\{USER}"},
        "psrp ntlm": PSRP,
        "psrp negotiate": psrp("negotiate", PLAIN_PORT),
        "psrp basic tls": psrp("basic", TLS_PORT),
    }
    results = wire.ansible(ways, "ansible.windows.win_ping")
    users = {way: result.get("user", result) for way, result in results.items()}
    assert users == dict.fromkeys(ways, USER) | {"winrm ntlm domain": f"LAB\\{USER}"}
    assert {call.name for call in wire.first.calls} == {"ansible.windows.win_ping"}
    assert [call.parameters for call in wire.first.calls] == [{"data": "pong"}] * len(ways)


def test_wrong_credentials_are_unreachable(wire: Wire) -> None:
    second = {"ansible_host": wire.second.address}
    wrong = {
        "password": BASIC | {"ansible_password": "wrong"},
        "user": BASIC | {"ansible_user": "nobody"},
        "ntlm password": NTLM | {"ansible_password": "wrong"},
        "ntlm user": NTLM | {"ansible_user": "nobody"},
        "psrp password": PSRP | {"ansible_password": "wrong"},
        # each machine has a password of its own, at the same time
        "another's": BASIC | second,
        "ntlm another's": NTLM | second,
    }
    results = wire.ansible(
        wrong | {"own": NTLM | second | {"ansible_password": wire.second.password}}, "probe", answer="echo"
    )
    assert results.pop("own")["user"] == USER
    for case, result in results.items():
        assert result["verdict"] == "UNREACHABLE", case
        assert re.search("credentials were rejected|Failed to authenticate", result["msg"]), result
        assert SECRET not in json.dumps(result)


def test_plain_http_takes_no_password_and_no_open_message(wire: Wire) -> None:
    url = f"http://{wire.first.address}:{PLAIN_PORT}/wsman"
    answer = requests.post(url, auth=(USER, wire.first.password), data="<x/>", timeout=SECONDS)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Negotiate")
    result = wire.ansible({"open": winrm("ntlm", PLAIN_PORT, ansible_winrm_message_encryption="never")}, "probe")[
        "open"
    ]
    assert result["verdict"] == "UNREACHABLE"
    assert "Code 500" in result["msg"]
    assert not wire.first.calls


def test_a_module_is_called_by_its_own_spec(wire: Wire) -> None:
    both = {"winrm": BASIC, "psrp": PSRP}
    for result in wire.ansible(both, "probe", "--check", answer="echo", secret=SECRET, number="8").values():
        assert (result["check"], result["number"], result["name"]) == (True, 8, "ansible.legacy.probe")
    [call, _other] = wire.first.calls
    assert (call.parameters["secret"], call.secret_options, call.no_log) == (SECRET, {"secret"}, False)
    assert SECRET not in repr(call)
    for result in wire.ansible(both, "probe", answer="fail", secret=SECRET).values():
        assert (result["verdict"], result["msg"], result["status"]) == ("FAILED", "no ********", 5)
    for result in wire.ansible(both, "probe", answer="shout").values():
        assert result["msg"].startswith("value of answer must be one of: echo, fail,")
    assert len(wire.first.calls) == 4


def test_long_and_large_answers_arrive_whole(wire: Wire) -> None:
    # The command outlasts what clients wait for one answer, so they must get a fault in time and ask again.
    both = {
        "winrm": BASIC | {"ansible_winrm_operation_timeout_sec": 1, "ansible_winrm_read_timeout_sec": 3},
        "psrp": PSRP | {"ansible_psrp_operation_timeout": 1, "ansible_psrp_read_timeout": 3},
    }
    for result in wire.ansible(both, "probe", answer="sleep").values():
        assert result.get("number") == 3, result
    for result in wire.ansible(both, "probe", answer="large").values():
        assert result.get("large") == "ä\u2028" * 150_000


def test_a_command_gives_its_output_and_exit_code(wire: Wire) -> None:
    for result in wire.ansible({"winrm": BASIC, "psrp": PSRP}, "raw", "-a", "nonsense").values():
        assert (result["rc"], result["stdout_lines"]) == (7, ["out", "put"])
        assert "nonsense is not understood" in result["stderr"]


@pytest.mark.parametrize("way", [BASIC, PSRP], ids=["winrm", "psrp"])
def test_reboot(wire: Wire, way: dict[str, Any]) -> None:
    before = wire.first.boots
    result = wire.ansible({"host": way}, "ansible.windows.win_reboot", post_reboot_delay=1)["host"]
    assert (result["verdict"], result.get("rebooted")) == ("CHANGED", True), result
    assert wire.first.boots == before + 1


def test_a_broken_connection_is_the_hosts_own_trouble(wire: Wire) -> None:
    # Neither plugin calls it unreachable once the module runs.
    for result in wire.ansible({"winrm": NTLM, "psrp": PSRP}, "probe", answer="drop").values():
        assert (result["verdict"], "Connection reset by peer" in result["msg"]) == ("FAILED", True), result
    wire.first.faults = [Drop()]
    result = wire.ansible({"winrm": BASIC}, "probe", answer="echo")["winrm"]
    assert result["verdict"] == "UNREACHABLE"
    assert wire.ansible({"winrm": BASIC}, "probe", answer="echo")["winrm"]["number"] == 3


def test_clients_know_the_quota_fault(wire: Wire) -> None:
    # The second request is Command; winrm.py makes a new shell and asks again.
    wire.first.faults = [None, Fault(QUOTA_MAX_OPERATIONS, "InternalError", "too many operations")]
    result = wire.ansible({"winrm": BASIC}, "probe", answer="echo")["winrm"]
    assert result.get("number") == 3, result
    assert not wire.first.faults


@pytest.mark.parametrize("end", [Probe.restart, Probe.replug])
def test_a_shell_dies_with_its_machine(wire: Wire, end: Callable[[Probe], Coroutine[Any, Any, None]]) -> None:
    client = Protocol(
        f"https://{wire.second.address}:{TLS_PORT}/wsman",
        transport="basic",
        username=USER,
        password=wire.second.password,
        ca_trust_path=str(wire.authority.certificate),
    )
    shell = client.open_shell()
    client.cleanup_command(shell, client.run_command(shell, "PowerShell"))
    wire.run(end(wire.second))
    with pytest.raises(WSManFaultError) as error:
        client.run_command(shell, "PowerShell")
    assert error.value.wsman_fault_code == UNEXPECTED_SELECTORS
    client.close_shell(client.open_shell())


def test_a_machine_that_is_down_answers_nobody(wire: Wire) -> None:
    address = (wire.second.address, PLAIN_PORT)
    with socket.create_connection(address, timeout=SECONDS) as before:
        wire.run(wire.server.down(wire.second))
        try:
            with pytest.raises(ConnectionResetError):
                before.recv(1)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address, timeout=SECONDS)
            with pytest.raises(ConnectionRefusedError):
                ssl.get_server_certificate((wire.second.address, TLS_PORT), timeout=SECONDS)
        finally:
            wire.run(wire.server.up(wire.second))
    socket.create_connection(address, timeout=SECONDS).close()


def test_whoever_comes_in_while_it_goes_down_is_not_forgotten(wire: Wire) -> None:
    address = (wire.second.address, PLAIN_PORT)
    for _time in range(30):
        client = socket.create_connection(address, timeout=SECONDS)
        wire.run(wire.server.down(wire.second))
        with client, pytest.raises(ConnectionResetError):
            client.recv(1)
        wire.run(wire.server.up(wire.second))
