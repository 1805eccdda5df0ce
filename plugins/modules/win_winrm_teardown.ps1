#!powershell

# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils.MachineRegistry

$spec = @{
    options = @{
        remove = @{
            type = 'bool'
            required = $true
        }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$registry = [ansible_collections.adops.offline_join.plugins.module_utils.MachineRegistry.Hive]

# the names that the script of the bootstrap gives
$marker = 'adops.offline_join WinRM'
$account = 'offline-join'
$record = 'SOFTWARE\adops.offline_join\WinRM'
$policies = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
$service = 'SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service'
$listeners = 'winrm/config/Listener'
# where an image has it; it holds a password, and removes itself only once it ran
$script = "$env:SystemRoot\Setup\Scripts\open_winrm.ps1"
# the task ends it all if this stops half-way, so it goes late; without the record nobody knows the listener
$names = @('firewall_rule', 'listener', 'certificate', 'profile', 'account', 'token_filter', 'unencrypted', 'basic')
$names += @('script', 'task', 'record')

Function Get-OwnCertificate {
    foreach ($certificate in @(Get-ChildItem -Path Cert:\LocalMachine\My)) {
        if ($certificate.FriendlyName -eq $marker) {
            $certificate
        }
    }
}

Function Get-Listener {
    param ([bool]$Own)
    $thumbprints = @(Get-OwnCertificate | ForEach-Object { $_.Thumbprint })
    $thumbprints += @($registry::Data($record, 'Thumbprint') | Where-Object { $_ })
    foreach ($listener in @(Get-WSManInstance -ResourceURI $listeners -Enumerate)) {
        $thumbprint = "$($listener.CertificateThumbprint)".Replace(' ', '')
        if ($listener.Enabled -eq 'true' -and ($thumbprints -contains $thumbprint) -eq $Own) {
            $listener
        }
    }
}

Function Get-Profile {
    foreach ($one in @(Get-CimInstance -ClassName Win32_UserProfile -Property @('LocalPath', 'SID', 'Loaded'))) {
        $folder = "$($one.LocalPath)".Substring("$($one.LocalPath)".LastIndexOf('\') + 1)
        if ($folder -eq $account -or $folder -like "$account.*") {
            $one
        }
    }
}

Function Get-Part {
    param ([string]$Name)
    switch ($Name) {
        'firewall_rule' {
            Get-NetFirewallRule -Name $marker -ErrorAction SilentlyContinue
        }
        'listener' {
            Get-Listener -Own $true
        }
        'certificate' {
            Get-OwnCertificate
        }
        'profile' {
            Get-Profile
        }
        'account' {
            Get-LocalUser | Where-Object { $_.Name -eq $account }
        }
        'token_filter' {
            $registry::Data($policies, 'LocalAccountTokenFilterPolicy')
        }
        'unencrypted' {
            $registry::Data($service, 'allow_unencrypted')
        }
        'basic' {
            $registry::Data($service, 'auth_basic')
        }
        'script' {
            Get-Item -LiteralPath $script -ErrorAction SilentlyContinue
        }
        'task' {
            Get-ScheduledTask -TaskName $marker -ErrorAction SilentlyContinue
        }
        'record' {
            $registry::Exists($record)
        }
    }
}

Function Test-Part {
    param ([string]$Name)
    # a registry value of 0 is as good as none
    @(Get-Part -Name $Name | Where-Object { $_ }).Count -gt 0
}

Function Remove-Part {
    param ([string]$Name)
    foreach ($found in @(Get-Part -Name $Name)) {
        switch ($Name) {
            'firewall_rule' {
                Remove-NetFirewallRule -Name $marker
            }
            'listener' {
                $key = @{
                    Address = $found.Address
                    Transport = $found.Transport
                }
                Remove-WSManInstance -ResourceURI $listeners -SelectorSet $key
            }
            'certificate' {
                Remove-Item -Path "Cert:\LocalMachine\My\$($found.Thumbprint)" -DeleteKey
            }
            'profile' {
                Remove-CimInstance -InputObject $found
            }
            'account' {
                Remove-LocalUser -Name $account
            }
            'token_filter' {
                Remove-ItemProperty -LiteralPath "HKLM:\$policies" -Name LocalAccountTokenFilterPolicy
            }
            'unencrypted' {
                Set-Item -Path WSMan:\localhost\Service\AllowUnencrypted -Value $false -Force
            }
            'basic' {
                Set-Item -Path WSMan:\localhost\Service\Auth\Basic -Value $false -Force
            }
            'script' {
                Remove-Item -LiteralPath $script -Force
            }
            'task' {
                Stop-ScheduledTask -TaskName $marker
                Unregister-ScheduledTask -TaskName $marker -Confirm:$false
            }
            'record' {
                Remove-Item -LiteralPath "HKLM:\$record" -Recurse
            }
        }
    }
}

try {
    $caller = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
    $user = Get-Part -Name account
    $accountSid = $null
    if ($null -ne $user) {
        $accountSid = $user.SID.Value
    }
    $own = Get-Listener -Own $true | Select-Object -First 1
    $port = $null
    if ($null -ne $own) {
        $port = [int]$own.Port
    }
    $others = @(Get-Listener -Own $false).Count
    $before = @{}
    foreach ($name in $names) {
        $before[$name] = Test-Part -Name $name
    }
}
catch {
    $module.FailJson("what opened WinRM of $env:COMPUTERNAME cannot be looked at: $($_.Exception.Message)", $_)
}

$removing = $module.Params.remove -and -not $module.CheckMode
$changed = $false
$parts = @(foreach ($name in $names) {
        $after = $before[$name]
        if ($after -and $module.Params.remove) {
            $changed = $true
            $after = $false
        }
        if ($before[$name] -and $removing) {
            try {
                Remove-Part -Name $name
            }
            catch {
                # told by its being there still
                $module.Warn("${name}: $($_.Exception.Message)")
            }
            $after = Test-Part -Name $name
        }
        @{
            name = $name
            before = $before[$name]
            after = $after
        }
    })

$module.Result.parts = $parts
$module.Result.account_sid = $accountSid
$module.Result.caller_sid = $caller
$module.Result.listener_port = $port
$module.Result.other_listeners = $others
$module.Result.changed = $changed

$module.ExitJson()
