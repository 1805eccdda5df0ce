#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.LocalAccounts
#AnsibleRequires -CSharpUtil ..module_utils.MachineRegistry
#AnsibleRequires -CSharpUtil ..module_utils.Neighbor
#AnsibleRequires -CSharpUtil ..module_utils.NetJoin
#AnsibleRequires -CSharpUtil ..module_utils.PackageFile
#AnsibleRequires -CSharpUtil ..module_utils.PendingJoin
#AnsibleRequires -CSharpUtil ..module_utils.PolicyRefresh

$spec = @{
    options = @{
        subsets = @{
            type = 'list'
            elements = 'str'
            choices = @('identity', 'membership', 'edition', 'clock', 'restart', 'security', 'network', 'remains')
            default = @('identity', 'membership', 'edition', 'clock', 'restart', 'security', 'network', 'remains')
        }
        remains_paths = @{
            type = 'list'
            elements = 'str'
            default = @()
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$accounts = [ansible_collections.adops.offline_join.plugins.module_utils.LocalAccounts.Accounts]
$registry = [ansible_collections.adops.offline_join.plugins.module_utils.MachineRegistry.Hive]
$linkLayer = [ansible_collections.adops.offline_join.plugins.module_utils.Neighbor.LinkLayer]
$netJoin = [ansible_collections.adops.offline_join.plugins.module_utils.NetJoin.Membership]
$remains = [ansible_collections.adops.offline_join.plugins.module_utils.PackageFile.Remains]
$marker = [ansible_collections.adops.offline_join.plugins.module_utils.PendingJoin.Marker]
$policyRefresh = [ansible_collections.adops.offline_join.plugins.module_utils.PolicyRefresh.Marker]

Function Get-LastBoot {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem -Property LastBootUpTime
    $system.LastBootUpTime.ToFileTimeUtc()
}

Function Get-Identity {
    $names = 'SYSTEM\CurrentControlSet\Control\ComputerName'
    $chassis = Get-CimInstance -ClassName Win32_SystemEnclosure -Property ChassisTypes
    @{
        active_name = $registry::Data("$names\ActiveComputerName", 'ComputerName')
        pending_name = $registry::Data("$names\ComputerName", 'ComputerName')
        serial_number = (Get-CimInstance -ClassName Win32_BIOS -Property SerialNumber).SerialNumber
        chassis_types = @(foreach ($type in $chassis.ChassisTypes) {
                [int]$type
            })
        machine_sid = $accounts::MachineSid()
    }
}

Function Get-PendingJoin {
    $pending = $marker::Read()
    if ($null -eq $pending) {
        # a bare return would become {} in the result
        return $null
    }
    # setting the clock moves the time of the last start; the marker knows whether there was another start
    $lastBoot = $pending.LastBoot
    if ($pending.SameBoot) {
        $lastBoot = Get-LastBoot
    }
    @{
        package_sha256 = $pending.PackageSha256
        machine_name = $pending.MachineName
        domain = $pending.Domain
        applied = $pending.Applied
        last_boot = $lastBoot
        status = $pending.Status
    }
}

Function Get-Membership {
    $system = Get-CimInstance -ClassName Win32_ComputerSystem -Property @('DomainRole', 'PartOfDomain', 'Domain')
    @{
        domain_role = [int]$system.DomainRole
        part_of_domain = $system.PartOfDomain
        domain = $system.Domain
        entra_join_type = $netJoin::EntraJoinType()
        pending_join = Get-PendingJoin
    }
}

Function Get-Edition {
    $properties = @('OperatingSystemSKU', 'ProductType', 'BuildNumber')
    $system = Get-CimInstance -ClassName Win32_OperatingSystem -Property $properties
    @{
        sku = [int]$system.OperatingSystemSKU
        product_type = [int]$system.ProductType
        build = [int]$system.BuildNumber
    }
}

Function Get-W32TimePolicy {
    param ([string]$Name)
    $registry::Data('SOFTWARE\Policies\Microsoft\W32Time\Parameters', $Name)
}

Function Get-W32TimeValue {
    param ([string]$Name)
    # Group Policy wins over what w32tm configures
    $policy = Get-W32TimePolicy -Name $Name
    if ($null -ne $policy) {
        return $policy
    }
    $registry::Data('SYSTEM\CurrentControlSet\Services\W32Time\Parameters', $Name)
}

Function Get-Clock {
    $service = Get-Service -Name W32Time -ErrorAction SilentlyContinue
    @{
        utc = [DateTime]::UtcNow.ToFileTimeUtc()
        time_zone = [TimeZoneInfo]::Local.Id
        w32time = @{
            running = ($null -ne $service) -and ([int]$service.Status -eq 4)
            type = Get-W32TimeValue -Name Type
            type_from_policy = $null -ne (Get-W32TimePolicy -Name Type)
            peers = Get-W32TimeValue -Name NtpServer
        }
    }
}

Function Get-Restart {
    $manager = 'SYSTEM\CurrentControlSet\Control\Session Manager'
    $current = 'SOFTWARE\Microsoft\Windows\CurrentVersion'
    $renames = @($registry::Data($manager, 'PendingFileRenameOperations'))
    $renames += @($registry::Data($manager, 'PendingFileRenameOperations2'))
    @{
        last_boot = Get-LastBoot
        component_servicing = $registry::Exists("$current\Component Based Servicing\RebootPending")
        windows_update = $registry::Exists("$current\WindowsUpdate\Auto Update\RebootRequired")
        file_renames = @($renames | Where-Object { $_ }).Count -gt 0
        policy_refresh = $policyRefresh::IsThere()
    }
}

Function Get-TpmState {
    # without elevation Windows does not answer
    $query = @{
        Namespace = 'root/CIMV2/Security/MicrosoftTpm'
        ClassName = 'Win32_Tpm'
        ErrorAction = 'SilentlyContinue'
    }
    $tpm = Get-CimInstance @query | Select-Object -First 1
    if ($null -eq $tpm) {
        return $null
    }
    @{
        enabled = $tpm.IsEnabled_InitialValue
        activated = $tpm.IsActivated_InitialValue
        owned = $tpm.IsOwned_InitialValue
        spec_version = $tpm.SpecVersion
    }
}

Function Get-KeyProtector {
    param ($Volume)
    $every = @{ KeyProtectorType = [uint32]0 }
    $all = Invoke-CimMethod -InputObject $Volume -MethodName GetKeyProtectors -Arguments $every
    foreach ($id in $all.VolumeKeyProtectorID) {
        $arguments = @{ VolumeKeyProtectorID = $id }
        $kind = Invoke-CimMethod -InputObject $Volume -MethodName GetKeyProtectorType -Arguments $arguments
        @{
            id = $id
            type = [int]$kind.KeyProtectorType
        }
    }
}

Function Get-EncryptableVolume {
    param ($Volume)
    $conversion = Invoke-CimMethod -InputObject $Volume -MethodName GetConversionStatus
    $encryption = Invoke-CimMethod -InputObject $Volume -MethodName GetEncryptionMethod
    @{
        drive = $Volume.DriveLetter
        volume_type = $Volume.VolumeType
        protection_status = $Volume.ProtectionStatus
        # a locked volume has no answer
        conversion_status = $conversion.ConversionStatus
        encryption_method = $encryption.EncryptionMethod
        protectors = @(Get-KeyProtector -Volume $Volume)
    }
}

Function Get-Security {
    $volumes = $null
    $status = 0
    try {
        # name space or class are missing where the feature is not installed
        $query = @{
            Namespace = 'root/CIMV2/Security/MicrosoftVolumeEncryption'
            ClassName = 'Win32_EncryptableVolume'
            ErrorAction = 'Stop'
        }
        $found = @(Get-CimInstance @query)
        $volumes = @(foreach ($volume in $found) {
                Get-EncryptableVolume -Volume $volume
            })
    }
    catch [Microsoft.Management.Infrastructure.CimException] {
        $volumes = $null
        $status = [int]$_.Exception.NativeErrorCode
    }
    $caller = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
    @{
        elevated = $caller.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
        tpm = Get-TpmState
        bitlocker = $volumes
        bitlocker_status = $status
        administrators = @($accounts::Members('S-1-5-32-544'))
    }
}

Function Get-Adapter {
    foreach ($adapter in [System.Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces()) {
        # up, no loopback, with IPv4: the index is the same for IPv6
        if ([int]$adapter.OperationalStatus -ne 1 -or [int]$adapter.NetworkInterfaceType -eq 24) {
            continue
        }
        if (-not $adapter.Supports('IPv4')) {
            continue
        }
        $properties = $adapter.GetIPProperties()
        @{
            interface_index = $properties.GetIPv4Properties().Index
            addresses = @($properties.UnicastAddresses | ForEach-Object { $_.Address.ToString() })
            dns_servers = @($properties.DnsAddresses | ForEach-Object { $_.ToString() })
        }
    }
}

Function Get-DefaultGateway {
    # the route that Windows takes is the one with the smallest sum of both metrics
    $route = Get-NetRoute -DestinationPrefix '0.0.0.0/0' -ErrorAction SilentlyContinue |
        Where-Object { $_.NextHop -ne '0.0.0.0' } |
        Sort-Object -Property @({ $_.RouteMetric + $_.InterfaceMetric }) |
        Select-Object -First 1
    if ($null -eq $route) {
        return $null
    }
    @{
        interface_index = [int]$route.InterfaceIndex
        address = $route.NextHop
        mac = $linkLayer::Address($route.NextHop)
    }
}

Function Get-Network {
    @{
        adapters = @(Get-Adapter)
        default_gateway = Get-DefaultGateway
    }
}

Function Get-Remains {
    # where Setup looks for answer files and keeps its copies, unattend-original.xml among them
    $paths = @(
        "$env:SystemRoot\Panther\*.xml"
        "$env:SystemRoot\Panther\Unattend\*.xml"
        "$env:SystemRoot\System32\Sysprep\*.xml"
        "$env:SystemRoot\System32\Sysprep\Panther\*.xml"
        "$env:SystemDrive\*unattend*.xml"
    )
    $paths += @($module.Params.remains_paths)
    $files = @(foreach ($path in $remains::Find([string[]]$paths)) {
            $kind = $remains::Kind($path)
            if ($null -ne $kind) {
                @{
                    path = $path
                    kind = $kind
                }
            }
        })
    @{
        files = $files
    }
}

foreach ($subset in $module.Params.subsets) {
    try {
        switch ($subset) {
            'identity' {
                $module.Result.identity = Get-Identity
            }
            'membership' {
                $module.Result.membership = Get-Membership
            }
            'edition' {
                $module.Result.edition = Get-Edition
            }
            'clock' {
                $module.Result.clock = Get-Clock
            }
            'restart' {
                $module.Result.restart = Get-Restart
            }
            'security' {
                $module.Result.security = Get-Security
            }
            'network' {
                $module.Result.network = Get-Network
            }
            'remains' {
                $module.Result.remains = Get-Remains
            }
        }
    }
    catch {
        $module.FailJson("subset $subset of $env:COMPUTERNAME cannot be read: $($_.Exception.Message)", $_)
    }
}

$module.ExitJson()
