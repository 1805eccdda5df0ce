# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret shows itself to nobody who does not ask for it."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import ndr
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import Blob
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from hypothesis import given
from hypothesis import strategies as st

SECRET = samples.SECRET
PASSWORD = Password(SECRET)


def assert_hidden(shown: str) -> None:
    assert shown
    for form in samples.forms(SECRET):
        assert form not in shown


class TestHiding:
    @pytest.mark.parametrize(
        "show",
        [repr, str, ascii, "{}".format, lambda password: f"{password!r:>16}"],
        ids=["repr", "str", "ascii", "format", "f-string"],
    )
    def test_text(self, show: Callable[[Any], str]) -> None:
        assert show(PASSWORD) == "Password(hidden)"

    @pytest.mark.parametrize(
        "take",
        [
            json.dumps,
            pickle.dumps,
            copy.copy,
            copy.deepcopy,
            vars,
            list,
            bytes,
            "{:>30}".format,
            lambda password: json.dumps({"password": password}),
            lambda _password: dataclasses.asdict(samples.build()),
            lambda _password: pickle.dumps(samples.build()),
        ],
        ids=[
            "json",
            "pickle",
            "copy",
            "deepcopy",
            "vars",
            "list",
            "bytes",
            "format with width",
            "json inside",
            "asdict of a package",
            "pickle of a package",
        ],
    )
    def test_whoever_takes_it_fails_without_it(self, take: Callable[[Any], Any]) -> None:
        with pytest.raises(TypeError) as raised:
            take(PASSWORD)
        assert_hidden("".join(traceback.format_exception(raised.value)))

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_no_protocol_pickles_it(self, protocol: int) -> None:
        with pytest.raises(TypeError, match="is not pickled"):
            pickle.dumps(PASSWORD, protocol)

    def test_json_by_text(self) -> None:
        assert json.dumps({"password": PASSWORD}, default=str) == '{"password": "Password(hidden)"}'

    def test_local_variables_of_a_traceback(self) -> None:
        package = samples.build()
        password = package.join.machine_password
        with pytest.raises(LookupError) as raised:
            raise LookupError(package, password)
        shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
        assert_hidden("".join(shown.format()))

    @pytest.mark.parametrize("place", ["package", "win7", "win8", "collection", "join"])
    def test_every_structure_that_holds_it(self, place: str) -> None:
        """As a value, and as the bytes of a structure inside another."""
        decoded = ndr.decode(*samples.nested(samples.build().content)[place])
        assert_hidden(repr(decoded))
        assert_hidden(str(decoded.value))

    def test_package(self) -> None:
        package = samples.build()
        assert repr(package) == "Package('BER-PC-001', domain='corp.example')"
        assert_hidden(f"{package} {package!r} {[package]}")
        assert_hidden(repr(package.join))
        assert_hidden(repr(package.parts))

    def test_blob_of_a_package(self) -> None:
        assert_hidden(repr(Blob(blob_format=1, content=samples.build().content)))

    def test_errors_of_a_package_with_two_passwords(self) -> None:
        package = samples.build()
        other = dataclasses.replace(package.join, machine_password=Password("another one"))
        with pytest.raises(PackageError) as raised:
            Package.read(samples.compose(other, package.parts))
        shown = traceback.TracebackException.from_exception(raised.value)
        assert_hidden("".join(shown.format()))


class TestGenerating:
    def test_length_and_alphabet(self) -> None:
        drawn = [Password.generate().reveal() for _number in range(200)]
        assert {len(password) for password in drawn} == {120}
        # 24,000 draws miss one of 90 characters about once in 10^114.
        assert set("".join(drawn)) == set(map(chr, range(33, 123)))

    def test_no_two_are_alike(self) -> None:
        assert len({Password.generate().reveal() for _number in range(200)}) == 200

    def test_every_place_is_drawn(self) -> None:
        drawn = [Password.generate().reveal() for _number in range(50)]
        assert all(len(set(characters)) > 10 for characters in zip(*drawn, strict=True))


class TestComparing:
    @given(st.text(st.characters()), st.text(st.characters()))
    def test_equal_exactly_when_the_characters_are(self, one: str, other: str) -> None:
        same = one.encode("utf-16-le", "surrogatepass") == other.encode("utf-16-le", "surrogatepass")
        assert (Password(one) == Password(other)) is same
        assert Password(one) == Password(one)

    def test_never_equal_to_its_text(self) -> None:
        assert PASSWORD != SECRET
        assert SECRET not in [PASSWORD]
        # the other side is asked, too
        assert PASSWORD.__eq__(SECRET) is NotImplemented

    def test_equal_passwords_have_equal_hashes(self) -> None:
        assert hash(Password("\ud83d\ude00")) == hash(Password("\U0001f600"))
        assert len({Password("a"), Password("a"), Password("b")}) == 2


class TestDefault:
    @pytest.mark.parametrize(
        ("password", "name"),
        [
            ("wurst2", "wurst2"),
            ("wurst2", "WURST2"),
            ("abcdefghijklmn", "ABCDEFGHIJKLMNO"),
            # Samba takes the name as it was typed (source3/lib/netapi/joindomain.c).
            ("WURST2", "WURST2"),
            ("ABCDEFGHIJKLMN", "ABCDEFGHIJKLMNO"),
        ],
    )
    def test_password_that_is_the_name(self, password: str, name: str) -> None:
        assert Password(password).is_default_of(name)

    @pytest.mark.parametrize("password", ["", "wurst", "wurst22", SECRET])
    def test_password_that_is_another(self, password: str) -> None:
        assert not Password(password).is_default_of("wurst2")
