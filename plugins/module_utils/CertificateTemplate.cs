// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Globalization;
using System.Text;

namespace ansible_collections.adops.offline_join.plugins.module_utils.CertificateTemplate
{
    /// <summary>The extension szOID_CERTIFICATE_TEMPLATE, 1.3.6.1.4.1.311.21.7 (MS-WCCE 2.2.2.7.7.2).</summary>
    public static class Extension
    {
        public const string ExtensionOid = "1.3.6.1.4.1.311.21.7";
        private const byte Sequence = 0x30;
        private const byte ObjectIdentifier = 0x06;

        /// <summary>The identifier of the template; null where the bytes are no such extension.</summary>
        public static string TemplateOid(byte[] raw)
        {
            int position = 0;
            if (Enter(raw, ref position, Sequence) < 0)
                return null;
            int length = Enter(raw, ref position, ObjectIdentifier);
            if (length < 1)
                return null;
            StringBuilder text = new StringBuilder();
            ulong arc = 0;
            for (int i = position; i < position + length; i++)
            {
                arc = arc << 7 | (uint)(raw[i] & 0x7f);
                if ((raw[i] & 0x80) != 0)
                    continue;
                if (text.Length == 0)
                {
                    ulong first = Math.Min(arc / 40, 2);
                    text.AppendFormat(CultureInfo.InvariantCulture, "{0}.{1}", first, arc - 40 * first);
                }
                else
                    text.AppendFormat(CultureInfo.InvariantCulture, ".{0}", arc);
                arc = 0;
            }
            return text.ToString();
        }

        /// <summary>Step behind a tag and its length; returns the length, or -1.</summary>
        private static int Enter(byte[] raw, ref int position, byte tag)
        {
            if (position + 2 > raw.Length || raw[position] != tag)
                return -1;
            int length = raw[position + 1];
            position += 2;
            // this extension is shorter than 128 bytes, or has one more byte of length
            if (length == 0x81 && position < raw.Length)
                length = raw[position++];
            else if (length > 0x7f)
                return -1;
            return position + length <= raw.Length ? length : -1;
        }
    }
}
