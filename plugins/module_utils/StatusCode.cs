// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ansible_collections.adops.offline_join.plugins.module_utils.StatusCode
{
    public static class Failure
    {
        private const int ERROR_INTERNAL_ERROR = 1359;
        private const int FACILITY_WIN32 = 7;

        /// <summary>The Win32 code inside of an exception, the innermost first; 1359 where there is none.</summary>
        public static int Of(Exception exception)
        {
            int code = ERROR_INTERNAL_ERROR;
            for (Exception one = exception; one != null; one = one.InnerException)
            {
                Win32Exception win32 = one as Win32Exception;
                int result = Marshal.GetHRForException(one);
                if (win32 != null && win32.NativeErrorCode != 0)
                    code = win32.NativeErrorCode;
                else if (result < 0 && ((result >> 16) & 0x1fff) == FACILITY_WIN32)
                    code = result & 0xffff;
            }
            return code;
        }
    }
}
