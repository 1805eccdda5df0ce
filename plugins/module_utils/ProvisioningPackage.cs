// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace ansible_collections.adops.offline_join.plugins.module_utils.ProvisioningPackage
{
    internal static class NativeHelpers
    {
        [StructLayout(LayoutKind.Sequential)]
        public struct NETSETUP_PROVISIONING_PARAMS
        {
            public uint dwVersion;
            public IntPtr lpDomain;
            public IntPtr lpHostName;
            public IntPtr lpMachineAccountOU;
            public IntPtr lpDcName;
            public uint dwProvisionOptions;
            public IntPtr aCertTemplateNames;
            public uint cCertTemplateNames;
            public IntPtr aMachinePolicyNames;
            public uint cMachinePolicyNames;
            public IntPtr aMachinePolicyPaths;
            public uint cMachinePolicyPaths;
            public IntPtr lpNetbiosName;
            public IntPtr lpSiteName;
            public IntPtr lpPrimaryDNSDomain;
        }
    }

    internal static class NativeMethods
    {
        [DllImport("netapi32.dll", ExactSpelling = true)]
        public static extern uint NetCreateProvisioningPackage(
            ref NativeHelpers.NETSETUP_PROVISIONING_PARAMS pProvisioningParams, out IntPtr ppPackageBinData,
            out uint pdwPackageBinDataSize, IntPtr ppPackageTextData);

        [DllImport("netapi32.dll", ExactSpelling = true)]
        public static extern uint NetApiBufferFree(IntPtr Buffer);
    }

    /// <summary>What Windows answered when it was asked for a package.</summary>
    public sealed class Answer
    {
        /// <summary>A Win32 or NERR code.</summary>
        public uint Status { get; internal set; }
        /// <summary>The package's bytes as base64; null where there is none.</summary>
        public string Package { get; internal set; }
    }

    /// <summary>
    /// Everything that NetCreateProvisioningPackage (lmjoin.h) takes. An empty text is none, because PowerShell makes
    /// one of $null.
    /// </summary>
    public sealed class Request
    {
        private const uint NETSETUP_PROVISIONING_PARAMS_WIN8_VERSION = 1;
        private const uint NETSETUP_PROVISIONING_PARAMS_CURRENT_VERSION = 2;

        public string Domain { get; set; }
        public string MachineName { get; set; }
        public string OrganizationalUnit { get; set; }
        public string DomainController { get; set; }
        /// <summary>NETSETUP_PROVISION_* flags.</summary>
        public uint Options { get; set; }
        public string[] CertificateTemplates { get; set; }
        public string[] PolicyNames { get; set; }
        public string[] PolicyPaths { get; set; }
        public string NetbiosName { get; set; }
        public string Site { get; set; }
        public string PrimaryDnsDomain { get; set; }

        /// <summary>Make the computer account and its package.</summary>
        public Answer Submit()
        {
            Memory memory = new Memory();
            IntPtr buffer = IntPtr.Zero;
            uint size = 0;
            try
            {
                NativeHelpers.NETSETUP_PROVISIONING_PARAMS given = Given(memory);
                Answer answer = new Answer();
                answer.Status = NativeMethods.NetCreateProvisioningPackage(
                    ref given, out buffer, out size, IntPtr.Zero);
                if (answer.Status == 0 && buffer != IntPtr.Zero)
                    answer.Package = Base64(buffer, size);
                return answer;
            }
            finally
            {
                if (buffer != IntPtr.Zero)
                {
                    Marshal.Copy(new byte[size], 0, buffer, (int)size);
                    NativeMethods.NetApiBufferFree(buffer);
                }
                memory.Free();
            }
        }

        private NativeHelpers.NETSETUP_PROVISIONING_PARAMS Given(Memory memory)
        {
            NativeHelpers.NETSETUP_PROVISIONING_PARAMS given = new NativeHelpers.NETSETUP_PROVISIONING_PARAMS();
            given.lpDomain = memory.Text(Domain);
            given.lpHostName = memory.Text(MachineName);
            given.lpMachineAccountOU = memory.Text(OrganizationalUnit);
            given.lpDcName = memory.Text(DomainController);
            given.dwProvisionOptions = Options;
            given.aCertTemplateNames = memory.Texts(CertificateTemplates, out given.cCertTemplateNames);
            given.aMachinePolicyNames = memory.Texts(PolicyNames, out given.cMachinePolicyNames);
            given.aMachinePolicyPaths = memory.Texts(PolicyPaths, out given.cMachinePolicyPaths);
            given.lpNetbiosName = memory.Text(NetbiosName);
            given.lpSiteName = memory.Text(Site);
            given.lpPrimaryDNSDomain = memory.Text(PrimaryDnsDomain);
            // Windows 8 and Windows Server 2012 know the first version only, which ends before these three
            bool longer = given.lpNetbiosName != IntPtr.Zero || given.lpSiteName != IntPtr.Zero
                || given.lpPrimaryDNSDomain != IntPtr.Zero;
            given.dwVersion = longer
                ? NETSETUP_PROVISIONING_PARAMS_CURRENT_VERSION : NETSETUP_PROVISIONING_PARAMS_WIN8_VERSION;
            return given;
        }

        private static string Base64(IntPtr buffer, uint size)
        {
            byte[] package = new byte[size];
            // pinned: the garbage collector would leave copies behind
            GCHandle pinned = GCHandle.Alloc(package, GCHandleType.Pinned);
            try
            {
                Marshal.Copy(buffer, package, 0, package.Length);
                return Convert.ToBase64String(package);
            }
            finally
            {
                Array.Clear(package, 0, package.Length);
                pinned.Free();
            }
        }
    }

    /// <summary>Texts in unmanaged memory, freed together.</summary>
    internal sealed class Memory
    {
        private readonly List<IntPtr> _allocated = new List<IntPtr>();

        public IntPtr Text(string value)
        {
            return String.IsNullOrEmpty(value) ? IntPtr.Zero : Kept(Marshal.StringToHGlobalUni(value));
        }

        public IntPtr Texts(string[] values, out uint count)
        {
            count = values == null ? 0 : (uint)values.Length;
            if (count == 0)
                return IntPtr.Zero;
            IntPtr array = Kept(Marshal.AllocHGlobal(IntPtr.Size * values.Length));
            for (int i = 0; i < values.Length; i++)
                Marshal.WriteIntPtr(array, i * IntPtr.Size, Text(values[i]));
            return array;
        }

        public void Free()
        {
            foreach (IntPtr one in _allocated)
                Marshal.FreeHGlobal(one);
            _allocated.Clear();
        }

        private IntPtr Kept(IntPtr pointer)
        {
            _allocated.Add(pointer);
            return pointer;
        }
    }
}
