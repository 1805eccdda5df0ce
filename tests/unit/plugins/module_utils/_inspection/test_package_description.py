# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package with certificates in words: all of it, never a key, and what cannot be read hides nothing else."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.module_utils._inspection import package_description
from ansible_collections.adops.offline_join.plugins.module_utils._package import certificates
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import authority_samples as pki

ROOT, ISSUING = pki.certificate("Corp Root"), pki.certificate("Corp Issuing", "Corp Root")


def test_certificates_are_told_by_store() -> None:
    pfx = pki.client("PC", passphrase=None)
    part = certificates.part([pki.der(ROOT)], [pki.der(ISSUING)], pfx)
    said = package_description.describe(samples.build(certificates=part))
    plain = samples.build(certificates=part).describe()
    assert {**said, "parts": None, "sha256": None} == {**plain, "parts": None, "sha256": None}
    [told] = [one for one in said["parts"] if one["name"] == "certificates"]
    stores = {store["name"]: [one["subject"] for one in store["certificates"]] for store in told["stores"]}
    assert stores == {"Root": ["CN=Corp Root,O=Corp"], "CA": ["CN=Corp Issuing,O=Corp"]}
    [key] = told["private_keys"]
    assert (key["size"], key["certificate"]["subject"]) == (len(pfx), "CN=PC,O=Corp")
    secret = pki.key("PC").private_numbers().private_value
    assert str(secret) not in repr(said)
    assert f"{secret:x}" not in repr(said)


def test_what_cannot_be_read_is_told_beside_the_rest() -> None:
    """The sample has a key that is none, an empty store, and one that is cut off."""
    said = package_description.describe(Package.read(samples.full()))
    [told] = [one for one in said["parts"] if one["name"] == "certificates"]
    assert told["private_keys"] == [{"template": "Machine", "size": 3, "certificate": None}]
    empty, damaged = told["stores"]
    assert (empty["name"], empty["certificates"], empty["fault"]) == ("Root", [], None)
    assert (damaged["name"], damaged["certificates"]) == ("CA", [])
    assert damaged["fault"] == "serialized store at offset 0x0: does not begin with version 0 and CERT"
    assert len(said["parts"]) == 7
