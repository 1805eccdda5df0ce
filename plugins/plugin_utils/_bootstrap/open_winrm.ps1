# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Opens WinRM on a fresh Windows for one control node, and takes it back after some hours of running.
# Written by the module winrm_bootstrap. It holds the password of an administrator: keep it as secret as one.

$ErrorActionPreference = 'Stop'
# with the password no cmdlet has to do before it is a SecureString: Windows may log their arguments (event 4103)
Add-Type -AssemblyName System.Web.Extensions
$settings = [System.Web.Script.Serialization.JavaScriptSerializer]::new().DeserializeObject(@'
{}
'@
)
$marker = 'adops.offline_join WinRM'
$account = 'offline-join'
$record = 'HKLM:\SOFTWARE\adops.offline_join\WinRM'
$policies = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'

Function Close-WinRM {
    # the scheduled task runs this alone, so it uses no variable from outside
    $marker = 'adops.offline_join WinRM'
    $account = 'offline-join'
    $record = 'HKLM:\SOFTWARE\adops.offline_join\WinRM'
    $policies = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
    # the clock of a fresh machine may be set meanwhile, so minutes are counted, and a restart goes on counting
    $minutes = (Get-ItemProperty -LiteralPath $record).Minutes
    while ($minutes -gt 0) {
        Start-Sleep -Seconds 60
        $minutes -= 1
        Set-ItemProperty -LiteralPath $record -Name Minutes -Value $minutes
    }
    # what fails must not keep the rest
    $ErrorActionPreference = 'SilentlyContinue'
    $noted = Get-ItemProperty -LiteralPath $record
    Remove-LocalUser -Name $account
    Remove-NetFirewallRule -Name $marker
    $uri = 'winrm/config/Listener'
    $others = 0
    foreach ($listener in @(Get-WSManInstance -ResourceURI $uri -Enumerate)) {
        if ($noted.Thumbprint -and $listener.CertificateThumbprint -eq $noted.Thumbprint) {
            $key = @{
                Address = $listener.Address
                Transport = $listener.Transport
            }
            Remove-WSManInstance -ResourceURI $uri -SelectorSet $key
        }
        else {
            $others += 1
        }
    }
    foreach ($certificate in @(Get-ChildItem -Path Cert:\LocalMachine\My)) {
        if ($certificate.FriendlyName -eq $marker) {
            Remove-Item -Path "Cert:\LocalMachine\My\$($certificate.Thumbprint)" -DeleteKey
        }
    }
    if ($noted.SetTokenFilter) {
        Remove-ItemProperty -LiteralPath $policies -Name LocalAccountTokenFilterPolicy
    }
    if ($others -eq 0) {
        Stop-Service -Name WinRM
        if ($noted.StartMode -eq 'Manual' -or $noted.StartMode -eq 'Disabled') {
            Set-Service -Name WinRM -StartupType $noted.StartMode
        }
    }
    Remove-Item -LiteralPath $record -Recurse
    Unregister-ScheduledTask -TaskName $marker -Confirm:$false
}

Function Get-Address {
    # link-local addresses change with the network and are of no use to the control node
    foreach ($one in @(Get-NetIPAddress -AddressFamily IPv4)) {
        if ($one.IPAddress -ne '127.0.0.1' -and $one.IPAddress -notlike '169.254.*') {
            $one.IPAddress
        }
    }
}

Function Assert-Fresh {
    $caller = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
    if (-not $caller.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'this needs an administrator; run it from an elevated PowerShell'
    }
    $role = [int](Get-CimInstance -ClassName Win32_ComputerSystem -Property DomainRole).DomainRole
    if ($role -ne 0 -and $role -ne 2) {
        throw 'the machine is a member of a domain; let a policy of the domain open WinRM'
    }
}

Function Set-Record {
    if (-not (Test-Path -LiteralPath $record)) {
        $null = New-Item -Path $record -Force
        $service = Get-CimInstance -ClassName Win32_Service -Filter "Name='WinRM'" -Property StartMode
        Set-ItemProperty -LiteralPath $record -Name StartMode -Value $service.StartMode
    }
    Set-ItemProperty -LiteralPath $record -Name Minutes -Value ([int]$settings.hours * 60)
}

Function Set-DeadlineTask {
    # first of all, so that nothing is ever open without its end
    $body = (Get-Command -Name Close-WinRM).Definition
    $encoded = [Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes($body))
    $powershell = "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe"
    $arguments = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand $encoded"
    $options = @{
        AllowStartIfOnBatteries = $true
        DontStopIfGoingOnBatteries = $true
        ExecutionTimeLimit = [TimeSpan]::Zero
    }
    $task = @{
        TaskName = $marker
        Action = New-ScheduledTaskAction -Execute $powershell -Argument $arguments
        Trigger = New-ScheduledTaskTrigger -AtStartup
        Principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
        Settings = New-ScheduledTaskSettingsSet @options
        Force = $true
    }
    Stop-ScheduledTask -TaskName $marker -ErrorAction SilentlyContinue
    $null = Register-ScheduledTask @task
    Start-ScheduledTask -TaskName $marker
}

Function Set-Account {
    $password = [Net.NetworkCredential]::new('', $settings.password).SecurePassword
    $user = Get-LocalUser | Where-Object { $_.Name -eq $account }
    if ($null -eq $user) {
        $user = New-LocalUser -Name $account -Password $password -PasswordNeverExpires -Description $marker
    }
    else {
        Set-LocalUser -Name $account -Password $password
        Enable-LocalUser -Name $account
    }
    # by its SID, because the name of the group is translated
    $members = @(Get-LocalGroupMember -SID 'S-1-5-32-544' | ForEach-Object { $_.SID.Value })
    if ($members -notcontains $user.SID.Value) {
        Add-LocalGroupMember -SID 'S-1-5-32-544' -Member $account
    }
    # without it a local account has no full rights over the network
    $name = 'LocalAccountTokenFilterPolicy'
    if ((Get-ItemProperty -LiteralPath $policies).$name -ne 1) {
        Set-ItemProperty -LiteralPath $policies -Name $name -Value 1 -Type DWord
        Set-ItemProperty -LiteralPath $record -Name SetTokenFilter -Value 1
    }
}

Function Set-Listener {
    Set-Service -Name WinRM -StartupType Automatic
    Start-Service -Name WinRM
    $uri = 'winrm/config/Listener'
    $key = @{
        Address = '*'
        Transport = 'HTTPS'
    }
    $noted = (Get-ItemProperty -LiteralPath $record).Thumbprint
    foreach ($listener in @(Get-WSManInstance -ResourceURI $uri -Enumerate)) {
        if ($listener.Transport -eq 'HTTPS') {
            if (-not $noted -or $listener.CertificateThumbprint -ne $noted) {
                throw 'WinRM listens with another certificate already; use that one, or remove it'
            }
            Remove-WSManInstance -ResourceURI $uri -SelectorSet $key
        }
    }
    foreach ($old in @(Get-ChildItem -Path Cert:\LocalMachine\My)) {
        if ($old.FriendlyName -eq $marker) {
            Remove-Item -Path "Cert:\LocalMachine\My\$($old.Thumbprint)" -DeleteKey
        }
    }
    $names = @("DNS=$env:COMPUTERNAME")
    $names += @(Get-Address | ForEach-Object { "IPAddress=$_" })
    $wanted = @{
        Subject = "CN=$env:COMPUTERNAME"
        FriendlyName = $marker
        CertStoreLocation = 'Cert:\LocalMachine\My'
        KeyExportPolicy = 'NonExportable'
        # subject alternative names
        TextExtension = @("2.5.29.17={text}$($names -join '&')")
        # the clock of a fresh machine may be years off; the key ends with the listener
        NotBefore = [DateTime]'2000-01-01'
        NotAfter = [DateTime]'2049-12-31'
    }
    $certificate = New-SelfSignedCertificate @wanted
    Set-ItemProperty -LiteralPath $record -Name Thumbprint -Value $certificate.Thumbprint
    $values = @{
        CertificateThumbprint = $certificate.Thumbprint
        Port = '5986'
    }
    $null = New-WSManInstance -ResourceURI $uri -SelectorSet $key -ValueSet $values
    $certificate
}

Function Set-FirewallRule {
    Remove-NetFirewallRule -Name $marker -ErrorAction SilentlyContinue
    $rule = @{
        Name = $marker
        DisplayName = $marker
        Direction = 'Inbound'
        Action = 'Allow'
        Protocol = 'TCP'
        LocalPort = '5986'
        RemoteAddress = @($settings.control_nodes)
        # a network without a domain is a public one
        Profile = 'Any'
    }
    $null = New-NetFirewallRule @rule
}

$receipt = @{
    format = 1
    computer_name = $env:COMPUTERNAME
    serial_number = $null
    account = $account
    port = 5986
    addresses = @()
    certificate = $null
    certificate_sha256 = $null
    error = $null
}
try {
    $receipt.serial_number = (Get-CimInstance -ClassName Win32_BIOS -Property SerialNumber).SerialNumber
    Assert-Fresh
    $receipt.addresses = @(Get-Address)
    Set-Record
    Set-DeadlineTask
    $certificate = Set-Listener | Select-Object -Last 1
    Set-Account
    # last, so that nobody comes in before everything is in place
    Set-FirewallRule
    $sha256 = [System.Security.Cryptography.SHA256]::Create().ComputeHash($certificate.RawData)
    $receipt.certificate = [Convert]::ToBase64String($certificate.RawData)
    $receipt.certificate_sha256 = [BitConverter]::ToString($sha256).Replace('-', '').ToLowerInvariant()
}
catch {
    $receipt.error = "$_"
    if (Test-Path -LiteralPath $record) {
        # half open is no use: let the task take it back now
        Set-ItemProperty -LiteralPath $record -Name Minutes -Value 0
        Stop-ScheduledTask -TaskName $marker -ErrorAction SilentlyContinue
        Start-ScheduledTask -TaskName $marker -ErrorAction SilentlyContinue
    }
}

$file = "$env:COMPUTERNAME-$($receipt.serial_number)" -replace '[^A-Za-z0-9-]', '_'
$json = ConvertTo-Json -InputObject $receipt
[System.IO.File]::WriteAllText("$PSScriptRoot\$file.winrm.json", $json)
if ($PSCommandPath -like "$env:SystemDrive\*") {
    # it came with an image, and what it holds must not stay on each disk
    Remove-Item -LiteralPath $PSCommandPath -Force -ErrorAction Continue
}
if ($receipt.error) {
    Write-Error -Message "WinRM of $env:COMPUTERNAME was not opened: $($receipt.error)" -ErrorAction Continue
    exit 1
}
Write-Output "WinRM of $env:COMPUTERNAME is open; certificate $($receipt.certificate_sha256)"
exit 0
