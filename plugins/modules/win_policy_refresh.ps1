#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.PolicyRefresh
#AnsibleRequires -CSharpUtil ..module_utils.SystemTool

$spec = @{
    options = @{
        force = @{
            type = 'bool'
            default = $true
        }
        purge_machine_tickets = @{
            type = 'bool'
            default = $false
        }
        restart_follows = @{
            type = 'bool'
            default = $false
        }
        timeout = @{
            type = 'int'
            default = 300
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$marker = [ansible_collections.adops.offline_join.plugins.module_utils.PolicyRefresh.Marker]
$tool = [ansible_collections.adops.offline_join.plugins.module_utils.SystemTool.Tool]

$exitCode = 0
$purgeStatus = $null
if ($module.Params.purge_machine_tickets) {
    $purgeStatus = 0
}
$timeout = $module.Params.timeout
$arguments = "/target:computer /wait:$timeout"
if ($module.Params.force) {
    $arguments += ' /force'
}
try {
    if (-not $module.CheckMode) {
        if ($module.Params.restart_follows) {
            $marker::Leave()
        }
        if ($module.Params.purge_machine_tickets) {
            # 0x3e7 is the logon session of the machine itself
            $purgeStatus = $tool::Run("$env:SystemRoot\System32\klist.exe", '-li 0x3e7 purge', 60)
        }
        # it keeps the time itself; a minute more tells one that hangs
        $exitCode = $tool::Run("$env:SystemRoot\System32\gpupdate.exe", $arguments, $timeout + 60)
    }
}
catch {
    $module.FailJson("the policy of $env:COMPUTERNAME cannot be refreshed: $($_.Exception.Message)", $_)
}

$module.Result.exit_code = $exitCode
$module.Result.purge_status = $purgeStatus
$module.Result.changed = $true

$module.ExitJson()
