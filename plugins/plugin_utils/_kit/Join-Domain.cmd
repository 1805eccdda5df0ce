@echo off
rem Copyright (c) 2026 adops.offline_join contributors
rem GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
rem SPDX-License-Identifier: GPL-3.0-or-later
rem Asks Windows for the rights of an administrator and starts the script beside it.
set "OFFLINE_JOIN_KIT=%~dp0"
powershell.exe -NoProfile -ExecutionPolicy Bypass -Command "Start-Process -FilePath powershell.exe -Verb RunAs -ArgumentList ('-NoProfile -ExecutionPolicy Bypass -File \"' + $env:OFFLINE_JOIN_KIT + 'Join-Domain.ps1\"')"
if errorlevel 1 pause
