# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every status that a join can end with has Microsoft's name and a remedy; every other one keeps its number."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import status_codes
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing import regenerate
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.regenerate import Act, PackageFile
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.status_codes import (
    STATUS_CODES,
    StatusCode,
    explain,
    succeeded,
)
from hypothesis import given
from hypothesis import strategies as st

# lmerr.h, winerror.h
NAMES = {
    0: "NERR_Success",
    2: "ERROR_FILE_NOT_FOUND",
    5: "ERROR_ACCESS_DENIED",
    50: "ERROR_NOT_SUPPORTED",
    53: "ERROR_BAD_NETPATH",
    64: "ERROR_NETNAME_DELETED",
    87: "ERROR_INVALID_PARAMETER",
    121: "ERROR_SEM_TIMEOUT",
    124: "ERROR_INVALID_LEVEL",
    740: "ERROR_ELEVATION_REQUIRED",
    1062: "ERROR_SERVICE_NOT_ACTIVE",
    1210: "ERROR_INVALID_COMPUTERNAME",
    1219: "ERROR_SESSION_CREDENTIAL_CONFLICT",
    1225: "ERROR_CONNECTION_REFUSED",
    1231: "ERROR_NETWORK_UNREACHABLE",
    1232: "ERROR_HOST_UNREACHABLE",
    1311: "ERROR_NO_LOGON_SERVERS",
    1326: "ERROR_LOGON_FAILURE",
    1330: "ERROR_PASSWORD_EXPIRED",
    1331: "ERROR_ACCOUNT_DISABLED",
    1354: "ERROR_INVALID_DOMAIN_ROLE",
    1355: "ERROR_NO_SUCH_DOMAIN",
    1359: "ERROR_INTERNAL_ERROR",
    1398: "ERROR_TIME_SKEW",
    1460: "ERROR_TIMEOUT",
    1703: "RPC_S_PROTSEQ_NOT_SUPPORTED",
    1717: "RPC_S_UNKNOWN_IF",
    1722: "RPC_S_SERVER_UNAVAILABLE",
    1726: "RPC_S_CALL_FAILED",
    1727: "RPC_S_CALL_FAILED_DNE",
    1753: "EPT_S_NOT_REGISTERED",
    1786: "ERROR_NO_TRUST_LSA_SECRET",
    1787: "ERROR_NO_TRUST_SAM_ACCOUNT",
    1788: "ERROR_TRUSTED_DOMAIN_FAILURE",
    1789: "ERROR_TRUSTED_RELATIONSHIP_FAILURE",
    1791: "RPC_S_CALL_IN_PROGRESS",
    1792: "ERROR_NETLOGON_NOT_STARTED",
    1907: "ERROR_PASSWORD_MUST_CHANGE",
    1908: "ERROR_DOMAIN_CONTROLLER_NOT_FOUND",
    1909: "ERROR_ACCOUNT_LOCKED_OUT",
    2138: "NERR_WkstaNotStarted",
    2202: "NERR_BadUsername",
    2221: "NERR_UserNotFound",
    2224: "NERR_UserExists",
    2691: "NERR_SetupAlreadyJoined",
    2692: "NERR_SetupNotJoined",
    2693: "NERR_SetupDomainController",
    2694: "NERR_DefaultJoinRequired",
    2695: "NERR_InvalidWorkgroupName",
    2696: "NERR_NameUsesIncompatibleCodePage",
    2697: "NERR_ComputerAccountNotFound",
    2698: "NERR_PersonalSku",
    2699: "NERR_SetupCheckDNSConfig",
    2700: "NERR_AlreadyCloudDomainJoined",
    2701: "NERR_PasswordMustChange",
    2702: "NERR_AccountLockedOut",
    2703: "NERR_PasswordTooLong",
    2704: "NERR_PasswordNotComplexEnough",
    2705: "NERR_PasswordFilterError",
    2709: "NERR_NoOfflineJoinInfo",
    2710: "NERR_BadOfflineJoinInfo",
    2711: "NERR_CantCreateJoinInfo",
    2712: "NERR_BadDomainJoinInfo",
    2713: "NERR_JoinPerformedMustRestart",
    2714: "NERR_NoJoinPending",
    2715: "NERR_ValuesNotSet",
    2716: "NERR_CantVerifyHostname",
    2717: "NERR_CantLoadOfflineHive",
    2718: "NERR_ConnectionInsecure",
    2719: "NERR_ProvisioningBlobUnsupported",
    2720: "NERR_DS8DCRequired",
    2721: "NERR_LDAPCapableDCRequired",
    2722: "NERR_DS8DCNotFound",
    2723: "NERR_TargetVersionUnsupported",
    2724: "NERR_InvalidMachineNameForJoin",
    2725: "NERR_DS9DCNotFound",
    2726: "NERR_PlainTextSecretsRequired",
    2727: "NERR_CannotUnjoinAadDomain",
    2728: "NERR_CannotUpdateAadHostName",
    2729: "NERR_DuplicateHostName",
    2730: "NERR_HostNameTooLong",
    2731: "NERR_TooManyHostNames",
    2732: "NERR_AccountReuseBlockedByPolicy",
    8557: "ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED",
}
# What a wrong remedy would make worse, or leave people without a way on.
REMEDIES = {
    0: "restart",
    5: "LocalAccountTokenFilterPolicy = 1",
    53: "DNS",
    64: "network",
    87: "issue a new package",
    121: "network",
    740: "LocalAccountTokenFilterPolicy = 1",
    1062: "start Netlogon",
    1311: "network",
    1326: "repair the membership",
    1331: "who disabled it",
    1225: "firewall",
    1232: "network",
    1354: "take it out of the inventory",
    1355: "DNS",
    1359: "restart Netlogon",
    1398: "clock_sync",
    1460: "network",
    1717: "start Netlogon",
    1722: "port 135",
    1726: "network",
    1727: "network",
    1753: "has started",
    1787: "new package",
    1789: "repair the membership",
    1791: "run again",
    1792: "start Netlogon",
    1908: "DNS",
    2138: "start LanmanWorkstation",
    2221: "new package",
    2691: "leave the domain first",
    2693: "take it out of the inventory",
    2697: "new package",
    2698: "upgrade the edition",
    2700: "dsregcmd /leave",
    2709: "package_issue_regenerate=always",
    2710: "new package",
    2713: "restart",
    2715: r"%WINDIR%\Debug\NetSetup.log",
    2716: "package_issue_regenerate=always",
    2727: "dsregcmd /leave",
    2728: "dsregcmd /leave",
    2732: "KB5020276",
    8557: "delegate",
}


def test_every_status_has_the_name_that_microsoft_gave_it() -> None:
    assert {number: code.name for number, code in STATUS_CODES.items()} == NAMES


def test_no_number_stands_twice_in_the_table() -> None:
    numbers = [row[0] for row in status_codes._TABLE]
    assert numbers == sorted({*numbers})


@pytest.mark.parametrize("number", NAMES)
def test_what_is_known_is_said_in_one_sentence(number: int) -> None:
    code = STATUS_CODES[number]
    assert code.number == number
    assert code.sentence == f"{code.meaning} ({NAMES[number]}, {number}); {code.remedy}"
    for words in (code.meaning, code.remedy):
        assert len(words) > 6
        assert words == words.strip(" .;")


@pytest.mark.parametrize(("number", "words"), REMEDIES.items())
def test_remedy(number: int, words: str) -> None:
    assert words in STATUS_CODES[number].remedy


@pytest.mark.parametrize("number", [87, 1787, 2221, 2697, 2703, 2704, 2709, 2710, 2712, 2716, 2726])
def test_a_package_that_is_bad_or_has_no_account_is_issued_anew(number: int) -> None:
    """By the one choice of regenerate that replaces a package which is there and was never used."""
    assert STATUS_CODES[number].remedy == (
        "issue a new package (prepare --limit NAME -e package_issue_regenerate=always)"
    )
    assert regenerate.decide("CN=NAME", PackageFile.SOUND, "always").act is Act.REISSUE
    assert {regenerate.decide("CN=NAME", PackageFile.SOUND, choice).act for choice in ("missing", "dead")} == {Act.KEEP}


@pytest.mark.parametrize("number", [5, 740])
def test_who_may_join_is_said_in_full(number: int) -> None:
    assert STATUS_CODES[number].remedy == (
        "log in with an account that has an elevated token: a local administrator other than RID 500 needs "
        "LocalAccountTokenFilterPolicy = 1 or become with runas"
    )


@pytest.mark.parametrize(
    ("number", "meaning"),
    [
        (0, "was accepted"),
        (1398, "clocks differ"),
        (1326, "refuses the password"),
        (1787, "no account for this machine"),
        (1789, "secret is dead"),
        (2691, "is a member already"),
        (2692, "is no member"),
        (2693, "is a domain controller"),
        (2698, "edition of Windows cannot join"),
        (2713, "was accepted"),
    ],
)
def test_meaning(number: int, meaning: str) -> None:
    assert meaning in STATUS_CODES[number].meaning


@pytest.mark.parametrize(
    ("number", "known"),
    [
        (5, 5),
        (0x80070005, 5),
        (0x80070005 - 2**32, 5),
        (0x80070A8F, 2703),
        (0x8007216D, 8557),
        (0x8007216D - 2**32, 8557),
        (0x80070000, 0),
    ],
)
def test_forms_of_one_status(number: int, known: int) -> None:
    assert explain(number) is STATUS_CODES[known]


@given(st.integers(0, 0xFFFF))
def test_hresult_signed_or_not_says_the_same_as_the_plain_number(number: int) -> None:
    assert explain(0x80070000 | number) == explain(number)
    assert explain((0x80070000 | number) - 2**32) == explain(number)
    assert explain(number).number == number


@pytest.mark.parametrize(
    ("number", "unsigned", "name"),
    [
        (3, 3, "0x00000003"),
        (0x8007FFFF, 0xFFFF, "0x0000FFFF"),
        # of another facility: BitLocker, and a status of NT; their low words are 5 and 87
        (0x80310005, 0x80310005, "0x80310005"),
        (0x80310005 - 2**32, 0x80310005, "0x80310005"),
        (0xC0000057, 0xC0000057, "0xC0000057"),
        (0x00070005, 0x00070005, "0x00070005"),
        (-1, 0xFFFFFFFF, "0xFFFFFFFF"),
    ],
)
def test_what_is_not_listed_keeps_its_number_and_points_to_the_log(number: int, unsigned: int, name: str) -> None:
    assert explain(number) == StatusCode(
        unsigned,
        name,
        "Windows refused with a status that has no entry here",
        r"read %WINDIR%\Debug\NetSetup.log on the machine",
    )


def test_success_is_zero_or_must_restart() -> None:
    assert {number for number in range(-1, 9000) if succeeded(number)} == {0, 2713}
    assert not succeeded(0x80070000 | 2713)


def test_named_numbers() -> None:
    named = {
        status_codes.SUCCESS: "NERR_Success",
        status_codes.ELEVATION_REQUIRED: "ERROR_ELEVATION_REQUIRED",
        status_codes.MUST_RESTART: "NERR_JoinPerformedMustRestart",
        status_codes.NOT_JOINED: "NERR_SetupNotJoined",
    }
    assert named == {number: NAMES[number] for number in named}
    assert len(named) == 4
