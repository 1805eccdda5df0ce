#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.NetJoin
#AnsibleRequires -CSharpUtil ..module_utils.PendingJoin

$spec = @{
    options = @{}
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$membership = [ansible_collections.adops.offline_join.plugins.module_utils.NetJoin.Membership]
$marker = [ansible_collections.adops.offline_join.plugins.module_utils.PendingJoin.Marker]

$status = 2692
try {
    if (-not $module.CheckMode) {
        $status = $membership::Leave()
        if ($status -eq 0) {
            # only then: a machine that is no member yet may still wait for the restart that makes it one
            $marker::Remove()
        }
    }
    elseif ((Get-CimInstance -ClassName Win32_ComputerSystem -Property PartOfDomain).PartOfDomain) {
        $status = 0
    }
}
catch {
    $module.FailJson("$env:COMPUTERNAME cannot leave its domain: $($_.Exception.Message)", $_)
}

$module.Result.status = $status
$module.Result.restart_required = $status -eq 0
$module.Result.changed = $status -eq 0

$module.ExitJson()
