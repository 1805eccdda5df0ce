// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Runtime.InteropServices;

namespace ansible_collections.adops.offline_join.plugins.module_utils.DomainLocator
{
    internal static class NativeHelpers
    {
        [StructLayout(LayoutKind.Sequential)]
        public struct DOMAIN_CONTROLLER_INFO
        {
            public IntPtr DomainControllerName;
            public IntPtr DomainControllerAddress;
            public uint DomainControllerAddressType;
            public Guid DomainGuid;
            public IntPtr DomainName;
            public IntPtr DnsForestName;
            public uint Flags;
            public IntPtr DcSiteName;
            public IntPtr ClientSiteName;
        }
    }

    internal static class NativeMethods
    {
        [DllImport("netapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern uint DsGetDcNameW(
            string ComputerName, string DomainName, IntPtr DomainGuid, string SiteName, uint Flags,
            out IntPtr DomainControllerInfo);

        [DllImport("netapi32.dll", ExactSpelling = true)]
        public static extern uint NetApiBufferFree(IntPtr Buffer);
    }

    /// <summary>The domain controller that Windows finds (dsgetdc.h).</summary>
    public sealed class Located
    {
        private const uint DS_FORCE_REDISCOVERY = 0x00000001;
        private const uint DS_DIRECTORY_SERVICE_REQUIRED = 0x00000010;
        private const uint DS_IS_DNS_NAME = 0x00020000;
        private const uint DS_RETURN_DNS_NAME = 0x40000000;

        /// <summary>What the function returned; all other members say something only where it is 0.</summary>
        public uint Status { get; private set; }
        /// <summary>Without the leading backslashes, as the next.</summary>
        public string DomainController { get; private set; }
        public string Address { get; private set; }
        public string Forest { get; private set; }
        public string ControllerSite { get; private set; }
        public string ClientSite { get; private set; }
        public uint Flags { get; private set; }

        /// <summary>Ask the network, not the cache, for a domain controller; the domain is a DNS name.</summary>
        public static Located Find(string domain)
        {
            Located located = new Located();
            IntPtr buffer = IntPtr.Zero;
            try
            {
                located.Status = NativeMethods.DsGetDcNameW(
                    null, domain, IntPtr.Zero, null,
                    DS_FORCE_REDISCOVERY | DS_DIRECTORY_SERVICE_REQUIRED | DS_IS_DNS_NAME | DS_RETURN_DNS_NAME,
                    out buffer);
                if (located.Status == 0)
                {
                    NativeHelpers.DOMAIN_CONTROLLER_INFO info =
                        (NativeHelpers.DOMAIN_CONTROLLER_INFO)Marshal.PtrToStructure(
                            buffer, typeof(NativeHelpers.DOMAIN_CONTROLLER_INFO));
                    located.DomainController = Text(info.DomainControllerName);
                    located.Address = Text(info.DomainControllerAddress);
                    located.Forest = Text(info.DnsForestName);
                    located.ControllerSite = Text(info.DcSiteName);
                    located.ClientSite = Text(info.ClientSiteName);
                    located.Flags = info.Flags;
                }
            }
            finally
            {
                if (buffer != IntPtr.Zero)
                    NativeMethods.NetApiBufferFree(buffer);
            }
            return located;
        }

        private static string Text(IntPtr pointer)
        {
            string text = Marshal.PtrToStringUni(pointer);
            return String.IsNullOrEmpty(text) ? null : text.TrimStart('\\');
        }
    }
}
