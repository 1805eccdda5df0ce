// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Runtime.InteropServices;

namespace ansible_collections.adops.offline_join.plugins.module_utils.NetJoin
{
    internal static class NativeMethods
    {
        [DllImport("netapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern uint NetRequestProvisioningPackageInstall(
            IntPtr pPackageBinData, uint dwPackageBinDataSize, uint dwProvisionOptions, string lpWindowsPath,
            IntPtr pvReserved);

        [DllImport("netapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern uint NetRequestOfflineDomainJoin(
            IntPtr pProvisionBinData, uint cbProvisionBinDataSize, uint dwOptions, string lpWindowsPath);

        [DllImport("netapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern uint NetUnjoinDomain(
            string lpServer, string lpAccount, string lpPassword, uint fUnjoinOptions);

        [DllImport("netapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true)]
        public static extern int NetGetAadJoinInformation(string pcszTenantId, out IntPtr ppJoinInfo);

        [DllImport("netapi32.dll", ExactSpelling = true)]
        public static extern void NetFreeAadJoinInformation(IntPtr pJoinInfo);
    }

    /// <summary>A package handed to Windows (lmjoin.h).</summary>
    public sealed class Application
    {
        /// <summary>NETSETUP_PROVISION_ONLINE_CALLER: the path is the Windows that runs.</summary>
        public const uint OnlineCaller = 0x40000000;

        /// <summary>What the function returned, a Win32 or NERR code.</summary>
        public uint Status { get; private set; }
        /// <summary>The function that was called.</summary>
        public string Function { get; private set; }

        /// <summary>Apply the package's bytes, and overwrite them with zeros whatever happens.</summary>
        public static Application Apply(byte[] package, uint options, string windowsPath)
        {
            // pinned: the garbage collector would leave copies behind
            GCHandle pinned = GCHandle.Alloc(package, GCHandleType.Pinned);
            try
            {
                return Apply(pinned.AddrOfPinnedObject(), (uint)package.Length, options, windowsPath);
            }
            finally
            {
                Array.Clear(package, 0, package.Length);
                pinned.Free();
            }
        }

        private static Application Apply(IntPtr package, uint size, uint options, string windowsPath)
        {
            Application application = new Application();
            try
            {
                application.Function = "NetRequestProvisioningPackageInstall";
                application.Status = NativeMethods.NetRequestProvisioningPackageInstall(
                    package, size, options, windowsPath, IntPtr.Zero);
            }
            catch (EntryPointNotFoundException)
            {
                // Windows 7 and Windows Server 2008 R2
                application.Function = "NetRequestOfflineDomainJoin";
                application.Status = NativeMethods.NetRequestOfflineDomainJoin(package, size, options, windowsPath);
            }
            return application;
        }
    }

    public static class Membership
    {
        /// <summary>Leave the domain without touching the computer account; returns a Win32 or NERR code.</summary>
        public static uint Leave()
        {
            return NativeMethods.NetUnjoinDomain(null, null, null, 0);
        }

        /// <summary>DSREG_JOIN_TYPE: 0 none, 1 device, 2 workplace; null where Windows does not answer.</summary>
        public static int? EntraJoinType()
        {
            IntPtr info = IntPtr.Zero;
            try
            {
                if (NativeMethods.NetGetAadJoinInformation(null, out info) < 0)
                    return null;
                return info == IntPtr.Zero ? 0 : Marshal.ReadInt32(info);
            }
            catch (EntryPointNotFoundException)
            {
                // older than Windows 10: there is no such join
                return 0;
            }
            finally
            {
                if (info != IntPtr.Zero)
                    NativeMethods.NetFreeAadJoinInformation(info);
            }
        }
    }
}
