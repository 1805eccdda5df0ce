// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Runtime.InteropServices;

namespace ansible_collections.adops.offline_join.plugins.module_utils.SystemClock
{
    internal static class NativeHelpers
    {
        [StructLayout(LayoutKind.Sequential)]
        public struct SYSTEMTIME
        {
            public ushort wYear;
            public ushort wMonth;
            public ushort wDayOfWeek;
            public ushort wDay;
            public ushort wHour;
            public ushort wMinute;
            public ushort wSecond;
            public ushort wMilliseconds;
        }
    }

    internal static class NativeMethods
    {
        [DllImport("kernel32.dll", ExactSpelling = true, SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        public static extern bool SetSystemTime(ref NativeHelpers.SYSTEMTIME lpSystemTime);
    }

    /// <summary>The clock of the machine, in UTC, so that no time zone can get in the way.</summary>
    public static class Clock
    {
        /// <summary>Set it forward, or back, by so many 100 ns, to the millisecond; returns a Win32 code.</summary>
        public static int Shift(long amount)
        {
            DateTime now = DateTime.UtcNow.AddTicks(amount);
            NativeHelpers.SYSTEMTIME time = new NativeHelpers.SYSTEMTIME();
            time.wYear = (ushort)now.Year;
            time.wMonth = (ushort)now.Month;
            time.wDayOfWeek = (ushort)now.DayOfWeek;
            time.wDay = (ushort)now.Day;
            time.wHour = (ushort)now.Hour;
            time.wMinute = (ushort)now.Minute;
            time.wSecond = (ushort)now.Second;
            time.wMilliseconds = (ushort)now.Millisecond;
            return NativeMethods.SetSystemTime(ref time) ? 0 : Marshal.GetLastWin32Error();
        }
    }
}
