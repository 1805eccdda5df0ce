// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.Win32;
using System;
using System.Globalization;
using System.Text;

namespace ansible_collections.adops.offline_join.plugins.module_utils.MachineRegistry
{
    /// <summary>HKEY_LOCAL_MACHINE in its 64-bit view, read as plain numbers and strings.</summary>
    public static class Hive
    {
        public static RegistryKey Open()
        {
            return RegistryKey.OpenBaseKey(RegistryHive.LocalMachine, RegistryView.Registry64);
        }

        public static bool Exists(string key)
        {
            using (RegistryKey hive = Open())
            using (RegistryKey found = hive.OpenSubKey(key))
            {
                return found != null;
            }
        }

        /// <summary>Make a key below another one; it lives until Windows is started again.</summary>
        public static void KeepUntilStart(RegistryKey parent, string name)
        {
            parent.CreateSubKey(name, RegistryKeyPermissionCheck.Default, RegistryOptions.Volatile).Dispose();
        }

        /// <summary>Names of the keys below; none where the key is not there.</summary>
        public static string[] Children(string key)
        {
            using (RegistryKey hive = Open())
            using (RegistryKey found = hive.OpenSubKey(key))
            {
                return found == null ? new string[0] : found.GetSubKeyNames();
            }
        }

        /// <summary>The name of a value's type as winnt.h writes it; null where the value is not there.</summary>
        public static string Type(string key, string name)
        {
            using (RegistryKey hive = Open())
            using (RegistryKey found = hive.OpenSubKey(key))
            {
                if (found == null || found.GetValue(name) == null)
                    return null;
                switch (found.GetValueKind(name))
                {
                    case RegistryValueKind.String: return "REG_SZ";
                    case RegistryValueKind.ExpandString: return "REG_EXPAND_SZ";
                    case RegistryValueKind.MultiString: return "REG_MULTI_SZ";
                    case RegistryValueKind.DWord: return "REG_DWORD";
                    case RegistryValueKind.QWord: return "REG_QWORD";
                    case RegistryValueKind.Binary: return "REG_BINARY";
                    default: return "REG_NONE";
                }
            }
        }

        /// <summary>
        /// A value: a long for numbers (REG_DWORD without sign), string[] for REG_MULTI_SZ, hexadecimal digits for
        /// bytes, the text as it stands for the rest. Null where the value is not there.
        /// </summary>
        public static object Data(string key, string name)
        {
            using (RegistryKey hive = Open())
            using (RegistryKey found = hive.OpenSubKey(key))
            {
                object data = null;
                if (found != null)
                    data = found.GetValue(name, null, RegistryValueOptions.DoNotExpandEnvironmentNames);
                return Plain(data);
            }
        }

        public static object Plain(object data)
        {
            if (data is int)
                return (long)unchecked((uint)(int)data);
            byte[] bytes = data as byte[];
            if (bytes == null)
                return data;
            StringBuilder digits = new StringBuilder(bytes.Length * 2);
            foreach (byte one in bytes)
                digits.Append(one.ToString("x2", CultureInfo.InvariantCulture));
            return digits.ToString();
        }

        /// <summary>A FILETIME that is stored as two REG_DWORD; null unless both are there.</summary>
        public static object FileTime(string key, string highName, string lowName)
        {
            object high = Data(key, highName);
            object low = Data(key, lowName);
            if (!(high is long) || !(low is long))
                return null;
            return ((long)high << 32) | (long)low;
        }
    }
}
