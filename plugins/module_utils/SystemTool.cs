// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Diagnostics;

namespace ansible_collections.adops.offline_join.plugins.module_utils.SystemTool
{
    /// <summary>A program of Windows, of which only the exit code counts: what it prints is translated.</summary>
    public static class Tool
    {
        /// <summary>WAIT_TIMEOUT: it was still running and was ended.</summary>
        public const int TimedOut = 258;

        /// <summary>Run it without input, so that it cannot wait for an answer; returns its exit code.</summary>
        public static int Run(string path, string arguments, int seconds)
        {
            ProcessStartInfo start = new ProcessStartInfo(path, arguments);
            start.UseShellExecute = false;
            start.CreateNoWindow = true;
            start.RedirectStandardInput = true;
            start.RedirectStandardOutput = true;
            start.RedirectStandardError = true;
            using (Process process = Process.Start(start))
            {
                process.StandardInput.Close();
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                if (process.WaitForExit(seconds * 1000))
                    return process.ExitCode;
                try
                {
                    process.Kill();
                }
                catch (InvalidOperationException)
                {
                    // it ended in the meantime
                    return process.ExitCode;
                }
                return TimedOut;
            }
        }
    }
}
