#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.ProvisioningPackage

$spec = @{
    options = @{
        machine_name = @{
            type = 'str'
            required = $true
        }
        domain = @{
            type = 'str'
            required = $true
        }
        path = @{
            type = 'str'
        }
        domain_controller = @{
            type = 'str'
        }
        provision_options = @{
            type = 'int'
            default = 0
        }
        certificate_templates = @{
            type = 'list'
            elements = 'str'
        }
        policy_names = @{
            type = 'list'
            elements = 'str'
        }
        policy_paths = @{
            type = 'list'
            elements = 'str'
        }
        netbios_name = @{
            type = 'str'
        }
        site = @{
            type = 'str'
        }
        primary_dns_suffix = @{
            type = 'str'
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$provisioning = [ansible_collections.adops.offline_join.plugins.module_utils.ProvisioningPackage.Request]

$module.Result.changed = $false
$failure = $null
try {
    $given = $module.Params
    $request = $provisioning::new()
    $request.MachineName = $given.machine_name
    $request.Domain = $given.domain
    $request.OrganizationalUnit = $given.path
    $request.DomainController = $given.domain_controller
    $request.Options = $given.provision_options
    $request.CertificateTemplates = $given.certificate_templates
    $request.PolicyNames = $given.policy_names
    $request.PolicyPaths = $given.policy_paths
    $request.NetbiosName = $given.netbios_name
    $request.Site = $given.site
    $request.PrimaryDnsDomain = $given.primary_dns_suffix
    if ($module.CheckMode) {
        $module.Result.status = 0
        $module.Result.package = $null
        $module.Result.changed = $true
    }
    else {
        $answer = $request.Submit()
        $module.Result.status = $answer.Status
        $module.Result.package = $answer.Package
        $module.Result.changed = $answer.Status -eq 0
    }
}
catch {
    # without the text of the exception, which could carry what it is about
    $cause = $_.Exception.GetBaseException().GetType().FullName
    $failure = "met an unexpected $cause in line $($_.InvocationInfo.ScriptLineNumber) of win_provision_package."
}
if ($failure) {
    $module.FailJson("$env:COMPUTERNAME $failure")
}

$module.ExitJson()
