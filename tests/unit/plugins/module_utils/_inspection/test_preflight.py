# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the preflight says of the connection itself. The rest is asked of a real directory."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import ARGUMENT_SPEC, Settings
from ansible_collections.adops.offline_join.plugins.module_utils._inspection.preflight import protection

_DEFAULTS = {option: spec.get("default") for option, spec in ARGUMENT_SPEC.items()}


@pytest.mark.parametrize(
    ("options", "protected", "exposed"),
    [
        ({}, "a simple bind inside TLS (ldaps)", None),
        ({"tls_mode": "start_tls"}, "a simple bind inside TLS (start_tls)", None),
        ({"auth_protocol": "kerberos"}, "the connection is sealed by Kerberos", None),
        ({"auth_protocol": "kerberos", "cert_validation": "ignore"}, "the connection is sealed by Kerberos", None),
        ({"cert_validation": "ignore"}, "a simple bind inside TLS (ldaps)", "certificate is not checked"),
        ({"cert_validation": "ignore_hostname"}, "a simple bind inside TLS (ldaps)", "for which host"),
    ],
)
def test_protection(options: dict[str, str], protected: str, exposed: str | None) -> None:
    given = {"server": "dc1.corp.example", "username": "issue", "password": "kR4+mB8vT2-yQ6", **options}
    said, why = protection(Settings.from_options(_DEFAULTS | given))
    assert said == protected
    assert (why is None) is (exposed is None)
    assert exposed is None or exposed in (why or "")
