// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Principal;

namespace ansible_collections.adops.offline_join.plugins.module_utils.LocalAccounts
{
    internal static class NativeHelpers
    {
        [StructLayout(LayoutKind.Sequential)]
        public struct LSA_OBJECT_ATTRIBUTES
        {
            public uint Length;
            public IntPtr RootDirectory;
            public IntPtr ObjectName;
            public uint Attributes;
            public IntPtr SecurityDescriptor;
            public IntPtr SecurityQualityOfService;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct LSA_UNICODE_STRING
        {
            public ushort Length;
            public ushort MaximumLength;
            public IntPtr Buffer;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct POLICY_ACCOUNT_DOMAIN_INFO
        {
            public LSA_UNICODE_STRING DomainName;
            public IntPtr DomainSid;
        }
    }

    internal static class NativeMethods
    {
        [DllImport("advapi32.dll", ExactSpelling = true)]
        public static extern uint LsaOpenPolicy(
            IntPtr SystemName, ref NativeHelpers.LSA_OBJECT_ATTRIBUTES ObjectAttributes, uint DesiredAccess,
            out IntPtr PolicyHandle);

        [DllImport("advapi32.dll", ExactSpelling = true)]
        public static extern uint LsaQueryInformationPolicy(
            IntPtr PolicyHandle, int InformationClass, out IntPtr Buffer);

        [DllImport("advapi32.dll", ExactSpelling = true)]
        public static extern uint LsaFreeMemory(IntPtr Buffer);

        [DllImport("advapi32.dll", ExactSpelling = true)]
        public static extern uint LsaClose(IntPtr ObjectHandle);

        [DllImport("advapi32.dll", ExactSpelling = true)]
        public static extern uint LsaNtStatusToWinError(uint Status);

        [DllImport("netapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern uint NetLocalGroupGetMembers(
            string servername, string localgroupname, uint level, out IntPtr bufptr, uint prefmaxlen,
            out uint entriesread, out uint totalentries, IntPtr resumehandle);

        [DllImport("netapi32.dll", ExactSpelling = true)]
        public static extern uint NetApiBufferFree(IntPtr Buffer);
    }

    /// <summary>The machine's own accounts; throws Win32Exception with the code of the call that failed.</summary>
    public static class Accounts
    {
        private const uint POLICY_VIEW_LOCAL_INFORMATION = 1;
        private const int PolicyAccountDomainInformation = 5;
        private const uint MAX_PREFERRED_LENGTH = 0xFFFFFFFF;

        /// <summary>The SID that every local account's SID starts with.</summary>
        public static string MachineSid()
        {
            NativeHelpers.LSA_OBJECT_ATTRIBUTES attributes = new NativeHelpers.LSA_OBJECT_ATTRIBUTES();
            attributes.Length = (uint)Marshal.SizeOf(typeof(NativeHelpers.LSA_OBJECT_ATTRIBUTES));
            IntPtr policy = IntPtr.Zero;
            IntPtr buffer = IntPtr.Zero;
            try
            {
                Require(NativeMethods.LsaOpenPolicy(
                    IntPtr.Zero, ref attributes, POLICY_VIEW_LOCAL_INFORMATION, out policy));
                Require(NativeMethods.LsaQueryInformationPolicy(policy, PolicyAccountDomainInformation, out buffer));
                NativeHelpers.POLICY_ACCOUNT_DOMAIN_INFO info =
                    (NativeHelpers.POLICY_ACCOUNT_DOMAIN_INFO)Marshal.PtrToStructure(
                        buffer, typeof(NativeHelpers.POLICY_ACCOUNT_DOMAIN_INFO));
                return new SecurityIdentifier(info.DomainSid).Value;
            }
            finally
            {
                if (buffer != IntPtr.Zero)
                    NativeMethods.LsaFreeMemory(buffer);
                if (policy != IntPtr.Zero)
                    NativeMethods.LsaClose(policy);
            }
        }

        /// <summary>SIDs of the direct members of a local group, also of those that no longer have a name.</summary>
        public static string[] Members(string groupSid)
        {
            string group = new SecurityIdentifier(groupSid).Translate(typeof(NTAccount)).Value;
            group = group.Substring(group.IndexOf('\\') + 1);
            IntPtr buffer = IntPtr.Zero;
            uint read;
            uint total;
            try
            {
                uint status = NativeMethods.NetLocalGroupGetMembers(
                    null, group, 0, out buffer, MAX_PREFERRED_LENGTH, out read, out total, IntPtr.Zero);
                if (status != 0)
                    throw new Win32Exception((int)status);
                string[] members = new string[read];
                for (int i = 0; i < members.Length; i++)
                    members[i] = new SecurityIdentifier(Marshal.ReadIntPtr(buffer, i * IntPtr.Size)).Value;
                return members;
            }
            finally
            {
                if (buffer != IntPtr.Zero)
                    NativeMethods.NetApiBufferFree(buffer);
            }
        }

        private static void Require(uint status)
        {
            if (status != 0)
                throw new Win32Exception((int)NativeMethods.LsaNtStatusToWinError(status));
        }
    }
}
