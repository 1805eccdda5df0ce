# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run reads once for all its machines, from the variables of the first one, and what it never reads there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

# Without the trusted issuers: a machine is asked for its own where it joins, and a field kit is one branch's anyway.
_OURS = (
    *("server", "port", "tls_mode", "ca_cert", "cert_validation", "auth_protocol", "username", "groups_username"),
    *("promote_username", "revoke_username", "connection_timeout", "allow_tier0", "staging_ou", "production_ou"),
    *("dest", "seal", "site", "issuer_key", "recipients", "lifetime", "groups", "name_template", "tolerate_names"),
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
        *("policy_paths", "primary_dns_suffix", "regenerate", "root_ca_certificates", "root_ca_files"),
        *("trusted_owners", "unsupported_policy"),
    ),
}

READ_ONCE = (
    *(f"offline_join_{one}" for one in _OURS),
    *(f"{role}_{one}" for role, names in _ROLES.items() for one in names),
)

# What the stages give to their roles outranks the inventory. By its own name of the playbooks:
_GIVEN = {
    "computer_promote": (
        *("administrators", "bitlocker", "certificates", "directaccess", "dns_servers", "domain", "groups"),
        *("keep_policies", "laps", "owner", "policies", "policy_values", "remains_paths", "strip_rights_of"),
        *("sync_scope", "without_bootstrap"),
    ),
    "directaccess_group": ("groups",),
    "field_kit": ("branch", "contact", "issuer_key", "trusted_issuers"),
    "membership_verify": (
        *("administrators", "bitlocker", "certificates", "directaccess", "dns_servers", "domain", "groups", "laps"),
        *("policies", "policy_values", "remains_paths", "without_bootstrap"),
    ),
    "name_check": ("dest", "ledger", "name_template", "production_ou", "staging_ou"),
    "package_apply": ("recipient_key", "rename", "trusted_issuers"),
    "package_audit": ("dest", "device_keys", "failing", "first_contact_within", "ledger", "overdue_after"),
    "package_expire": ("controllers", "dest", "ledger", "lifetime", "strand", "strand_machines"),
    "package_fetch": ("dest", "ledger"),
    "package_issue": ("dest", "issuer_key", "ledger", "lifetime", "recipients", "seal", "site"),
    "package_retire": ("dest", "domain"),
    "package_revoke": ("controllers", "dest", "incident", "ledger", "live_machines", "reason"),
    "preflight": ("dest", "groups", "ledger", "production_ou", "seal", "site", "staging_ou"),
    "receipt_import": ("ledger", "who", "writer"),
    "samba_join": ("recipient_key", "trusted_issuers"),
}
# By another name; by none where the stage alone knows.
_GIVEN_AS = {
    "clock_sync_time_zone": "machine_time_zone",
    "computer_promote_path": "offline_join_production_ou",
    "computer_promote_stop": "",
    "computer_promote_tolerate": "offline_join_tolerate_verification",
    "field_kit_dest": "offline_join_kit",
    "field_kit_packages": "offline_join_dest",
    "field_kit_recipient_certificate": "offline_join_kit_certificate",
    "field_kit_recipient_key": "offline_join_kit_key",
    "membership_verify_organizational_units": "offline_join_staging_ou",
    "membership_verify_tolerate": "offline_join_tolerate_verification",
    "name_check_reuse": "",
    "name_check_tolerate": "offline_join_tolerate_names",
    "package_apply_package": "offline_join_dest",
    "package_audit_staging_ous": "offline_join_staging_ou",
    "package_issue_path": "offline_join_staging_ou",
    "package_retire_twice": "offline_join_retire_twice",
    "preflight_live_machines": "package_issue_live_machines",
    "preflight_regenerate": "package_issue_regenerate",
    "preflight_tolerate": "offline_join_tolerate_preflight",
    "preflight_trusted_owners": "package_issue_trusted_owners",
    "receipt_import_src": "offline_join_receipts",
    "receipt_import_why": "offline_join_reason",
    "samba_join_package": "offline_join_dest",
}
# What the inventory may not say, and the name that counts there. A play's own keywords are read before it is.
WITHOUT_EFFECT = {
    "offline_join_hosts": "",
    "offline_join_wave_size": "",
    **{f"{role}_{one}": f"offline_join_{one}" for role, names in _GIVEN.items() for one in names},
    **_GIVEN_AS,
}

Values = Mapping[str, "str | None"]


def fault(told: Iterable[tuple[str, Values]], again: Callable[[str], Values], groups: Callable[[str], set[str]]) -> str:
    """Why these hosts cannot go on, or not in one run; empty where they can.

    ``told`` is what each has of `READ_ONCE`, None where that cannot be resolved, and of `WITHOUT_EFFECT` what its
    inventory says; ``again`` reads it once more, ``groups`` are those that a host is in.
    """
    first, expected = "", None
    for host, values in told:
        if unheard := [name for name in WITHOUT_EFFECT if name in values]:
            return f"{'; '.join(map(_unheard, unheard))}; nothing was touched"
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


def _unheard(name: str) -> str:
    instead = WITHOUT_EFFECT[name]
    return f"{name} counts with -e only{instead and f', in the inventory {instead} does'}"


def _differ(name: str, one: Values, other: Values) -> bool:
    return (name in one, one.get(name)) != (name in other, other.get(name))
