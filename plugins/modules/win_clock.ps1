#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.MachineRegistry
#AnsibleRequires -CSharpUtil ..module_utils.SystemClock
#AnsibleRequires -CSharpUtil ..module_utils.SystemTool

$spec = @{
    options = @{
        shift = @{
            type = 'raw'
        }
        time_zone = @{
            type = 'str'
        }
        source = @{
            type = 'str'
            choices = @('domain', 'manual')
        }
        peers = @{
            type = 'list'
            elements = 'str'
            default = @()
        }
        resync = @{
            type = 'bool'
            default = $false
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$clock = [ansible_collections.adops.offline_join.plugins.module_utils.SystemClock.Clock]
$registry = [ansible_collections.adops.offline_join.plugins.module_utils.MachineRegistry.Hive]
$tool = [ansible_collections.adops.offline_join.plugins.module_utils.SystemTool.Tool]

Function Get-TimeZoneId {
    [TimeZoneInfo]::ClearCachedData()
    [TimeZoneInfo]::Local.Id
}

Function Get-Source {
    $parameters = 'SYSTEM\CurrentControlSet\Services\W32Time\Parameters'
    @{
        type = $registry::Data($parameters, 'Type')
        peers = $registry::Data($parameters, 'NtpServer')
    }
}

Function Invoke-W32tm {
    param ([string]$Arguments)
    # it speaks to the service; outside of a domain Windows stops that while it has nothing to do
    Start-Service -Name W32Time -ErrorAction SilentlyContinue
    $tool::Run("$env:SystemRoot\System32\w32tm.exe", $Arguments, 120)
}

$peers = @($module.Params.peers)
if ($module.Params.source -eq 'manual' -and $peers.Count -eq 0) {
    $module.FailJson("${env:COMPUTERNAME}: source is manual but no peers are given; give their names or addresses.")
}
foreach ($peer in $peers) {
    if ($peer -notmatch '^[A-Za-z0-9._:-]+(,0x[0-9A-Fa-f]+)?$') {
        $module.FailJson("${env:COMPUTERNAME}: peers: $peer is no name or address, with flags such as ,0x8 or without.")
    }
}
$shift = [Int64]0
try {
    $shift = [Int64]$module.Params.shift
}
catch {
    $module.FailJson("${env:COMPUTERNAME}: shift is no integer; give it in units of 100 ns.")
}

$utcBefore = [DateTime]::UtcNow.ToFileTimeUtc()
$zoneBefore = Get-TimeZoneId
$sourceBefore = Get-Source
$zoneAfter = $zoneBefore
$sourceAfter = $sourceBefore
$configured = $null
$resynced = $null

try {
    if ($module.Params.time_zone) {
        $zoneAfter = [TimeZoneInfo]::FindSystemTimeZoneById($module.Params.time_zone).Id
        if (-not $module.CheckMode) {
            Set-TimeZone -Id $zoneAfter
            $zoneAfter = Get-TimeZoneId
        }
    }
    if ($shift -ne 0 -and -not $module.CheckMode) {
        $status = $clock::Shift($shift)
        if ($status -ne 0) {
            throw "Windows refused with code $status; look whether a policy took SeSystemtimePrivilege from the login."
        }
    }
    if ($module.Params.source -and $module.CheckMode) {
        $configured = 0
        $sourceAfter = @{
            type = 'NT5DS'
            peers = $sourceBefore.peers
        }
        if ($module.Params.source -eq 'manual') {
            $sourceAfter.type = 'NTP'
            $sourceAfter.peers = $peers -join ' '
        }
    }
    elseif ($module.Params.source) {
        $flags = '/syncfromflags:domhier'
        if ($module.Params.source -eq 'manual') {
            $flags = "/manualpeerlist:`"$($peers -join ' ')`" /syncfromflags:manual"
        }
        $configured = Invoke-W32tm -Arguments "/config $flags /update"
        $sourceAfter = Get-Source
    }
    if ($module.Params.resync) {
        $resynced = 0
        if (-not $module.CheckMode) {
            $resynced = Invoke-W32tm -Arguments '/resync /rediscover'
        }
    }
}
catch {
    $module.FailJson("the clock of $env:COMPUTERNAME cannot be set: $($_.Exception.Message)", $_)
}

$utcAfter = [DateTime]::UtcNow.ToFileTimeUtc()
if ($module.CheckMode) {
    $utcAfter += $shift
}
$module.Result.utc_before = $utcBefore
$module.Result.utc_after = $utcAfter
$module.Result.time_zone = @{
    before = $zoneBefore
    after = $zoneAfter
}
$module.Result.w32time = @{
    before = $sourceBefore
    after = $sourceAfter
}
$module.Result.exit_codes = @{
    config = $configured
    resync = $resynced
}
$moved = $shift -ne 0 -or $module.Params.resync -or $zoneBefore -ne $zoneAfter
$sourceChanged = $sourceBefore.type -ne $sourceAfter.type -or $sourceBefore.peers -ne $sourceAfter.peers
$module.Result.changed = $moved -or $sourceChanged

$module.ExitJson()
