# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Joins this computer to its domain with the package that the stick has for it. Windows PowerShell 5.1, .NET Framework
# 4.7.2, run as an administrator; Join-Domain.cmd starts it so.

[CmdletBinding()]
param (
    [string]$Folder = $PSScriptRoot
)

$ErrorActionPreference = 'Stop'

$source = @'
%SOURCE%
'@

$kitText = @'
%KIT%
'@

$languages = @'
%TEXTS%
'@

try {
    Add-Type -TypeDefinition $source -IgnoreWarnings -ReferencedAssemblies 'System.Security', 'System.Core'
}
catch {
    # a policy of the machine (WDAC, Constrained Language Mode) forbids it; nothing below would work
    Write-Output "This Windows does not let the script compile its code: $($_.FullyQualifiedErrorId). Nothing was done."
    $null = Read-Host
    exit 1
}

$json = [AdOps.OfflineJoin.FieldKit.Json]
$judgements = [AdOps.OfflineJoin.FieldKit.Judgement]
$machines = [AdOps.OfflineJoin.FieldKit.Machine]
$manifests = [AdOps.OfflineJoin.FieldKit.Manifest]
$receiptFiles = [AdOps.OfflineJoin.FieldKit.Receipts]
$receiptLines = [AdOps.OfflineJoin.FieldKit.Receipt]
$recipients = [AdOps.OfflineJoin.FieldKit.Recipient]
$refusals = [AdOps.OfflineJoin.FieldKit.Refusal]
$sealedPackages = [AdOps.OfflineJoin.FieldKit.SealedPackage]
$application = [ansible_collections.adops.offline_join.plugins.module_utils.NetJoin.Application]
$membership = [ansible_collections.adops.offline_join.plugins.module_utils.NetJoin.Membership]
$marker = [ansible_collections.adops.offline_join.plugins.module_utils.PendingJoin.Marker]
$registry = [ansible_collections.adops.offline_join.plugins.module_utils.MachineRegistry.Hive]

$kit = $json::ParseObject($kitText)
$everyLanguage = $json::ParseObject($languages)
$language = (Get-UICulture).TwoLetterISOLanguageName
if (-not $everyLanguage.ContainsKey($language)) {
    $language = 'en'
}
$texts = $everyLanguage[$language]

Function Get-Text {
    param ([string]$Id, [object[]]$Values = @())
    if (-not $texts.ContainsKey($Id)) {
        $Values = @($Id)
        $Id = 'unexpected'
    }
    $texts[$Id] -f $Values
}

Function Write-Line {
    param ([string]$Id, [object[]]$Values = @(), [ConsoleColor]$Color = 'Gray')
    $Host.UI.WriteLine($Color, $Host.UI.RawUI.BackgroundColor, (Get-Text -Id $Id -Values $Values))
}

Function Stop-Kit {
    param ([string]$Id)
    throw $refusals::new($Id)
}

Function Confirm-Question {
    param ([string]$Id, [object[]]$Values = @())
    $answer = Read-Host -Prompt (Get-Text -Id $Id -Values $Values)
    $answer.Trim().Length -gt 0 -and $texts['yes_letters'].Contains($answer.Trim().Substring(0, 1))
}

Function Get-Now {
    [DateTime]::UtcNow
}

Function Get-Machine {
    $names = 'SYSTEM\CurrentControlSet\Control\ComputerName'
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $caller = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
    $seen = $machines::new()
    $seen.Name = $registry::Data("$names\ActiveComputerName", 'ComputerName')
    $seen.PendingName = $registry::Data("$names\ComputerName", 'ComputerName')
    $seen.SerialNumber = (Get-CimInstance -ClassName Win32_BIOS).SerialNumber
    $seen.DomainRole = $computer.DomainRole
    $seen.PartOfDomain = $computer.PartOfDomain
    $seen.Domain = $computer.Domain
    $seen.EntraJoinType = $membership::EntraJoinType()
    $seen.Sku = $system.OperatingSystemSKU
    $seen.Elevated = $caller.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
    $pending = $marker::Read()
    if ($null -ne $pending) {
        $seen.PendingSha256 = $pending.PackageSha256
        $seen.PendingStatus = $pending.Status
        $seen.PendingSameBoot = $pending.SameBoot
    }
    $seen
}

Function Get-Entry {
    param ($Manifest, $Machine)
    $entry = $Manifest.Find($Machine.SerialNumber, $Machine.Name)
    if ($null -eq $entry) {
        Write-Line -Id 'not_found' -Values @($Machine.SerialNumber, $Machine.Name)
        $entry = $Manifest.Find($null, (Read-Host -Prompt (Get-Text -Id 'ask_name')))
    }
    if ($null -eq $entry) {
        Stop-Kit -Id 'no_package'
    }
    $entry
}

Function Get-Receipt {
    param ($Manifest)
    $place = Join-Path -Path $Folder -ChildPath 'receipts'
    while ($true) {
        try {
            return $receiptFiles::Open($place, $Manifest.Kit)
        }
        catch {
            # the stick is write-protected, or full
            Write-Line -Id 'receipts_elsewhere' -Values @($place) -Color 'Yellow'
            $place = Read-Host -Prompt (Get-Text -Id 'ask_folder')
            if (-not $place) {
                Stop-Kit -Id 'no_receipts'
            }
        }
    }
}

Function Get-Recipient {
    $content = [IO.File]::ReadAllBytes((Join-Path -Path $Folder -ChildPath 'recipient.p12'))
    foreach ($attempt in 1..3) {
        $passphrase = Read-Host -AsSecureString -Prompt (Get-Text -Id 'ask_passphrase')
        try {
            return $recipients::new($content, $passphrase)
        }
        catch {
            $cause = $_.Exception.GetBaseException()
            if ($cause -isnot $refusals) {
                throw
            }
            Write-Line -Id ($cause.Id) -Color 'Yellow'
        }
        finally {
            $passphrase.Dispose()
        }
    }
    Stop-Kit -Id 'passphrase'
}

Function New-Receipt {
    param ($Opened, $Machine, $Manifest, [string]$Who)
    $receipt = $receiptLines::new()
    $receipt.Kind = 'delivered'
    $receipt.Claims = $Opened.Claims
    $receipt.Machine = $Machine
    $receipt.Kit = $Manifest.Kit
    $receipt.Branch = $Manifest.Branch
    $receipt.Who = $Who
    $receipt.Experimental = $kit['experimental']
    $receipt
}

Function Submit-Package {
    param ($Opened)
    $claims = $Opened.Claims
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $lastBoot = $system.LastBootUpTime.ToFileTimeUtc()
    $applied = (Get-Now).ToFileTimeUtc()
    $earlier = $marker::Read()
    $done = $null
    # before the call: a machine that loses power during it must know what it was given
    $marker::new($claims.PackageSha256, $claims.Machine, $claims.Domain, $applied, $lastBoot).Write()
    try {
        $done = $application::Apply($Opened.Package, $application::OnlineCaller, $env:SystemRoot)
    }
    finally {
        if ($null -ne $done -and @(0, 2713) -contains $done.Status) {
            $marker::Complete($done.Status)
        }
        elseif ($null -ne $earlier) {
            # what was applied earlier may still wait for its restart
            $earlier.Write()
        }
        else {
            $marker::Remove()
        }
    }
    $done
}

Function Join-Machine {
    $manifestFile = Join-Path -Path $Folder -ChildPath 'manifest.cms'
    $manifest = $manifests::Open([IO.File]::ReadAllBytes($manifestFile), $kit['issuers'], (Get-Now))
    $judgement = $judgements::new($kit['rules'])
    $machine = Get-Machine
    $entry = Get-Entry -Manifest $manifest -Machine $machine
    $expected = $entry.Claims
    Write-Line -Id 'this_machine' -Values @($machine.Name, $machine.SerialNumber, $expected.Machine, $expected.Domain)
    $minutes = $kit['rules']['clock_tolerance'] / 60
    $clock = [DateTime]::Now.ToString('yyyy-MM-dd HH:mm')
    $zone = [TimeZoneInfo]::Local.DisplayName
    $machine.ClockConfirmed = Confirm-Question -Id 'ask_clock' -Values @($clock, $zone, $minutes)
    $verdict = $judgement.Judge($expected, $expected, $machine, (Get-Now))
    if ($verdict -ne 'apply') {
        Stop-Kit -Id $verdict
    }
    if (-not (Confirm-Question -Id 'ask_join' -Values @($expected.Machine, $expected.Domain))) {
        Stop-Kit -Id 'declined'
    }
    $who = Read-Host -Prompt (Get-Text -Id 'ask_who')
    $receipts = Get-Receipt -Manifest $manifest
    $file = [IO.File]::ReadAllBytes((Join-Path -Path $Folder -ChildPath $entry.File))
    $manifests::RequireUnchanged($entry, $file)
    $recipient = Get-Recipient
    $opened = $null
    try {
        $opened = $sealedPackages::Open($file, $recipient, $kit['issuers'], (Get-Now))
        $verdict = $judgement.Judge($expected, $opened.Claims, $machine, (Get-Now))
        if ($verdict -ne 'apply') {
            Stop-Kit -Id $verdict
        }
        $receipt = New-Receipt -Opened $opened -Machine $machine -Manifest $manifest -Who $who
        $receipts.Append($receipt, (Get-Now))
        $done = Submit-Package -Opened $opened
    }
    finally {
        $recipient.Dispose()
        if ($null -ne $opened) {
            [Array]::Clear($opened.Package, 0, $opened.Package.Length)
        }
    }
    $receipt.Status = $done.Status
    $receipt.Function = $done.Function
    if (@(0, 2713) -notcontains $done.Status) {
        $receipts.Append($receipt, (Get-Now))
        Write-Line -Id 'refused_by_windows' -Values @($done.Status) -Color 'Red'
        return
    }
    $receipt.Kind = 'applied'
    try {
        $receipts.Append($receipt, (Get-Now))
        $code = $receipts.Head.Substring(0, 8)
        Write-Line -Id 'applied' -Values @($expected.Machine, $receipts.Path, $code) -Color 'Green'
    }
    catch {
        # Windows has the package all the same
        Write-Line -Id 'receipt_lost' -Values @($expected.Machine) -Color 'Red'
    }
    if (Confirm-Question -Id 'ask_restart') {
        Restart-Computer -Force
    }
}

Write-Line -Id 'title' -Color 'White'
if ($kit['experimental']) {
    Write-Line -Id 'experimental' -Color 'Yellow'
}
try {
    Join-Machine
}
catch {
    # without the text of the exception, which could carry what it is about
    $cause = $_.Exception.GetBaseException()
    if ($cause -is $refusals) {
        Write-Line -Id ($cause.Id) -Color 'Red'
    }
    else {
        $place = "$($cause.GetType().FullName) ($($_.InvocationInfo.ScriptLineNumber))"
        Write-Line -Id 'unexpected' -Values @($place) -Color 'Red'
    }
}
$null = Read-Host -Prompt (Get-Text -Id 'ask_end')
