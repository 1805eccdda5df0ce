# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clock, time servers, programs and codes, run by mono."""

from __future__ import annotations

import base64
import datetime
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from asn1crypto import core

from tests.hands.native_code import Proof, Ran

UNITS_PER_SECOND = 10_000_000
HOUR = 3600
# from 1900 to 1970, and from 1900 to 2036, when NTP counts from 0 again
UNIX_IN_NTP = 2_208_988_800
ERA = 2**32

Reply = Callable[[bytes, float], bytes | None]


def stamp(unix: float) -> bytes:
    seconds = unix + UNIX_IN_NTP
    return struct.pack(">II", int(seconds) % ERA, int(seconds % 1 * ERA))


def honest(ahead: float) -> Reply:
    """A time server whose clock is so many seconds ahead."""

    def reply(request: bytes, now: float) -> bytes:
        return b"\x1c\x02" + bytes(22) + request[40:48] + stamp(now + ahead) + stamp(now + ahead)

    return reply


@contextmanager
def time_server(reply: Reply) -> Iterator[tuple[int, list[bytes]]]:
    """A time server on loopback: its port, and the requests that came."""
    requests: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    request, client = server.recvfrom(512)
                except TimeoutError:
                    continue
                requests.append(request)
                answer = reply(request, time.time())
                if answer is not None:
                    server.sendto(answer, client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], requests
        finally:
            stop.set()
            thread.join()


def assert_offset(ran: Ran, ahead: int) -> None:
    """No answer can be wrong by more than half of its way, but for what floating point and clock ticks take."""
    round_trip = int(ran["round_trip"])
    assert 0 <= round_trip < 5 * UNITS_PER_SECOND
    assert abs(int(ran["offset"]) - ahead * UNITS_PER_SECOND) <= round_trip // 2 + UNITS_PER_SECOND // 100


class TestSntp:
    @pytest.mark.parametrize("ahead", [0, HOUR, -HOUR, -20 * 365 * 24 * HOUR, 20 * 365 * 24 * HOUR])
    def test_a_host_that_is_behind_has_a_positive_offset(self, proof: Proof, ahead: int) -> None:
        with time_server(honest(ahead)) as (port, requests):
            ran = proof.run("Ask", "127.0.0.1", str(port), "5000")
        assert ran["status"] == "0"
        assert_offset(ran, ahead)
        [request] = requests
        # leap indicator 0, version 3, client; and the time of the host, which the answer must repeat
        assert len(request) == 48
        assert request[0] == 0x1B
        sent = struct.unpack(">I", request[40:44])[0] - UNIX_IN_NTP
        assert abs(sent - time.time()) < 60

    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(lambda answer: answer[:47], id="short"),
            pytest.param(lambda answer: b"\x1b" + answer[1:], id="no server"),
            pytest.param(lambda answer: answer[:31] + bytes([answer[31] ^ 1]) + answer[32:], id="to another"),
            pytest.param(lambda answer: answer[:40] + bytes(8), id="no time"),
        ],
    )
    def test_an_answer_that_is_none(self, proof: Proof, spoil: Callable[[bytes], bytes]) -> None:
        with time_server(lambda request, now: spoil(honest(HOUR)(request, now) or b"")) as (port, _requests):
            ran = proof.run("Ask", "127.0.0.1", str(port), "5000")
        assert (ran["status"], ran["offset"], ran["round_trip"]) == ("13", "0", "0")

    def test_lost_datagrams_are_sent_again(self, proof: Proof) -> None:
        asked = []

        def lose_two(request: bytes, now: float) -> bytes | None:
            asked.append(request)
            return honest(HOUR)(request, now) if len(asked) == 3 else None

        with time_server(lose_two) as (port, _requests):
            ran = proof.run("Ask", "127.0.0.1", str(port), "2000")
        assert ran["status"] == "0"
        assert_offset(ran, HOUR)

    def test_no_answer_is_the_code_of_a_timeout(self, proof: Proof) -> None:
        with time_server(lambda _request, _now: None) as (port, requests):
            ran = proof.run("Ask", "127.0.0.1", str(port), "300")
        assert (ran["status"], ran["offset"]) == ("10060", "0")
        assert len(requests) == 3


class TestClock:
    @pytest.mark.parametrize("seconds", [90, -90, 400 * 24 * HOUR])
    def test_it_is_moved_in_utc(self, proof: Proof, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TZ", "Pacific/Auckland")
        ran = proof.run("Shift", str(seconds * UNITS_PER_SECOND))
        assert ran["status"] == "0"
        call = ran.call("SetSystemTime")
        wanted = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
        moved = datetime.datetime.fromisoformat(f"{call['time']}+00:00")
        assert abs(moved - wanted) < datetime.timedelta(seconds=60)
        # Sunday is 0 in Windows
        assert int(call["weekday"]) == moved.isoweekday() % 7

    def test_the_code_of_a_refusal(self, proof: Proof) -> None:
        assert proof.run("Shift", "0", status=131)["status"] == "131"


class TestTool:
    def test_exit_code(self, proof: Proof) -> None:
        assert proof.run("Run", "/bin/sh", "-c 'exit 7'", "20")["exit_code"] == "7"

    def test_it_cannot_wait_for_an_answer(self, proof: Proof) -> None:
        assert proof.run("Run", "/bin/sh", "-c 'read answer; exit $?'", "20")["exit_code"] == "1"

    def test_much_output_does_not_stop_it(self, proof: Proof) -> None:
        noise = "-c 'head -c 1000000 /dev/zero | tee /dev/stderr; exit 3'"
        assert proof.run("Run", "/bin/sh", noise, "20")["exit_code"] == "3"

    def test_one_that_hangs_is_ended(self, proof: Proof) -> None:
        started = time.monotonic()
        assert proof.run("Run", "/bin/sleep", "600", "1")["exit_code"] == "258"
        assert time.monotonic() - started < 50


def test_codes_in_exceptions(proof: Proof) -> None:
    ran = proof.run("Codes")
    told = {key: ran[key] for key in ("win32", "inner", "com", "innermost", "none", "other_facility")}
    wanted = {"win32": "1326", "inner": "53", "com": "1326", "innermost": "5", "none": "1359", "other_facility": "1359"}
    assert told == wanted


class TestTemplate:
    # written by hand from MS-WCCE 2.2.2.7.7.2: a sequence of the identifier and two numbers
    @pytest.mark.parametrize(
        "oid", ["1.3.6.1.4.1.311.21.8.7587021.751874.11030412.6202749.3702260.207.1.14", "2.999.3", "0.9.2342", "1.3"]
    )
    def test_its_identifier(self, proof: Proof, oid: str) -> None:
        assert proof.run("Template", extension(oid))["oid"] == oid

    def test_a_long_one(self, proof: Proof) -> None:
        oid = "1.3." + ".".join(["268435455"] * 40)
        assert proof.run("Template", extension(oid))["oid"] == oid

    @pytest.mark.parametrize("raw", ["", "30", "3000", "300206", "0603550403", "30050603550", "3006060a550403"])
    def test_what_is_no_template(self, proof: Proof, raw: str) -> None:
        given = base64.b64encode(bytes.fromhex(raw[: len(raw) // 2 * 2])).decode()
        assert proof.run("Template", given)["oid"] == "null"


def extension(oid: str) -> str:
    """The extension's value for a template."""
    content = core.ObjectIdentifier(oid).dump() + bytes.fromhex("020164020106")
    length = bytes([len(content)]) if len(content) < 0x80 else bytes([0x81, len(content)])
    return base64.b64encode(b"\x30" + length + content).decode()
