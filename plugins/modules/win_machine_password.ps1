#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.Netlogon
#AnsibleRequires -CSharpUtil ..module_utils.StatusCode

$spec = @{
    options = @{
        domain = @{
            type = 'str'
            required = $true
        }
        username = @{
            type = 'str'
        }
        password = @{
            type = 'str'
            no_log = $true
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$secureChannel = [ansible_collections.adops.offline_join.plugins.module_utils.Netlogon.SecureChannel]
$statusCode = [ansible_collections.adops.offline_join.plugins.module_utils.StatusCode.Failure]

Function Reset-Password {
    # no cmdlet makes it, because Windows may log the arguments of cmdlets (event 4103)
    $secret = [Net.NetworkCredential]::new('', $module.Params.password).SecurePassword
    $typeName = 'System.Management.Automation.PSCredential'
    $credential = New-Object -TypeName $typeName -ArgumentList @($module.Params.username, $secret)
    try {
        Reset-ComputerMachinePassword -Credential $credential -ErrorAction Stop
        return 0
    }
    catch {
        # the identifier is the same in every language; the text is translated and may quote anything
        $module.Warn("Reset-ComputerMachinePassword: $($_.FullyQualifiedErrorId)")
        return $statusCode::Of($_.Exception)
    }
    finally {
        $secret.Dispose()
    }
}

$failure = $null
$status = 0
try {
    if ([bool]$module.Params.username -ne [bool]$module.Params.password) {
        $failure = 'was given only one of username and password; give both, or neither to use its secure channel.'
    }
    elseif ($module.CheckMode) {
        $status = 0
    }
    elseif ($module.Params.username) {
        $status = Reset-Password
    }
    else {
        $status = $secureChannel::ChangePassword($module.Params.domain)
    }
}
catch {
    # without the text of the exception, which could carry what it is about
    $cause = $_.Exception.GetBaseException().GetType().FullName
    $failure = "met an unexpected $cause in line $($_.InvocationInfo.ScriptLineNumber) of win_machine_password."
}
if ($failure) {
    $module.FailJson("$env:COMPUTERNAME $failure")
}

$module.Result.status = $status
$module.Result.changed = $status -eq 0

$module.ExitJson()
