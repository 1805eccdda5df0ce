# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the twin's Windows adds to a package that Samba made."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.module_utils._package import parts
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.twin.hands import provisioning


def test_without_templates_the_package_is_sambas() -> None:
    assert provisioning._with_certificates(samples.SAMBA, []) is samples.SAMBA


def test_a_key_for_each_template_and_everything_else_as_it_was() -> None:
    before = Package.read(samples.SAMBA)
    after = Package.read(provisioning._with_certificates(samples.SAMBA, ["DirectAccessMachine", "Workstation"]))
    assert (after.join, after.parts[:-1], after.account_sid) == (before.join, before.parts, before.account_sid)
    stores = parts.read(after.parts[-1]).pfx_stores
    assert [store.template_name for store in stores] == ["DirectAccessMachine", "Workstation"]
    for store in stores:
        key, certificate, _others = pkcs12.load_key_and_certificates(store.pfx, None)
        assert key is not None
        assert certificate is not None
        assert certificate.public_key() == key.public_key()
