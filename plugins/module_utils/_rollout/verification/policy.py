# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the domain gives a machine: policies, registry values, certificates, DirectAccess, a password of LAPS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import secure_channel, status_codes
from ..checks import Check, failed, passed, skipped
from ..clock import TICKS
from .subject import Expected, Subject, container, pending, same_dn

POLICY, POLICY_VALUES, CERTIFICATES = "policy", "policy_values", "certificates"
DIRECTACCESS, LAPS = "directaccess", "laps"
IDS = (POLICY, POLICY_VALUES, CERTIFICATES, DIRECTACCESS, LAPS)

_DAY = 86400 * TICKS
_REFRESH = "refresh its policy (gpupdate /target:computer /force) or restart it, then run again"


def judge(expected: Expected, subject: Subject) -> Iterator[Check]:
    yield _policy(expected, subject)
    yield _values(expected, subject)
    yield _certificates(expected, subject)
    yield _directaccess(expected, subject)
    yield _laps(expected, subject)


def outdated(subject: Subject) -> str | None:
    """Where the account was when policy was processed last; None where that is where it still is, or nobody knows."""
    then, now = subject.policy_subject, subject.account.get("distinguished_name")
    return container(then) if then and now and not same_dn(then, now) else None


def broken(subject: Subject) -> bool:
    """Whether the last processing of policy failed."""
    core = subject.domain["policy"]["core"]
    return core is not None and core["status"] != 0


def _policy(expected: Expected, subject: Subject) -> Check:
    if not expected.policies:
        return skipped(POLICY, "no policies are expected")
    core = subject.domain["policy"]["core"]
    if core is None:
        return pending(POLICY, "the machine has not processed its policy yet", _REFRESH)
    if core["status"]:
        cause = status_codes.explain(core["status"])
        said = f"the last processing failed: {cause.meaning} ({cause.name}, {cause.number})"
        if secure_channel.out_of_reach(cause):
            return pending(POLICY, said, _REFRESH, cause.number)
        return failed(POLICY, said, cause.remedy, cause.number)
    applied = subject.domain["policy"]["applied"]
    there = {text.lower() for one in applied for text in (one["guid"], one["guid"].strip("{}"), one["display_name"])}
    missing = [wanted for wanted in expected.policies if wanted.lower() not in there]
    if not missing:
        return passed(POLICY, f"{', '.join(expected.policies)} applied")
    said = f"{', '.join(missing)} not applied"
    if before := outdated(subject):
        return pending(POLICY, f"{said}: policy was processed when the account was in {before}", _REFRESH)
    remedy = "look at the links, permissions and filters of these policies; two restarts where one waits for a start"
    return failed(POLICY, said, remedy)


def _values(expected: Expected, subject: Subject) -> Check:
    if not expected.policy_values:
        return skipped(POLICY_VALUES, "no values are expected")
    wrong = [one for one in expected.policy_values if not _same(one.get("data"), subject.registry(one))]
    if not wrong:
        return passed(POLICY_VALUES, f"{len(expected.policy_values)} values are as expected")
    said = "; ".join(_said(one, subject.registry(one)) for one in wrong)
    if outdated(subject) or subject.domain["policy"]["core"] is None:
        return pending(POLICY_VALUES, said, _REFRESH)
    return failed(POLICY_VALUES, said, "look which policy sets it, and whether it applied")


def _same(wanted: Any, found: Any) -> bool:
    """Inventories write numbers as text; no value at all is never the same as an empty one."""
    if wanted is None or found is None or isinstance(found, list):
        return bool(wanted == found)
    return str(wanted) == str(found)


def _said(wanted: Mapping[str, Any], found: Any) -> str:
    words = ["absent" if data is None else repr(data) for data in (found, wanted.get("data"))]
    return f"HKLM\\{wanted['key']}!{wanted['name']} is {words[0]}, not {words[1]}"


def _certificates(expected: Expected, subject: Subject) -> Check:
    if not expected.certificates:
        return skipped(CERTIFICATES, "no certificates are expected")
    missing = [one for one in expected.certificates if not _has(subject, one)]
    if not missing:
        return passed(CERTIFICATES, f"{len(expected.certificates)} certificates are there and valid")
    said = "; ".join(", ".join(f"{key} {value}" for key, value in one.items() if value) or "any" for one in missing)
    remedy = "wait for autoenrollment (certutil -pulse), or look at the template's permissions, then run again"
    return pending(CERTIFICATES, f"no valid certificate with a private key: {said}", remedy)


def _has(subject: Subject, wanted: Mapping[str, Any]) -> bool:
    return any(
        one["has_private_key"]
        and one["not_before"] <= subject.now < one["not_after"]
        and (wanted.get("issuer") or "").lower() in one["issuer"].lower()
        and (not wanted.get("key_usage") or wanted["key_usage"] in one["key_usages"])
        and (not wanted.get("template") or wanted["template"] == one["template"])
        for one in subject.domain["certificates"]
    )


def _directaccess(expected: Expected, subject: Subject) -> Check:
    if not expected.directaccess:
        return skipped(DIRECTACCESS, "DirectAccess is not expected")
    seen = subject.domain["directaccess"]
    if seen is None:
        remedy = "look at the machine's edition, its group and the policy of DirectAccess"
        return failed(DIRECTACCESS, "DirectAccess is not configured on the machine", remedy)
    said = f"its status is {seen['status']}, {seen['substatus']}"
    if seen["status"] in expected.directaccess:
        return passed(DIRECTACCESS, said)
    wanted = " or ".join(map(str, expected.directaccess))
    return pending(DIRECTACCESS, f"{said}, not {wanted}", "look at Get-DAConnectionStatus on it, then run again")


def _laps(expected: Expected, subject: Subject) -> Check:
    """A reused account keeps the expiry of the machine before, and the new machine waits for it; so it is not enough
    that the expiry lies ahead: the password must have been set after the join."""
    if not expected.laps:
        return skipped(LAPS, "LAPS is not expected")
    expires, joined = subject.account.get("laps_expiration"), subject.joined
    if not expires:
        return pending(LAPS, "the directory has no expiry of a LAPS password that the login can see", _REFRESH)
    if joined is None:
        return failed(LAPS, "when the machine joined cannot be told", "look at the events of the machine's join")
    if expires - expected.laps_age_days * _DAY >= joined:
        return passed(LAPS, "its password was set after the join")
    remedy = "let LAPS set a new one at once (Reset-LapsPassword, or clear the expiry), then run again"
    return pending(LAPS, "its password was set before the join: the expiry is that of an earlier machine", remedy)
