// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Collections.Generic;
using System.IO;
using System.Text.RegularExpressions;

namespace ansible_collections.adops.offline_join.plugins.module_utils.PackageFile
{
    /// <summary>Files that hold a package: the package itself, or an answer file for Windows Setup.</summary>
    public static class Remains
    {
        public const int Package = 0;
        public const int AnswerFile = 1;
        public const int Unreadable = 2;

        // a package of 4 MiB as base64 in UTF-16 is smaller; whatever is bigger is neither
        private const long Limit = 12 * 1024 * 1024;
        private static readonly byte[] Binary = { 0x01, 0x10, 0x08, 0x00, 0xcc, 0xcc, 0xcc, 0xcc };
        // the same bytes as base64, as far as the next byte does not matter
        private const string Text = "ARAIAMzMzM";
        private static readonly Regex AccountData = new Regex(
            @"<(?<tag>(?:[\w.-]+:)?AccountData)(?:\s[^<>]*)?(?<!/)>(?<text>.*?)</\k<tag>\s*>",
            RegexOptions.CultureInvariant | RegexOptions.Singleline);

        /// <summary>
        /// The files that a list of paths names. Environment variables are expanded, and wildcards in the last
        /// component; what is not there is left out.
        /// </summary>
        public static string[] Find(IEnumerable<string> paths)
        {
            List<string> found = new List<string>();
            foreach (string given in paths)
            {
                string path = Environment.ExpandEnvironmentVariables(given);
                int split = path.LastIndexOfAny(new char[] { Path.DirectorySeparatorChar, '/' });
                string name = path.Substring(split + 1);
                string folder = path.Substring(0, split + 1);
                if (name.IndexOfAny(new char[] { '*', '?' }) < 0)
                {
                    if (File.Exists(path) && !found.Contains(path))
                        found.Add(path);
                }
                else if (Directory.Exists(folder))
                {
                    string[] matches = Directory.GetFiles(folder, name);
                    Array.Sort(matches, StringComparer.OrdinalIgnoreCase);
                    foreach (string match in matches)
                    {
                        if (!found.Contains(match))
                            found.Add(match);
                    }
                }
            }
            return found.ToArray();
        }

        /// <summary>
        /// 0 a package, 1 an answer file with text in AccountData, 2 a file that cannot be read, because another
        /// program holds it open for example; null none of them, or not there any more.
        /// </summary>
        public static int? Kind(string path)
        {
            try
            {
                return ReadKind(path);
            }
            catch (FileNotFoundException)
            {
                return null;
            }
            catch (DirectoryNotFoundException)
            {
                return null;
            }
            catch (IOException)
            {
                return Unreadable;
            }
            catch (UnauthorizedAccessException)
            {
                return Unreadable;
            }
        }

        private static int? ReadKind(string path)
        {
            using (FileStream stream = Open(path, FileAccess.Read))
            {
                return stream.Length > Limit ? (int?)null : Kind(Read(stream));
            }
        }

        /// <summary>
        /// Overwrite the package in a file: a package is deleted then, an answer file keeps every byte around the
        /// text of AccountData. False where the file is a link or holds none. Bytes may survive in copies that the
        /// file system or the disk keeps. With pretend nothing is done.
        /// </summary>
        public static bool Wipe(string path, bool pretend)
        {
            FileAttributes attributes = File.GetAttributes(path);
            // behind a link may be a file that somebody else chose
            if ((attributes & FileAttributes.ReparsePoint) != 0)
                return false;
            int? kind = ReadKind(path);
            if (kind == null || pretend)
                return kind != null;
            if ((attributes & FileAttributes.ReadOnly) != 0)
                File.SetAttributes(path, attributes & ~FileAttributes.ReadOnly);
            using (FileStream stream = Open(path, FileAccess.ReadWrite))
            {
                if (kind == Package)
                    Fill(stream, 0, stream.Length, new byte[] { 0 });
                else
                    Empty(stream);
            }
            if (kind == Package)
                File.Delete(path);
            return true;
        }

        private static FileStream Open(string path, FileAccess access)
        {
            FileShare share = access == FileAccess.Read ? FileShare.ReadWrite | FileShare.Delete : FileShare.Read;
            return new FileStream(path, FileMode.Open, access, share);
        }

        private static byte[] Read(FileStream stream)
        {
            byte[] content = new byte[stream.Length];
            int have = 0;
            int got;
            stream.Position = 0;
            while (have < content.Length && (got = stream.Read(content, have, content.Length - have)) > 0)
                have += got;
            return content;
        }

        private static int? Kind(byte[] content)
        {
            if (StartsWith(content))
                return Package;
            int width;
            string text = Characters(content, out width);
            if (text.TrimStart('\ufeff', '\u00ef', '\u00bb', '\u00bf').StartsWith(Text, StringComparison.Ordinal))
                return Package;
            return Secrets(text).Count > 0 ? (int?)AnswerFile : null;
        }

        private static bool StartsWith(byte[] content)
        {
            for (int i = 0; i < Binary.Length; i++)
            {
                if (i >= content.Length || content[i] != Binary[i])
                    return false;
            }
            return true;
        }

        /// <summary>
        /// One character for each one or two bytes, so that a position in the text is a position in the file. All
        /// that is looked for is ASCII; no other character is judged.
        /// </summary>
        private static string Characters(byte[] content, out int width)
        {
            bool little = content.Length > 1 && (content[1] == 0 || (content[0] == 0xff && content[1] == 0xfe));
            bool big = content.Length > 1 && (content[0] == 0 || (content[0] == 0xfe && content[1] == 0xff));
            width = little || big ? 2 : 1;
            char[] characters = new char[content.Length / width];
            for (int i = 0; i < characters.Length; i++)
            {
                if (width == 1)
                    characters[i] = (char)content[i];
                else
                    characters[i] = (char)(content[2 * i + (little ? 0 : 1)] | content[2 * i + (little ? 1 : 0)] << 8);
            }
            return new string(characters);
        }

        /// <summary>The texts of AccountData that are more than white space.</summary>
        private static List<Group> Secrets(string text)
        {
            List<Group> secrets = new List<Group>();
            foreach (Match match in AccountData.Matches(text))
            {
                if (match.Groups["text"].Value.Trim().Length > 0)
                    secrets.Add(match.Groups["text"]);
            }
            return secrets;
        }

        private static void Empty(FileStream stream)
        {
            byte[] content = Read(stream);
            int width;
            string text = Characters(content, out width);
            List<Group> secrets = Secrets(text);
            byte[] blank = width == 1 ? new byte[] { 0x20 } : Blank(text, content);
            // first in place: if the machine stops here, the secret is gone and the file still is an answer file
            foreach (Group secret in secrets)
                Fill(stream, (long)secret.Index * width, (long)secret.Length * width, blank);
            MemoryStream kept = new MemoryStream();
            int position = 0;
            foreach (Group secret in secrets)
            {
                kept.Write(content, position, secret.Index * width - position);
                position = (secret.Index + secret.Length) * width;
            }
            kept.Write(content, position, content.Length - position);
            stream.Position = 0;
            kept.WriteTo(stream);
            stream.SetLength(kept.Length);
            stream.Flush(true);
            Array.Clear(content, 0, content.Length);
        }

        /// <summary>A space in the byte order of the file.</summary>
        private static byte[] Blank(string text, byte[] content)
        {
            int open = text.IndexOf('<');
            return content[2 * open] == 0 ? new byte[] { 0, 0x20 } : new byte[] { 0x20, 0 };
        }

        private static void Fill(FileStream stream, long start, long length, byte[] pattern)
        {
            byte[] block = new byte[65536];
            for (int i = 0; i < block.Length; i++)
                block[i] = pattern[i % pattern.Length];
            stream.Position = start;
            for (long left = length; left > 0; left -= block.Length)
                stream.Write(block, 0, (int)Math.Min(left, block.Length));
            stream.Flush(true);
        }
    }
}
