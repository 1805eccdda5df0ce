#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.CertificateTemplate
#AnsibleRequires -CSharpUtil ..module_utils.DomainLocator
#AnsibleRequires -CSharpUtil ..module_utils.MachineRegistry
#AnsibleRequires -CSharpUtil ..module_utils.Netlogon
#AnsibleRequires -CSharpUtil ..module_utils.SntpClient

$spec = @{
    options = @{
        domain = @{
            type = 'str'
            required = $true
        }
        subsets = @{
            type = 'list'
            elements = 'str'
            choices = @('locator', 'channel', 'clock', 'policy', 'certificates', 'directaccess', 'events')
            default = @('locator', 'channel', 'clock', 'policy', 'certificates', 'directaccess', 'events')
        }
        policy_values = @{
            type = 'list'
            elements = 'dict'
            default = @()
            options = @{
                key = @{
                    type = 'str'
                    required = $true
                }
                name = @{
                    type = 'str'
                    required = $true
                }
            }
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$template = [ansible_collections.adops.offline_join.plugins.module_utils.CertificateTemplate.Extension]
$locator = [ansible_collections.adops.offline_join.plugins.module_utils.DomainLocator.Located]
$registry = [ansible_collections.adops.offline_join.plugins.module_utils.MachineRegistry.Hive]
$secureChannel = [ansible_collections.adops.offline_join.plugins.module_utils.Netlogon.SecureChannel]
$sntp = [ansible_collections.adops.offline_join.plugins.module_utils.SntpClient.Answer]

Function Get-Locator {
    param ($Located)
    @{
        status = $Located.Status
        domain_controller = $Located.DomainController
        address = $Located.Address
        forest = $Located.Forest
        controller_site = $Located.ControllerSite
        client_site = $Located.ClientSite
        flags = $Located.Flags
    }
}

Function Get-Channel {
    $rediscovered = $secureChannel::Rediscover($module.Params.domain)
    $verified = $secureChannel::Verify($module.Params.domain)
    @{
        rediscover_status = $rediscovered.Status
        verify_status = $verified.Status
        flags = $verified.Flags
        connection_status = $verified.ConnectionStatus
        channel_status = $verified.ChannelStatus
        domain_controller = $verified.DomainController
    }
}

Function Get-Clock {
    param ($Located)
    # without a domain controller the status is why there is none
    if (-not $Located.Address) {
        return @{
            status = $Located.Status
            server = $null
            offset = 0
            round_trip = 0
        }
    }
    $answer = $sntp::Ask($Located.Address, 123, 2000)
    @{
        status = $answer.Status
        server = $Located.DomainController
        offset = $answer.Offset
        round_trip = $answer.RoundTrip
    }
}

Function Get-PolicyCore {
    $machine = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\State\Machine'
    $core = "$machine\Extension-List\{00000000-0000-0000-0000-000000000000}"
    if (-not $registry::Exists($core)) {
        # a bare return would become {} in the result
        return $null
    }
    @{
        status = $registry::Data($core, 'Status')
        started = $registry::FileTime($core, 'startTimeHi', 'startTimeLo')
        ended = $registry::FileTime($core, 'endTimeHi', 'endTimeLo')
    }
}

Function Get-AppliedPolicy {
    # empty before the first refresh, and where Group Policy forbids to keep a record
    $objects = @(Get-CimInstance -Namespace root/rsop/computer -ClassName RSOP_GPO -ErrorAction SilentlyContinue)
    foreach ($object in $objects) {
        if ($object.enabled -and $object.filterAllowed -and -not $object.accessDenied) {
            @{
                guid = $object.guidName
                display_name = $object.name
            }
        }
    }
}

Function Get-Policy {
    $values = @(foreach ($value in $module.Params.policy_values) {
            @{
                key = $value.key
                name = $value.name
                type = $registry::Type($value.key, $value.name)
                data = $registry::Data($value.key, $value.name)
            }
        })
    @{
        core = Get-PolicyCore
        applied = @(Get-AppliedPolicy)
        registry_values = $values
    }
}

Function Get-Certificate {
    $typeName = 'System.Security.Cryptography.X509Certificates.X509Store'
    $store = New-Object -TypeName $typeName -ArgumentList @('My', 'LocalMachine')
    $store.Open('ReadOnly, OpenExistingOnly')
    try {
        foreach ($certificate in $store.Certificates) {
            $usages = @()
            if ($null -ne $certificate.Extensions['2.5.29.37']) {
                $usages = $certificate.Extensions['2.5.29.37'].EnhancedKeyUsages
            }
            $issuedFrom = $certificate.Extensions[$template::ExtensionOid]
            $templateOid = $null
            if ($null -ne $issuedFrom) {
                $templateOid = $template::TemplateOid($issuedFrom.RawData)
            }
            @{
                thumbprint = $certificate.Thumbprint
                issuer = $certificate.Issuer
                not_before = $certificate.NotBefore.ToFileTimeUtc()
                not_after = $certificate.NotAfter.ToFileTimeUtc()
                key_usages = @(foreach ($usage in $usages) {
                        $usage.Value
                    })
                template = $templateOid
                has_private_key = $certificate.HasPrivateKey
            }
        }
    }
    finally {
        $store.Close()
    }
}

Function Get-DirectAccess {
    $query = @{
        Namespace = 'root/StandardCimv2'
        ClassName = 'MSFT_DAConnectionStatus'
        ErrorAction = 'SilentlyContinue'
    }
    # an error is how Windows says that DirectAccess is not configured
    $connection = Get-CimInstance @query | Select-Object -First 1
    if ($null -eq $connection) {
        return $null
    }
    @{
        status = [int]$connection.Status
        substatus = [int]$connection.Substatus
    }
}

Function Get-JoinEvent {
    $provider = "Provider[@Name='Microsoft-Windows-CoreSystem-NetProvision-JoinProviderOnline']"
    $path = [System.Diagnostics.Eventing.Reader.PathType]::LogName
    $query = New-Object -TypeName System.Diagnostics.Eventing.Reader.EventLogQuery -ArgumentList @(
        'System'
        $path
        "*[System[$provider and (EventID=4098 or EventID=4099)]]"
    )
    $query.ReverseDirection = $true
    $reader = New-Object -TypeName System.Diagnostics.Eventing.Reader.EventLogReader -ArgumentList $query
    try {
        for ($count = 0; $count -lt 10; $count++) {
            $record = $reader.ReadEvent()
            if ($null -eq $record) {
                break
            }
            # of a failure: the domain, the machine, the code
            $status = $null
            if ($record.Id -eq 4099 -and $record.Properties.Count -gt 2) {
                $status = [Int64]$record.Properties[2].Value
            }
            @{
                id = $record.Id
                time = $record.TimeCreated.ToFileTimeUtc()
                status = $status
            }
        }
    }
    finally {
        $reader.Dispose()
    }
}

$located = $null
foreach ($subset in $module.Params.subsets) {
    try {
        if ($null -eq $located -and @('locator', 'clock') -contains $subset) {
            $located = $locator::Find($module.Params.domain)
        }
        switch ($subset) {
            'locator' {
                $module.Result.locator = Get-Locator -Located $located
            }
            'channel' {
                $module.Result.channel = Get-Channel
            }
            'clock' {
                $module.Result.clock = Get-Clock -Located $located
            }
            'policy' {
                $module.Result.policy = Get-Policy
            }
            'certificates' {
                $module.Result.certificates = @(Get-Certificate)
            }
            'directaccess' {
                $module.Result.directaccess = Get-DirectAccess
            }
            'events' {
                $module.Result.events = @(Get-JoinEvent)
            }
        }
    }
    catch {
        $module.FailJson("subset $subset of $env:COMPUTERNAME cannot be read: $($_.Exception.Message)", $_)
    }
}

$module.ExitJson()
