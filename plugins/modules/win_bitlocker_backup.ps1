#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic

$spec = @{
    options = @{
        protectors = @{
            type = 'list'
            elements = 'str'
            required = $true
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

Function Get-WantedProtector {
    param ($Volume)
    $every = @{ KeyProtectorType = [uint32]0 }
    $all = Invoke-CimMethod -InputObject $Volume -MethodName GetKeyProtectors -Arguments $every
    @($all.VolumeKeyProtectorID | Where-Object { $module.Params.protectors -contains $_ })
}

Function Backup-Protector {
    param ($Volume, $Id)
    if ($module.CheckMode) {
        return 0
    }
    $backup = @{
        InputObject = $Volume
        MethodName = 'BackupRecoveryInformationToActiveDirectory'
        Arguments = @{ VolumeKeyProtectorID = $Id }
    }
    # an HRESULT without a sign
    [long](Invoke-CimMethod @backup).ReturnValue
}

$query = @{
    Namespace = 'root/CIMV2/Security/MicrosoftVolumeEncryption'
    ClassName = 'Win32_EncryptableVolume'
    ErrorAction = 'Stop'
}
$backups = $null
try {
    $volumes = @(Get-CimInstance @query)
    $backups = @(foreach ($volume in $volumes) {
            foreach ($id in Get-WantedProtector -Volume $volume) {
                @{
                    id = $id
                    status = Backup-Protector -Volume $volume -Id $id
                }
            }
        })
}
catch {
    $module.FailJson("the volumes of $env:COMPUTERNAME cannot be asked: $($_.Exception.Message)", $_)
}

$module.Result.backups = $backups
$module.Result.changed = @($backups | Where-Object { $_.status -eq 0 }).Count -gt 0

$module.ExitJson()
