# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run reads once for all its machines, from the variables of the first one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

# Without the trusted issuers: a machine is asked for its own where it joins, and a field kit is one branch's anyway.
_OURS = (
    *("server", "port", "tls_mode", "ca_cert", "cert_validation", "auth_protocol", "username", "groups_username"),
    *("promote_username", "connection_timeout", "allow_tier0", "staging_ou", "production_ou", "dest", "seal", "site"),
    *("issuer_key", "recipients", "lifetime", "groups", "name_template", "tolerate_names"),
    *("tolerate_preflight", "promote", "most_failures", "owner", "strip_rights_of", "keep_policies", "sync_scope"),
    *("ledger", "writer", "who", "reason", "report", "reports", "title", "language", "sign_reports"),
    *("incident", "live_machines", "controllers", "strand", "strand_machines"),
    *("overdue_after", "first_contact_within", "device_keys"),
    *("kit", "kit_key", "kit_certificate", "branch", "contact", "receipts"),
)
_ROLES = {
    "computer_promote": ("back",),
    "directaccess_group": ("assume_issued",),
    "field_kit": ("issuer_certificate",),
    "name_check": ("global_catalog", "known_names", "whole_inventory"),
    "package_issue": (
        *("domain_controller", "issuer_certificate", "join4", "live_machines", "persistent_site", "policy_names"),
        *("policy_paths", "primary_dns_suffix", "regenerate", "root_ca_certificates", "root_ca_files", "site"),
        *("trusted_owners", "unsupported_policy"),
    ),
}

READ_ONCE = (
    *(f"offline_join_{one}" for one in _OURS),
    *(f"{role}_{one}" for role, names in _ROLES.items() for one in names),
)

Values = Mapping[str, "str | None"]


def fault(told: Iterable[tuple[str, Values]], again: Callable[[str], Values], groups: Callable[[str], set[str]]) -> str:
    """Why these hosts cannot share a run; empty where they can.

    ``told`` is what each has of `READ_ONCE`, None where that cannot be resolved; ``again`` reads it once more,
    ``groups`` are those that a host is in.
    """
    first, expected = "", None
    for host, values in told:
        if expected is None:
            first, expected = host, values
        if values == expected:
            continue
        # The time may stand in a value: what differs now must have differed then, too.
        before, expected = expected, again(first)
        differing = [name for name in READ_ONCE if _differ(name, values, before) and _differ(name, values, expected)]
        if differing:
            limit = min(groups(host) - groups(first), default=host)
            return (
                f"{', '.join(differing)}: not the same for {first} and {host}, and a run has one value for all "
                f"machines; run the playbook once for each branch, with --limit {limit}"
            )
    return ""


def _differ(name: str, one: Values, other: Values) -> bool:
    return (name in one, one.get(name)) != (name in other, other.get(name))
