// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace AdOps.OfflineJoin.FieldKit
{
    /// <summary>Why the kit does not go on; the script has a sentence for every id.</summary>
    public sealed class Refusal : Exception
    {
        public string Id { get; private set; }

        public Refusal(string id) : base(id)
        {
            Id = id;
        }
    }

    /// <summary>
    /// JSON with one way to write each value: sorted keys, no white space, ASCII only, whole numbers. What is read must
    /// be written so, byte for byte; .NET Framework has no reader that Windows PowerShell 5.1 and mono share.
    /// </summary>
    public static class Json
    {
        private const int Deepest = 16;
        private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

        /// <summary>Null, bool, long, string, List or Dictionary.</summary>
        public static object Parse(string text)
        {
            int at = 0;
            object value;
            try
            {
                value = Value(text, ref at, 0);
            }
            catch (SystemException)
            {
                throw new Refusal("damaged");
            }
            if (at != text.Length || Write(value) != text)
                throw new Refusal("damaged");
            return value;
        }

        public static Dictionary<string, object> ParseObject(string text)
        {
            Dictionary<string, object> value = Parse(text) as Dictionary<string, object>;
            if (value == null)
                throw new Refusal("damaged");
            return value;
        }

        public static string Write(object value)
        {
            StringBuilder text = new StringBuilder();
            Append(text, value);
            return text.ToString();
        }

        private static object Value(string text, ref int at, int depth)
        {
            if (depth > Deepest)
                throw new FormatException();
            switch (text[at])
            {
                case '{': return Members(text, ref at, depth);
                case '[': return Elements(text, ref at, depth);
                case '"': return Characters(text, ref at);
                case 't': return Word(text, ref at, "true", true);
                case 'f': return Word(text, ref at, "false", false);
                case 'n': return Word(text, ref at, "null", null);
                default: return Number(text, ref at);
            }
        }

        private static object Word(string text, ref int at, string word, object value)
        {
            if (text.Substring(at, word.Length) != word)
                throw new FormatException();
            at += word.Length;
            return value;
        }

        private static object Number(string text, ref int at)
        {
            int from = at;
            while (at < text.Length && (text[at] == '-' || (text[at] >= '0' && text[at] <= '9')))
                at++;
            string digits = text.Substring(from, at - from);
            return long.Parse(digits, NumberStyles.AllowLeadingSign, Invariant);
        }

        private static string Characters(string text, ref int at)
        {
            StringBuilder read = new StringBuilder();
            for (at++; text[at] != '"'; at++)
            {
                if (text[at] != '\\')
                {
                    read.Append(text[at]);
                    continue;
                }
                at++;
                int escape = "\"\\bfnrt".IndexOf(text[at]);
                if (escape >= 0)
                {
                    read.Append("\"\\\b\f\n\r\t"[escape]);
                    continue;
                }
                read.Append((char)ushort.Parse(
                    text.Substring(at + 1, 4), NumberStyles.AllowHexSpecifier, Invariant));
                at += 4;
            }
            at++;
            return read.ToString();
        }

        private static object Elements(string text, ref int at, int depth)
        {
            List<object> read = new List<object>();
            at++;
            while (text[at] != ']')
            {
                read.Add(Value(text, ref at, depth + 1));
                if (text[at] == ',')
                    at++;
            }
            at++;
            return read;
        }

        private static object Members(string text, ref int at, int depth)
        {
            Dictionary<string, object> read = new Dictionary<string, object>(StringComparer.Ordinal);
            at++;
            while (text[at] != '}')
            {
                string key = Characters(text, ref at);
                at++;
                // a second value for a key is an ArgumentException
                read.Add(key, Value(text, ref at, depth + 1));
                if (text[at] == ',')
                    at++;
            }
            at++;
            return read;
        }

        private static void Append(StringBuilder text, object value)
        {
            IDictionary<string, object> members = value as IDictionary<string, object>;
            IEnumerable<object> elements = value as IEnumerable<object>;
            if (members != null)
                AppendMembers(text, members);
            else if (elements != null)
                AppendElements(text, elements);
            else if (value is string)
                AppendCharacters(text, (string)value);
            else if (value is bool)
                text.Append((bool)value ? "true" : "false");
            else if (value == null)
                text.Append("null");
            else
                text.Append(Convert.ToInt64(value, Invariant).ToString(Invariant));
        }

        private static void AppendMembers(StringBuilder text, IDictionary<string, object> members)
        {
            List<string> keys = new List<string>(members.Keys);
            keys.Sort(StringComparer.Ordinal);
            string before = "{";
            foreach (string key in keys)
            {
                text.Append(before);
                AppendCharacters(text, key);
                text.Append(':');
                Append(text, members[key]);
                before = ",";
            }
            text.Append(keys.Count == 0 ? "{}" : "}");
        }

        private static void AppendElements(StringBuilder text, IEnumerable<object> elements)
        {
            string before = "";
            text.Append('[');
            foreach (object element in elements)
            {
                text.Append(before);
                Append(text, element);
                before = ",";
            }
            text.Append(']');
        }

        private static void AppendCharacters(StringBuilder text, string characters)
        {
            text.Append('"');
            foreach (char one in characters)
            {
                int escape = "\"\\\b\f\n\r\t".IndexOf(one);
                if (escape >= 0)
                    text.Append('\\').Append("\"\\bfnrt"[escape]);
                else if (one < ' ' || one > '~')
                    text.Append("\\u").Append(((int)one).ToString("x4", Invariant));
                else
                    text.Append(one);
            }
            text.Append('"');
        }
    }
}
