# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Samba 4.17 said against a real domain controller, and what follows from it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.samba_channel import (
    joined,
    obstacle,
)

DOMAIN = "corp.example"
STANDS = {"return_code": 0, "output": "Join to 'corp.example' is OK"}
CLIENT = (
    "connect_to_domain_password_server: unable to open the domain client session to machine dc1.corp.example. "
    "Flags[0x00000000] Error was : {name}.\nJoin to domain 'corp.example' is not valid: {name}"
)
NOT_VALID = "Join to domain 'corp.example' is not valid: {name}"


def broken(output: str, name: str = "") -> dict[str, Any]:
    return {"channel": {"return_code": 255, "output": output.format(name=name)}, "changetrustpw": None}


@pytest.mark.parametrize(
    ("output", "name", "sentence"),
    [
        (
            CLIENT,
            "NT_STATUS_ACCESS_DENIED",
            "the domain refuses the machine's secret (NT_STATUS_ACCESS_DENIED); join it",
        ),
        (CLIENT, "NT_STATUS_NO_TRUST_SAM_ACCOUNT", "its account is disabled or gone (NT_STATUS_NO_TRUST_SAM_ACCOUNT);"),
        (NOT_VALID, "NT_STATUS_CANT_ACCESS_DOMAIN_INFO", "the host is no member (NT_STATUS_CANT_ACCESS_DOMAIN_INFO); "),
        (NOT_VALID, "NT_STATUS_TIME_DIFFERENCE_AT_DC", "net rpc testjoin: Join to domain 'corp.example' is not valid"),
        ("something else\n went wrong", "", "net rpc testjoin: something else went wrong; "),
    ],
)
def test_broken(output: str, name: str, sentence: str) -> None:
    found = obstacle(DOMAIN, broken(output, name))
    assert found is not None
    assert found.sentence.startswith(sentence)
    assert not found.out_of_reach
    assert joined(broken(output, name)) is (name != "NT_STATUS_CANT_ACCESS_DOMAIN_INFO")


@pytest.mark.parametrize("name", ["NT_STATUS_NETWORK_UNREACHABLE", "NT_STATUS_CONNECTION_REFUSED"])
def test_out_of_reach(name: str) -> None:
    found = obstacle(DOMAIN, broken(NOT_VALID, name))
    assert found is not None
    assert found.out_of_reach
    assert found.sentence.startswith(f"no domain controller answers ({name}); ")


def test_silence_is_a_domain_that_dns_does_not_know() -> None:
    found = obstacle(DOMAIN, broken(""))
    assert found is not None
    assert found.out_of_reach
    assert found.sentence.startswith("it finds no domain controller of corp.example; ")


@pytest.mark.parametrize("changed", [None, {"return_code": 0, "output": "succeeded"}])
def test_nothing_in_the_way(changed: dict[str, Any] | None) -> None:
    assert obstacle(DOMAIN, {"channel": STANDS, "changetrustpw": changed}) is None


def test_change_that_fails() -> None:
    changed = {"return_code": 255, "output": "ads_connect: No logon servers\nare currently available"}
    found = obstacle(DOMAIN, {"channel": STANDS, "changetrustpw": changed})
    assert found is not None
    assert not found.out_of_reach
    assert found.sentence.startswith("net ads changetrustpw: ads_connect: No logon servers are currently available; ")
