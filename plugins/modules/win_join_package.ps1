#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.NetJoin
#AnsibleRequires -CSharpUtil ..module_utils.PendingJoin

$spec = @{
    options = @{
        package = @{
            type = 'str'
            required = $true
            no_log = $true
        }
        package_sha256 = @{
            type = 'str'
            required = $true
        }
        machine_name = @{
            type = 'str'
            required = $true
        }
        domain = @{
            type = 'str'
            required = $true
        }
        windows_path = @{
            type = 'path'
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$application = [ansible_collections.adops.offline_join.plugins.module_utils.NetJoin.Application]
$marker = [ansible_collections.adops.offline_join.plugins.module_utils.PendingJoin.Marker]

Function Submit-Package {
    param ([uint32]$Options, [string]$WindowsPath)
    $done = $application::Apply([Convert]::FromBase64String($module.Params.package), $Options, $WindowsPath)
    $module.Result.status = $done.Status
    $module.Result.function = $done.Function
    $module.Result.changed = @(0, 2713) -contains $done.Status
}

Function Submit-OnlinePackage {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem -Property LastBootUpTime
    $lastBoot = $system.LastBootUpTime.ToFileTimeUtc()
    $applied = [DateTime]::UtcNow.ToFileTimeUtc()
    $given = $module.Params
    $earlier = $marker::Read()
    # before the call: a machine that loses power during it must know what it was given
    $marker::new($given.package_sha256, $given.machine_name, $given.domain, $applied, $lastBoot).Write()
    try {
        Submit-Package -Options ($application::OnlineCaller) -WindowsPath $env:SystemRoot
    }
    finally {
        if ($module.Result.changed) {
            $marker::Complete($module.Result.status)
        }
        elseif ($null -ne $earlier) {
            # what was applied earlier may still wait for its restart
            $earlier.Write()
        }
        else {
            $marker::Remove()
        }
    }
}

$module.Result.changed = $false
$failure = $null
try {
    $role = (Get-CimInstance -ClassName Win32_ComputerSystem -Property DomainRole).DomainRole
    if ($role -ge 4) {
        $failure = 'is a domain controller, which a package would destroy; run this on the machine to be joined.'
    }
    elseif ($module.CheckMode) {
        $module.Result.status = 0
        $module.Result.function = 'NetRequestProvisioningPackageInstall'
        $module.Result.changed = $true
    }
    elseif ($module.Params.windows_path) {
        Submit-Package -Options 0 -WindowsPath $module.Params.windows_path
    }
    else {
        Submit-OnlinePackage
    }
}
catch [FormatException] {
    $failure = 'was given a package that is not base64; give the text that a package file holds.'
}
catch {
    # without the text of the exception, which could carry what it is about
    $cause = $_.Exception.GetBaseException().GetType().FullName
    $failure = "met an unexpected $cause in line $($_.InvocationInfo.ScriptLineNumber) of win_join_package."
}
if ($failure) {
    $module.FailJson("$env:COMPUTERNAME $failure")
}

$module.ExitJson()
