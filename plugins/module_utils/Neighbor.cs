// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ansible_collections.adops.offline_join.plugins.module_utils.Neighbor
{
    internal static class NativeMethods
    {
        [DllImport("iphlpapi.dll", ExactSpelling = true)]
        public static extern uint SendARP(uint DestIP, uint SrcIP, byte[] pMacAddr, ref uint PhyAddrLen);
    }

    /// <summary>What is on the same link.</summary>
    public static class LinkLayer
    {
        /// <summary>
        /// The hardware address behind an IPv4 address, asked for now, as 00:15:5d:00:00:01. Null where nothing
        /// answers within the three seconds or so that Windows waits, and for IPv6.
        /// </summary>
        public static string Address(string address)
        {
            IPAddress parsed;
            if (!IPAddress.TryParse(address, out parsed) || parsed.AddressFamily != AddressFamily.InterNetwork)
                return null;
            byte[] mac = new byte[8];
            uint length = (uint)mac.Length;
            uint destination = BitConverter.ToUInt32(parsed.GetAddressBytes(), 0);
            if (NativeMethods.SendARP(destination, 0, mac, ref length) != 0 || length == 0)
                return null;
            return BitConverter.ToString(mac, 0, (int)length).Replace('-', ':').ToLowerInvariant();
        }
    }
}
