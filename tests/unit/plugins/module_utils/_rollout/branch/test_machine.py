# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One PC as host variables."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.machine import Machine


def machine(**values: str) -> Machine:
    return Machine("BER-PC-001", "berlin.csv", 7, values)


def test_what_is_not_said_is_not_set() -> None:
    assert machine(branch="BER").variables() == {
        "machine_name": "BER-PC-001",
        "machine_source": "berlin.csv line 7",
        "machine_branch": "BER",
    }
    assert machine(branch="BER").templates() == {}


def test_everything() -> None:
    said = {
        "number": "001", "inventory_tag": "I-1", "serial_number": "S-1", "branch": "BER", "type": "PC", "wave": "1",
        "responsible": "Anna", "staging_ou": "OU=S,DC=x", "production_ou": "OU=P,DC=x", "planned_date": "2026-12-01",
        "colour": "red",
    }  # fmt: skip
    found = machine(name="{branch}", **said).variables(["colour"])
    assert found == {f"machine_{column}": text for column, text in said.items()} | {
        "machine_name": "BER-PC-001",
        "machine_source": "berlin.csv line 7",
    }
    assert "machine_colour" not in machine(**said).variables()


def test_the_domain_phase_is_as_on_site_where_it_says_nothing() -> None:
    one = machine(site_address="192.0.2.7", site_user="setup", site_connection="psrp", site_port="5986",
                  domain_address="pc.corp.example", domain_user="rollout@CORP.EXAMPLE")  # fmt: skip
    assert one.variables()["machine_connection"] == {
        "site": {"address": "192.0.2.7", "user": "setup", "connection": "psrp", "port": 5986},
        "domain": {"address": "pc.corp.example", "user": "rollout@CORP.EXAMPLE", "connection": "psrp", "port": 5986},
    }
    assert one.templates() == {
        f"ansible_{variable}": f"{{{{ machine_connection[offline_join_phase | default('site')].{what} }}}}"
        for variable, what in {"host": "address", "user": "user", "connection": "connection", "port": "port"}.items()
    }


def test_without_an_address_on_site_its_name_is_one() -> None:
    one = machine(domain_address="pc.corp.example")
    assert one.connection() == {"site": {"address": "BER-PC-001"}, "domain": {"address": "pc.corp.example"}}
    assert set(one.templates()) == {"ansible_host"}
