# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Headers: known, unknown, missing, doubled, and those that no file may have."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.columns import Columns, looks_secret
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.table import Line

FULL = ("name", "inventory_tag", "serial_number", "branch", "type")


def causes(columns: Columns, *header: str) -> list[str]:
    _places, faults = columns.placed("b.csv", Line(1, header))
    assert all(fault.line == 1 and fault.remedy for fault in faults)
    return [fault.cause for fault in faults]


@pytest.mark.parametrize(
    "header",
    """password Password PASSWD site_password domain-password AdminPwd pwd pass site.pass passphrase passcode Kennwort
    Passwort Lokales_Passwort пароль Пароль_админа secret client_secret geheim credentials laps api_token pin
    contraseña clave senha wachtwoord hasło lösenord mot_de_passe heslo salasana şifre パスワード""".split(),
)
def test_looks_secret(header: str) -> None:
    assert looks_secret(header)
    assert f"the column {header!r} looks like passwords" in causes(Columns(), *FULL, header)


@pytest.mark.parametrize("header", [*FULL, "site_user", "passport", "spinning", "keyboard", "responsible", "mapping"])
def test_does_not_look_secret(header: str) -> None:
    assert not looks_secret(header)


def test_in_any_order_and_case() -> None:
    places, faults = Columns().placed("b.csv", Line(1, ("TYPE", "Serial Number", "branch", "Name", "inventory-tag")))
    assert places == ["type", "serial_number", "branch", "name", "inventory_tag"]
    assert faults == []


def test_missing_columns() -> None:
    assert causes(Columns(), "name", "branch") == [
        "the column inventory_tag is missing",
        "the column serial_number is missing",
        "the column type is missing",
    ]
    assert causes(Columns(templated=True), *FULL[1:]) == []
    assert causes(Columns(), *FULL[1:]) == ["the column name is missing"]
    assert causes(Columns(defaults={"branch": "BER"}), "name", "inventory_tag", "serial_number", "type") == []


def test_unknown_empty_and_doubled_columns() -> None:
    assert causes(Columns(), *FULL, "colour", "", "BRANCH") == [
        "the column 'colour' is unknown",
        "a column has no name",
        "the column branch is there 2 times",
    ]
    assert causes(Columns(extra=["colour"]), *FULL, "Colour") == []


def test_headers_of_ones_own() -> None:
    columns = Columns(headers={"serial_number": "Seriennummer"})
    assert causes(columns, "name", "inventory_tag", "SERIENNUMMER", "branch", "type") == []
    assert causes(columns, *FULL) == ["the column 'serial_number' is unknown", "the column Seriennummer is missing"]


def test_options_are_judged_too() -> None:
    columns = Columns(
        headers={"serial": "S/N", "branch": "Kennwort"},
        extra=["Farbe", "connection", "user_password", "colour"],
        defaults={"colour": "red", "shape": "round"},
    )
    assert [str(fault).partition(";")[0] for fault in columns.faults("x.branch.yml")] == [
        "x.branch.yml: columns names 'serial', which is no column",
        "x.branch.yml: defaults names 'shape', which is no column",
        "x.branch.yml: extra_columns names 'Farbe', which cannot become a variable machine_Farbe",
        "x.branch.yml: extra_columns names 'connection', which cannot become a variable machine_connection",
        "x.branch.yml: the column 'user_password' would hold passwords",
        "x.branch.yml: the column 'Kennwort' would hold passwords",
    ]
