# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every machine's package brings along, and whose cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._issuing import extra_parts
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.certificate_sources import Authorities
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.extra_parts import Additions
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import Join2Part
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import authority_samples as pki

OPTIONS = {
    "site": None,
    "persistent_site": False,
    "primary_dns_suffix": None,
    "root_ca_files": [],
    "client_certificate_passphrase": pki.PASSPHRASE,
}


def machine(name: str, netbios_name: str | None = None, client_certificate: str | None = None) -> dict[str, Any]:
    return {"name": name, "netbios_name": netbios_name, "client_certificate": client_certificate}


def collect(*machines: dict[str, Any], authorities: Authorities | None = None, **options: Any) -> Additions:
    return extra_parts.collect(machines, OPTIONS | options, authorities or Authorities(), "CORP", pki.NOW)


def test_nothing_asked_nothing_added() -> None:
    assert collect(machine("A"), machine("B")) == Additions()


def test_site_and_names() -> None:
    found = collect(machine("A", "A-NB"), machine("B"), site="Lyon", persistent_site=True, primary_dns_suffix="x.org")
    assert found.join2 == {
        "A": Join2Part(flags=1, netbios_name="A-NB", site_name="Lyon", primary_dns_domain="x.org"),
        "B": Join2Part(flags=1, netbios_name=None, site_name="Lyon", primary_dns_domain="x.org"),
    }
    assert found.certificates == found.faults == {}


def test_machines_share_what_is_for_all() -> None:
    found = collect(machine("A"), machine("B"), authorities=Authorities((b"root",)))
    assert found.certificates["A"] is found.certificates["B"]


@pytest.mark.parametrize(
    "suffix", ["", ".", "corp..example", "corp.example.", "-a.example", "a b", "a" * 64, "é.example"]
)
def test_suffix_is_a_dns_name(suffix: str) -> None:
    with pytest.raises(PackageError, match="is no DNS name"):
        collect(machine("A"), primary_dns_suffix=suffix)


@pytest.mark.parametrize("suffix", ["corp.example", "corp", "_x.corp-1.example", ".".join(["a" * 63] * 3)])
def test_dns_name_is_a_suffix(suffix: str) -> None:
    assert collect(machine("A"), primary_dns_suffix=suffix).join2["A"].primary_dns_domain == suffix


def test_site_is_kept_only_where_there_is_one() -> None:
    with pytest.raises(PackageError, match="persistent_site is set, but no site"):
        collect(machine("A"), persistent_site=True)


@pytest.mark.parametrize(
    ("netbios_name", "refusal"),
    [
        ("CORP", "the name is that of the domain"),
        ("b", "the name is in the list 2 times"),
        ("SIXTEEN-LETTERS-", "the name has 16 characters"),
        ("SERVER", "the name is reserved"),
    ],
)
def test_netbios_name_obeys_the_rules_of_names(netbios_name: str, refusal: str) -> None:
    faults = collect(machine("A", netbios_name), machine("B" if netbios_name != "b" else "b")).faults
    assert faults["A"].startswith(f"its netbios_name {netbios_name} cannot be: {refusal}")
    assert set(faults) == {"A"}


def test_key_is_for_one_machine_and_its_fault_for_one(tmp_path: Path) -> None:
    good, keyless = tmp_path / "good.p12", tmp_path / "keyless.p12"
    good.write_bytes(pki.client("A"))
    keyless.write_bytes(pki.client("A", with_key=False))
    found = collect(
        machine("A", client_certificate=str(good)),
        machine("B", client_certificate=str(good)),
        machine("C", client_certificate=str(keyless)),
        machine("D"),
    )
    assert set(found.certificates) == {"A"}
    assert found.faults == {
        "B": f"its client certificate {good} is that of A, too; give every machine its own",
        "C": f"{keyless} holds no private key; export the certificate together with its key",
    }


def test_passphrase_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.p12"
    file.write_bytes(pki.client("A"))
    one = machine("A", client_certificate=str(file))
    monkeypatch.setenv("OFFLINE_JOIN_CLIENT_CERTIFICATE_PASSPHRASE", pki.PASSPHRASE)
    assert collect(one, client_certificate_passphrase=None).faults == {}
    monkeypatch.delenv("OFFLINE_JOIN_CLIENT_CERTIFICATE_PASSPHRASE")
    assert "it wants a passphrase" in collect(one, client_certificate_passphrase=None).faults["A"]


@pytest.mark.parametrize(
    ("given", "options", "needed"),
    [
        (machine("A"), {}, False),
        (machine("A"), {"root_ca_certificates": True}, True),
        (machine("A"), {"root_ca_files": ["ca.pem"]}, True),
        (machine("A", client_certificate="a.p12"), {}, True),
    ],
)
def test_library_is_needed_for_certificates_only(given: dict[str, Any], options: dict[str, Any], needed: bool) -> None:
    assert extra_parts.needs_certificates([given], OPTIONS | options) is needed
