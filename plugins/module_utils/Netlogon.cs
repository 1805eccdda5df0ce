// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Runtime.InteropServices;

namespace ansible_collections.adops.offline_join.plugins.module_utils.Netlogon
{
    internal static class NativeHelpers
    {
        [StructLayout(LayoutKind.Sequential)]
        public struct NETLOGON_INFO_2
        {
            public uint netlog2_flags;
            public uint netlog2_pdc_connection_status;
            public IntPtr netlog2_trusted_dc_name;
            public uint netlog2_tc_connection_status;
        }
    }

    internal static class NativeMethods
    {
        [DllImport("netapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern uint I_NetLogonControl2(
            string ServerName, uint FunctionCode, uint QueryLevel, ref IntPtr Data, out IntPtr Buffer);

        [DllImport("netapi32.dll", ExactSpelling = true)]
        public static extern uint NetApiBufferFree(IntPtr Buffer);
    }

    /// <summary>What Netlogon says of the machine's secure channel (lmaccess.h, MS-NRPC 3.5.4.9.1).</summary>
    public sealed class SecureChannel
    {
        private const uint NETLOGON_CONTROL_REDISCOVER = 5;
        private const uint NETLOGON_CONTROL_CHANGE_PASSWORD = 9;
        private const uint NETLOGON_CONTROL_TC_VERIFY = 10;

        private const uint ERROR_INTERNAL_ERROR = 1359;

        /// <summary>What the function returned; all other members say something only where it is 0.</summary>
        public uint Status { get; private set; }
        public uint Flags { get; private set; }
        public uint ConnectionStatus { get; private set; }
        public uint ChannelStatus { get; private set; }
        /// <summary>Without the leading backslashes.</summary>
        public string DomainController { get; private set; }

        /// <summary>Look for another domain controller.</summary>
        public static SecureChannel Rediscover(string domain)
        {
            return Control(NETLOGON_CONTROL_REDISCOVER, 2, domain);
        }

        /// <summary>Use the channel, to see whether it works.</summary>
        public static SecureChannel Verify(string domain)
        {
            return Control(NETLOGON_CONTROL_TC_VERIFY, 2, domain);
        }

        /// <summary>Let the machine change its own password; returns a Win32 code.</summary>
        public static uint ChangePassword(string domain)
        {
            return Control(NETLOGON_CONTROL_CHANGE_PASSWORD, 1, domain).Status;
        }

        private static SecureChannel Control(uint function, uint level, string domain)
        {
            SecureChannel channel = new SecureChannel();
            IntPtr name = IntPtr.Zero;
            IntPtr buffer = IntPtr.Zero;
            try
            {
                // the function wants a pointer to the pointer to the name
                name = Marshal.StringToHGlobalUni(domain);
                channel.Status = NativeMethods.I_NetLogonControl2(null, function, level, ref name, out buffer);
                if (channel.Status == 0 && level == 2)
                {
                    if (buffer == IntPtr.Zero)
                    {
                        // a success without an answer must not read as a channel that works
                        channel.Status = ERROR_INTERNAL_ERROR;
                        return channel;
                    }
                    NativeHelpers.NETLOGON_INFO_2 info = (NativeHelpers.NETLOGON_INFO_2)Marshal.PtrToStructure(
                        buffer, typeof(NativeHelpers.NETLOGON_INFO_2));
                    channel.Flags = info.netlog2_flags;
                    channel.ConnectionStatus = info.netlog2_pdc_connection_status;
                    channel.ChannelStatus = info.netlog2_tc_connection_status;
                    string controller = Marshal.PtrToStringUni(info.netlog2_trusted_dc_name);
                    channel.DomainController = String.IsNullOrEmpty(controller) ? null : controller.TrimStart('\\');
                }
            }
            finally
            {
                if (buffer != IntPtr.Zero)
                    NativeMethods.NetApiBufferFree(buffer);
                Marshal.FreeHGlobal(name);
            }
            return channel;
        }
    }
}
