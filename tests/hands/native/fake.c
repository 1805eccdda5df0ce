/* Copyright (c) 2026 adops.offline_join contributors
 * GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The functions of netapi32, advapi32, kernel32 and iphlpapi that the hands call, declared as Microsoft's headers do.
 * Each call is told on standard error, one line: NAME key=value ... Texts are told as hexadecimal UTF-16.
 * FAKE_STATUS is what the function under test returns; FAKE_CASE picks an answer.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint16_t WCHAR;
typedef uint32_t DWORD;

typedef struct { DWORD flags, pdc_connection_status; WCHAR *trusted_dc_name; DWORD tc_connection_status; } NETLOGON_INFO_2;
typedef struct { uint32_t a; uint16_t b, c; uint8_t d[8]; } GUID;
typedef struct {
    WCHAR *DomainControllerName, *DomainControllerAddress;
    uint32_t DomainControllerAddressType;
    GUID DomainGuid;
    WCHAR *DomainName, *DnsForestName;
    uint32_t Flags;
    WCHAR *DcSiteName, *ClientSiteName;
} DOMAIN_CONTROLLER_INFO;
typedef struct {
    DWORD dwVersion;
    WCHAR *lpDomain, *lpHostName, *lpMachineAccountOU, *lpDcName;
    DWORD dwProvisionOptions;
    WCHAR **aCertTemplateNames;
    DWORD cCertTemplateNames;
    WCHAR **aMachinePolicyNames;
    DWORD cMachinePolicyNames;
    WCHAR **aMachinePolicyPaths;
    DWORD cMachinePolicyPaths;
    WCHAR *lpNetbiosName, *lpSiteName, *lpPrimaryDNSDomain;
} NETSETUP_PROVISIONING_PARAMS;
typedef struct { uint16_t Length, MaximumLength; WCHAR *Buffer; } LSA_UNICODE_STRING;
typedef struct {
    uint32_t Length;
    void *RootDirectory;
    LSA_UNICODE_STRING *ObjectName;
    uint32_t Attributes;
    void *SecurityDescriptor, *SecurityQualityOfService;
} LSA_OBJECT_ATTRIBUTES;
typedef struct { LSA_UNICODE_STRING DomainName; void *DomainSid; } POLICY_ACCOUNT_DOMAIN_INFO;
typedef struct { uint16_t year, month, day_of_week, day, hour, minute, second, milliseconds; } SYSTEMTIME;

static const uint8_t machine_sid[] = {1, 4, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0};
static const uint8_t member_sid[] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0xf4, 1, 0, 0};

static const uint8_t *package;
static DWORD package_size;

static DWORD status(void) { const char *given = getenv("FAKE_STATUS"); return given ? strtoul(given, 0, 0) : 0; }
static int is_case(const char *name) { const char *given = getenv("FAKE_CASE"); return given && !strcmp(given, name); }

static void text(const char *key, const WCHAR *value)
{
    fprintf(stderr, " %s=", key);
    if (!value) fprintf(stderr, "NULL");
    for (; value && *value; value++) fprintf(stderr, "%04x", *value);
}

static WCHAR *wide(const char *value)
{
    WCHAR *copy = calloc(strlen(value) + 1, sizeof *copy);
    for (int i = 0; value[i]; i++) copy[i] = (uint8_t)value[i];
    return copy;
}

/* One buffer as Windows gives it: who frees it frees all. */
static void *buffer(const char *kind, size_t size)
{
    fprintf(stderr, "allocated kind=%s\n", kind);
    return calloc(1, size);
}

static DWORD given(const char *name, const uint8_t *data, DWORD size, DWORD options, const WCHAR *path)
{
    package = data;
    package_size = size;
    fprintf(stderr, "%s size=%u options=%08x bytes=", name, size, options);
    for (DWORD i = 0; i < size; i++) fprintf(stderr, "%02x", data[i]);
    text("path", path);
    return status();
}

DWORD NetRequestOfflineDomainJoin(const uint8_t *data, DWORD size, DWORD options, const WCHAR *path)
{
    DWORD answer = given("NetRequestOfflineDomainJoin", data, size, options, path);
    fprintf(stderr, "\n");
    return answer;
}

/* Whether the bytes that were given last are all zero now. */
int PackageIsWiped(void)
{
    for (DWORD i = 0; i < package_size; i++) if (package[i]) return 0;
    return 1;
}

DWORD NetUnjoinDomain(const WCHAR *server, const WCHAR *account, const WCHAR *password, DWORD options)
{
    fprintf(stderr, "NetUnjoinDomain options=%08x", options);
    text("server", server); text("account", account); text("password", password);
    fprintf(stderr, "\n");
    return status();
}

#ifndef OLD_WINDOWS
DWORD NetRequestProvisioningPackageInstall(
    const uint8_t *data, DWORD size, DWORD options, const WCHAR *path, void *reserved)
{
    DWORD answer = given("NetRequestProvisioningPackageInstall", data, size, options, path);
    fprintf(stderr, " reserved=%s\n", reserved ? "set" : "NULL");
    return answer;
}

static void texts(const char *key, WCHAR **values, DWORD count)
{
    fprintf(stderr, " %s_count=%u", key, count);
    if (!values) fprintf(stderr, " %s=NULL", key);
    for (DWORD i = 0; values && i < count; i++) {
        char one[32];
        snprintf(one, sizeof one, "%s%u", key, i);
        text(one, values[i]);
    }
}

DWORD NetCreateProvisioningPackage(NETSETUP_PROVISIONING_PARAMS *given, uint8_t **data, DWORD *size, WCHAR **as_text)
{
    fprintf(stderr, "NetCreateProvisioningPackage version=%u options=%08x as_text=%s", given->dwVersion,
            given->dwProvisionOptions, as_text ? "set" : "NULL");
    text("domain", given->lpDomain); text("machine", given->lpHostName);
    text("ou", given->lpMachineAccountOU); text("dc", given->lpDcName);
    texts("template", given->aCertTemplateNames, given->cCertTemplateNames);
    texts("policy", given->aMachinePolicyNames, given->cMachinePolicyNames);
    texts("path", given->aMachinePolicyPaths, given->cMachinePolicyPaths);
    text("netbios", given->lpNetbiosName); text("site", given->lpSiteName);
    text("primary_dns", given->lpPrimaryDNSDomain);
    fprintf(stderr, "\n");
    *data = NULL;
    *size = 0;
    if (is_case("empty") || (status() && !is_case("left"))) return status();
    *size = 300;
    *data = buffer("netapi", *size);
    for (DWORD i = 0; i < *size; i++) (*data)[i] = (uint8_t)(i + 1);
    package = *data;
    package_size = *size;
    return status();
}

int32_t NetGetAadJoinInformation(const WCHAR *tenant, void **info)
{
    fprintf(stderr, "NetGetAadJoinInformation");
    text("tenant", tenant);
    fprintf(stderr, "\n");
    *info = NULL;
    if (!is_case("none") && !status()) {
        *info = buffer("entra", 128);
        *(int32_t *)*info = is_case("workplace") ? 2 : 1;
    }
    return (int32_t)status();
}

void NetFreeAadJoinInformation(void *info) { fprintf(stderr, "freed kind=entra\n"); free(info); }
#endif

uint32_t NetApiBufferFree(void *data)
{
    fprintf(stderr, "freed kind=netapi wiped=%d\n", data == package ? PackageIsWiped() : -1);
    free(data);
    return 0;
}

DWORD I_NetLogonControl2(const WCHAR *server, DWORD function, DWORD level, WCHAR **data, void **answer)
{
    fprintf(stderr, "I_NetLogonControl2 function=%u level=%u", function, level);
    text("server", server); text("domain", *data);
    fprintf(stderr, "\n");
    *answer = NULL;
    if (status() || is_case("empty")) return status();
    NETLOGON_INFO_2 *info = buffer("netapi", sizeof *info);
    info->flags = 0xb0;
    info->pdc_connection_status = is_case("broken") ? 1311 : 0;
    info->trusted_dc_name = is_case("broken") ? NULL : wide("\\\\dc1.c\xf6rp.example");
    info->tc_connection_status = is_case("broken") ? 0xfffffffe : 0;
    *answer = info;
    return 0;
}

DWORD DsGetDcNameW(
    const WCHAR *computer, const WCHAR *domain, GUID *guid, const WCHAR *site, uint32_t flags, void **answer)
{
    fprintf(stderr, "DsGetDcNameW flags=%08x guid=%s", flags, guid ? "set" : "NULL");
    text("computer", computer); text("domain", domain); text("site", site);
    fprintf(stderr, "\n");
    *answer = NULL;
    if (status()) return status();
    DOMAIN_CONTROLLER_INFO *info = buffer("netapi", sizeof *info);
    info->DomainControllerName = wide("\\\\dc1.corp.example");
    info->DomainControllerAddress = wide("\\\\192.0.2.10");
    info->DomainControllerAddressType = 1;
    memset(&info->DomainGuid, 0xaa, sizeof info->DomainGuid);
    info->DomainName = wide("corp.example");
    info->DnsForestName = wide("example");
    info->Flags = 0xe00133fd;
    info->DcSiteName = wide("Hauptb\xfcro");
    info->ClientSiteName = NULL;
    *answer = info;
    return 0;
}

uint32_t LsaOpenPolicy(LSA_UNICODE_STRING *system, LSA_OBJECT_ATTRIBUTES *attributes, DWORD access, void **handle)
{
    static int opened;
    fprintf(stderr, "LsaOpenPolicy system=%s length=%u name=%s attributes=%u access=%08x\n", system ? "set" : "NULL",
            attributes->Length, attributes->ObjectName ? "set" : "NULL", attributes->Attributes, access);
    *handle = &opened;
    if (!is_case("open")) return 0;
    *handle = NULL;
    return status();
}

uint32_t LsaQueryInformationPolicy(void *handle, int class, void **answer)
{
    fprintf(stderr, "LsaQueryInformationPolicy class=%d handle=%s\n", class, handle ? "set" : "NULL");
    *answer = NULL;
    if (status()) return status();
    POLICY_ACCOUNT_DOMAIN_INFO *info = buffer("lsa", sizeof *info);
    info->DomainName.Buffer = wide("MACHINE");
    info->DomainName.Length = 14;
    info->DomainSid = (void *)machine_sid;
    *answer = info;
    return 0;
}

uint32_t LsaFreeMemory(void *data) { fprintf(stderr, "freed kind=lsa\n"); free(data); return 0; }
uint32_t LsaClose(void *handle) { fprintf(stderr, "LsaClose handle=%s\n", handle ? "set" : "NULL"); return 0; }
uint32_t LsaNtStatusToWinError(uint32_t code) { return code == 0xc0000022 ? 5 : 317; }

uint32_t NetLocalGroupGetMembers(const WCHAR *server, const WCHAR *group, DWORD level, void **answer, DWORD preferred,
                                 DWORD *read, DWORD *total, void *resume)
{
    fprintf(stderr, "NetLocalGroupGetMembers level=%u preferred=%08x resume=%s", level, preferred, resume ? "set" : "NULL");
    text("server", server); text("group", group);
    fprintf(stderr, "\n");
    *answer = NULL;
    *read = *total = 0;
    if (status()) return status();
    const void **members = buffer("netapi", 2 * sizeof *members);
    members[0] = member_sid;
    members[1] = machine_sid;
    *read = *total = 2;
    *answer = members;
    return 0;
}

int SetSystemTime(const SYSTEMTIME *time)
{
    fprintf(stderr, "SetSystemTime time=%04u-%02u-%02uT%02u:%02u:%02u.%03u weekday=%u\n", time->year, time->month,
            time->day, time->hour, time->minute, time->second, time->milliseconds, time->day_of_week);
    errno = (int)status();
    return !status();
}

DWORD SendARP(uint32_t destination, uint32_t source, void *mac, uint32_t *length)
{
    uint8_t *octets = (uint8_t *)&destination;
    fprintf(stderr, "SendARP destination=%u.%u.%u.%u source=%u room=%u\n", octets[0], octets[1], octets[2], octets[3],
            source, *length);
    if (status()) return status();
    memcpy(mac, "\x00\x15\x5d\x00\xab\x01", 6);
    *length = 6;
    return 0;
}

#define LAYOUT(type) fprintf(stderr, "layout type=" #type " size=%zu\n", sizeof(type))
void TellLayouts(void)
{
    LAYOUT(LSA_OBJECT_ATTRIBUTES); LAYOUT(LSA_UNICODE_STRING); LAYOUT(POLICY_ACCOUNT_DOMAIN_INFO);
    LAYOUT(NETLOGON_INFO_2); LAYOUT(DOMAIN_CONTROLLER_INFO); LAYOUT(SYSTEMTIME);
    LAYOUT(NETSETUP_PROVISIONING_PARAMS);
    fprintf(stderr, "offset type=NETSETUP_PROVISIONING_PARAMS member=aCertTemplateNames at=%zu\n",
            offsetof(NETSETUP_PROVISIONING_PARAMS, aCertTemplateNames));
    fprintf(stderr, "offset type=NETSETUP_PROVISIONING_PARAMS member=lpPrimaryDNSDomain at=%zu\n",
            offsetof(NETSETUP_PROVISIONING_PARAMS, lpPrimaryDNSDomain));
    fprintf(stderr, "offset type=DOMAIN_CONTROLLER_INFO member=Flags at=%zu\n", offsetof(DOMAIN_CONTROLLER_INFO, Flags));
    fprintf(stderr, "offset type=DOMAIN_CONTROLLER_INFO member=ClientSiteName at=%zu\n",
            offsetof(DOMAIN_CONTROLLER_INFO, ClientSiteName));
    fprintf(stderr, "offset type=NETLOGON_INFO_2 member=netlog2_tc_connection_status at=%zu\n",
            offsetof(NETLOGON_INFO_2, tc_connection_status));
}
