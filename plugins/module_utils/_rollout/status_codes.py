# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the status numbers of Windows' join functions mean, and what to do about each (lmerr.h, winerror.h).

Names and meanings are Microsoft's; the remedies are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

SUCCESS = 0
ELEVATION_REQUIRED = 740
MUST_RESTART = 2713
NOT_JOINED = 2692

_HRESULT_FROM_WIN32 = 0x80070000


@dataclass(frozen=True)
class StatusCode:
    """``name`` as in Microsoft's headers; ``remedy`` says what to do before the next run."""

    number: int
    name: str
    meaning: str
    remedy: str

    @property
    def sentence(self) -> str:
        return f"{self.meaning} ({self.name}, {self.number}); {self.remedy}"


# A package that is there and was never used is kept by any other choice of regenerate.
NEW_PACKAGE = "issue a new package (prepare --limit NAME -e package_issue_regenerate=always)"
_READ_THE_LOG = r"read %WINDIR%\Debug\NetSetup.log on the machine"
_LOOK_AT_PATH = "look at network, firewall and VPN between machine and domain controller"
_SET_CLOCK = "set the clock by the domain's (role clock_sync, clock_sync_source: domain)"
_ELEVATE = "log in with an account that has an elevated token: a local administrator other than RID 500 needs "
_ELEVATE += "LocalAccountTokenFilterPolicy = 1 or become with runas"

_TABLE = (
    (0, "NERR_Success", "the package was accepted", "restart the machine"),
    (2, "ERROR_FILE_NOT_FOUND", "the Windows directory was not found", "correct windows_path"),
    (5, "ERROR_ACCESS_DENIED", "the login may not join this machine", _ELEVATE),
    (50, "ERROR_NOT_SUPPORTED", "this Windows cannot take a package", "look at its edition and role"),
    (53, "ERROR_BAD_NETPATH", "the server was not found", "look at DNS and at the ports of SMB and RPC"),
    (64, "ERROR_NETNAME_DELETED", "the connection to the domain controller was cut", _LOOK_AT_PATH),
    (87, "ERROR_INVALID_PARAMETER", "Windows cannot read the package", NEW_PACKAGE),
    (121, "ERROR_SEM_TIMEOUT", "the domain controller did not answer in time", _LOOK_AT_PATH),
    (124, "ERROR_INVALID_LEVEL", "Windows does not know this kind of request", "report a fault of this collection"),
    (740, "ERROR_ELEVATION_REQUIRED", "the session is not elevated", _ELEVATE),
    (1062, "ERROR_SERVICE_NOT_ACTIVE", "the service Netlogon does not run", "start Netlogon"),
    (1210, "ERROR_INVALID_COMPUTERNAME", "the computer name is invalid", "correct the machine's name"),
    (1219, "ERROR_SESSION_CREDENTIAL_CONFLICT", "the session has other credentials for this server", "log in anew"),
    (1225, "ERROR_CONNECTION_REFUSED", "the domain controller refuses the connection", _LOOK_AT_PATH),
    (1231, "ERROR_NETWORK_UNREACHABLE", "the network is out of reach", "look at the network"),
    (1232, "ERROR_HOST_UNREACHABLE", "the domain controller is out of reach", _LOOK_AT_PATH),
    (1311, "ERROR_NO_LOGON_SERVERS", "no domain controller answers", "look at network, DNS and VPN"),
    (1326, "ERROR_LOGON_FAILURE", "the domain refuses the password", "correct the login, or repair the membership"),
    (1330, "ERROR_PASSWORD_EXPIRED", "the password has expired", "set a new one"),
    (1331, "ERROR_ACCOUNT_DISABLED", "the account is disabled", "find out who disabled it and why, then enable it"),
    (1354, "ERROR_INVALID_DOMAIN_ROLE", "not possible in the machine's role", "take it out of the inventory"),
    (1355, "ERROR_NO_SUCH_DOMAIN", "the domain or its controllers were not found", "look at DNS and the domain's name"),
    (1359, "ERROR_INTERNAL_ERROR", "Netlogon reported a success without an answer", "restart Netlogon"),
    (1398, "ERROR_TIME_SKEW", "the clocks differ more than Kerberos accepts", _SET_CLOCK),
    (1460, "ERROR_TIMEOUT", "the domain controller did not answer in time", _LOOK_AT_PATH),
    (1703, "RPC_S_PROTSEQ_NOT_SUPPORTED", "RPC is not possible", "look at the firewall between machine and domain"),
    (1717, "RPC_S_UNKNOWN_IF", "the service Netlogon does not run", "start Netlogon"),
    (1722, "RPC_S_SERVER_UNAVAILABLE", "RPC does not reach the domain controller", "open port 135 and the RPC ports"),
    (1726, "RPC_S_CALL_FAILED", "the call to the domain controller broke off", _LOOK_AT_PATH),
    (1727, "RPC_S_CALL_FAILED_DNE", "the call did not get to the domain controller", _LOOK_AT_PATH),
    (1753, "EPT_S_NOT_REGISTERED", "the domain controller does not offer Netlogon", "look whether it has started"),
    (1786, "ERROR_NO_TRUST_LSA_SECRET", "the machine has lost its secret", "repair the membership"),
    (1787, "ERROR_NO_TRUST_SAM_ACCOUNT", "the domain has no account for this machine", NEW_PACKAGE),
    (1788, "ERROR_TRUSTED_DOMAIN_FAILURE", "the secure channel to the domain is broken", "repair the membership"),
    (1789, "ERROR_TRUSTED_RELATIONSHIP_FAILURE", "the machine's secret is dead", "repair the membership"),
    (1791, "RPC_S_CALL_IN_PROGRESS", "another request is under way", "run again in a minute"),
    (1792, "ERROR_NETLOGON_NOT_STARTED", "the service Netlogon does not run", "start Netlogon"),
    (1907, "ERROR_PASSWORD_MUST_CHANGE", "the password must be changed", "set a new one"),
    (1908, "ERROR_DOMAIN_CONTROLLER_NOT_FOUND", "no domain controller was found", "look at network, DNS and VPN"),
    (1909, "ERROR_ACCOUNT_LOCKED_OUT", "the account is locked", "unlock it"),
    (2138, "NERR_WkstaNotStarted", "the service Workstation does not run", "start LanmanWorkstation"),
    (2202, "NERR_BadUsername", "the account name is invalid", "correct the name"),
    (2221, "NERR_UserNotFound", "the account is missing", NEW_PACKAGE),
    (2224, "NERR_UserExists", "the computer account exists", "allow its re-use, or delete it"),
    (2691, "NERR_SetupAlreadyJoined", "the machine is a member already", "keep it, or leave the domain first"),
    (2692, "NERR_SetupNotJoined", "the machine is no member", "join it"),
    (2693, "NERR_SetupDomainController", "the machine is a domain controller", "take it out of the inventory"),
    (2694, "NERR_DefaultJoinRequired", "the domain controller is too old for OUs", "choose another domain controller"),
    (2695, "NERR_InvalidWorkgroupName", "the workgroup's name is invalid", "correct it"),
    (2696, "NERR_NameUsesIncompatibleCodePage", "the name is in a foreign code page", "choose a plain name"),
    (2697, "NERR_ComputerAccountNotFound", "the computer account was not found", NEW_PACKAGE),
    (2698, "NERR_PersonalSku", "this edition of Windows cannot join a domain", "upgrade the edition"),
    (2699, "NERR_SetupCheckDNSConfig", "DNS is not set up for the domain", "look at the machine's DNS servers"),
    (2700, "NERR_AlreadyCloudDomainJoined", "the machine is joined to Entra ID", "run dsregcmd /leave on it first"),
    (2701, "NERR_PasswordMustChange", "the password must be changed", "set a new one"),
    (2702, "NERR_AccountLockedOut", "the account is locked", "unlock it"),
    (2703, "NERR_PasswordTooLong", "the password is too long", NEW_PACKAGE),
    (2704, "NERR_PasswordNotComplexEnough", "the password is too simple", NEW_PACKAGE),
    (2705, "NERR_PasswordFilterError", "a password filter refused", "look at the password filters of the domain"),
    (2709, "NERR_NoOfflineJoinInfo", "the prepared join was not found", NEW_PACKAGE),
    (2710, "NERR_BadOfflineJoinInfo", "the prepared join is damaged", NEW_PACKAGE),
    (2711, "NERR_CantCreateJoinInfo", "the join cannot be written down", "look at disk space and rights"),
    (2712, "NERR_BadDomainJoinInfo", "what the package says of the domain is incomplete or wrong", NEW_PACKAGE),
    (2713, "NERR_JoinPerformedMustRestart", "the package was accepted", "restart the machine"),
    (2714, "NERR_NoJoinPending", "no join waits for a restart", "apply the package"),
    (2715, "NERR_ValuesNotSet", "a name could not be set", _READ_THE_LOG),
    (2716, "NERR_CantVerifyHostname", "the machine was renamed after the apply", NEW_PACKAGE),
    (2717, "NERR_CantLoadOfflineHive", "the registry of the image cannot be opened", "dismount the image"),
    (2718, "NERR_ConnectionInsecure", "the connection is not secure", "turn on LDAP signing and sealing"),
    (2719, "NERR_ProvisioningBlobUnsupported", "this Windows is too old for the package", "issue it with fewer parts"),
    (2720, "NERR_DS8DCRequired", "the domain controller is too old", "choose a newer one"),
    (2721, "NERR_LDAPCapableDCRequired", "the domain controller is too old", "choose a newer one"),
    (2722, "NERR_DS8DCNotFound", "no domain controller is new enough", "choose a newer one"),
    (2723, "NERR_TargetVersionUnsupported", "this version of Windows is not supported", "upgrade it"),
    (2724, "NERR_InvalidMachineNameForJoin", "the name cannot be joined", "correct the machine's name"),
    (2725, "NERR_DS9DCNotFound", "no domain controller is new enough", "choose a newer one"),
    (2726, "NERR_PlainTextSecretsRequired", "the package lacks its secret", NEW_PACKAGE),
    (2727, "NERR_CannotUnjoinAadDomain", "the machine is joined to Entra ID", "run dsregcmd /leave on it first"),
    (2728, "NERR_CannotUpdateAadHostName", "Entra ID keeps the machine's name", "run dsregcmd /leave on it first"),
    (2729, "NERR_DuplicateHostName", "another machine has this name", "choose another name"),
    (2730, "NERR_HostNameTooLong", "the name is too long", "choose a shorter one"),
    (2731, "NERR_TooManyHostNames", "the account has too many names", "take away names it does not need"),
    (2732, "NERR_AccountReuseBlockedByPolicy", "somebody else made the account", "see trusted_owners and KB5020276"),
    (8557, "ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED", "the quota is used up", "delegate the right on the OU"),
)  # fmt: skip

STATUS_CODES = {row[0]: StatusCode(*row) for row in _TABLE}


def explain(number: int) -> StatusCode:
    """The code in plain or HRESULT form (0x8007xxxx, signed or not); one that is not listed keeps its number."""
    unsigned = number & 0xFFFFFFFF
    win32 = unsigned & 0xFFFF if unsigned & 0xFFFF0000 == _HRESULT_FROM_WIN32 else unsigned
    unknown = StatusCode(win32, f"0x{win32:08X}", "Windows refused with a status that has no entry here", _READ_THE_LOG)
    return STATUS_CODES.get(win32, unknown)


def succeeded(number: int) -> bool:
    """Windows answers 0 or, as Samba does, "performed, must restart" (the second is inferred for Windows)."""
    return number in (SUCCESS, MUST_RESTART)
