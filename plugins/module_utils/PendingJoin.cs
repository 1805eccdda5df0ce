// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.Win32;
using System;
using System.Globalization;
using ansible_collections.adops.offline_join.plugins.module_utils.MachineRegistry;

namespace ansible_collections.adops.offline_join.plugins.module_utils.PendingJoin
{
    /// <summary>
    /// What the machine was given and when. Windows has no way to ask whether an offline join waits for a restart.
    /// </summary>
    /// <remarks>
    /// A volatile key below the marker lives until the restart, so that SameBoot is right even where the clock, and
    /// with it the time of the last start, was set in between.
    /// </remarks>
    public sealed class Marker
    {
        public const string Key = @"SOFTWARE\adops.offline_join\PendingJoin";
        private const string BootName = "Boot";

        public string PackageSha256 { get; private set; }
        public string MachineName { get; private set; }
        public string Domain { get; private set; }
        /// <summary>FILETIME in UTC.</summary>
        public long Applied { get; private set; }
        /// <summary>FILETIME in UTC of the start of Windows that the package was applied in.</summary>
        public long LastBoot { get; private set; }
        /// <summary>What Windows answered; null where it was never asked or never answered.</summary>
        public long? Status { get; private set; }
        /// <summary>Whether Windows has not been started again since.</summary>
        public bool SameBoot { get; private set; }

        public Marker(string packageSha256, string machineName, string domain, long applied, long lastBoot)
        {
            PackageSha256 = packageSha256;
            MachineName = machineName;
            Domain = domain;
            Applied = applied;
            LastBoot = lastBoot;
            SameBoot = true;
        }

        /// <summary>Null where there is none.</summary>
        public static Marker Read()
        {
            using (RegistryKey hive = Hive.Open())
            using (RegistryKey key = hive.OpenSubKey(Key))
            {
                // it is written last: without it the machine stopped before Windows was asked
                string packageSha256 = key == null ? null : key.GetValue("PackageSha256") as string;
                if (packageSha256 == null)
                    return null;
                Marker marker = new Marker(
                    packageSha256,
                    key.GetValue("MachineName") as string,
                    key.GetValue("Domain") as string,
                    Convert.ToInt64(key.GetValue("Applied", 0L), CultureInfo.InvariantCulture),
                    Convert.ToInt64(key.GetValue("LastBoot", 0L), CultureInfo.InvariantCulture));
                object status = Hive.Plain(key.GetValue("Status"));
                if (status != null)
                    marker.Status = (long)status;
                marker.SameBoot = Hive.Exists(Key + @"\" + BootName);
                return marker;
            }
        }

        /// <summary>Write this marker in place of any other, and return when it is on the disk.</summary>
        public void Write()
        {
            Remove();
            using (RegistryKey hive = Hive.Open())
            using (RegistryKey key = hive.CreateSubKey(Key))
            {
                key.SetValue("MachineName", MachineName ?? "", RegistryValueKind.String);
                key.SetValue("Domain", Domain ?? "", RegistryValueKind.String);
                key.SetValue("Applied", Applied, RegistryValueKind.QWord);
                key.SetValue("LastBoot", LastBoot, RegistryValueKind.QWord);
                if (Status.HasValue)
                    key.SetValue("Status", unchecked((int)Status.Value), RegistryValueKind.DWord);
                if (SameBoot)
                    Hive.KeepUntilStart(key, BootName);
                key.SetValue("PackageSha256", PackageSha256, RegistryValueKind.String);
                key.Flush();
            }
        }

        /// <summary>Note in the marker what Windows answered.</summary>
        public static void Complete(long status)
        {
            using (RegistryKey hive = Hive.Open())
            using (RegistryKey key = hive.OpenSubKey(Key, true))
            {
                key.SetValue("Status", unchecked((int)status), RegistryValueKind.DWord);
                key.Flush();
            }
        }

        public static void Remove()
        {
            using (RegistryKey hive = Hive.Open())
            {
                hive.DeleteSubKeyTree(Key, false);
            }
        }
    }
}
