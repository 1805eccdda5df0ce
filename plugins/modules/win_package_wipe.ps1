#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.PackageFile

$spec = @{
    options = @{
        files = @{
            type = 'list'
            elements = 'path'
            required = $true
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$remains = [ansible_collections.adops.offline_join.plugins.module_utils.PackageFile.Remains]

$wiped = @()
$left = @()
foreach ($path in $module.Params.files) {
    try {
        if (-not [System.IO.File]::Exists($path) -or $null -eq $remains::Kind($path)) {
            continue
        }
        $done = $remains::Wipe($path, $module.CheckMode)
    }
    catch {
        $done = $false
    }
    if ($done) {
        $wiped += $path
    }
    else {
        $left += $path
    }
}

$module.Result.wiped = $wiped
$module.Result.left = $left
$module.Result.changed = $wiped.Count -gt 0

$module.ExitJson()
