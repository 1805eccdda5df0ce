// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.Win32;
using ansible_collections.adops.offline_join.plugins.module_utils.MachineRegistry;

namespace ansible_collections.adops.offline_join.plugins.module_utils.PolicyRefresh
{
    /// <summary>
    /// Says that the machine was told to process its policy for a restart, which has not come yet. Windows itself
    /// forgets it: once the policy was processed, nothing else tells that the restart is missing.
    /// </summary>
    public static class Marker
    {
        private const string Parent = @"SOFTWARE\adops.offline_join";
        private const string Name = "PolicyRefresh";

        public static void Leave()
        {
            using (RegistryKey hive = Hive.Open())
            // made for good: below a volatile key there can be none that outlives the start
            using (RegistryKey parent = hive.CreateSubKey(Parent))
            {
                Hive.KeepUntilStart(parent, Name);
            }
        }

        public static bool IsThere()
        {
            return Hive.Exists(Parent + @"\" + Name);
        }
    }
}
