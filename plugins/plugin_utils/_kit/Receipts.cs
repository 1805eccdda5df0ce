// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace AdOps.OfflineJoin.FieldKit
{
    /// <summary>What the kit did with one package: an event of the ledger.</summary>
    public sealed class Receipt
    {
        public Claims Claims { get; set; }
        public Machine Machine { get; set; }
        public string Kit { get; set; }
        public string Branch { get; set; }
        /// <summary>The engineer, as he calls himself.</summary>
        public string Who { get; set; }
        public bool Experimental { get; set; }
        /// <summary>"delivered" where Windows was not asked yet or refused, "applied" where it agreed.</summary>
        public string Kind { get; set; }
        /// <summary>What Windows answered; null before it was asked.</summary>
        public long? Status { get; set; }
        public string Function { get; set; }

        public Dictionary<string, object> ToFields()
        {
            Dictionary<string, object> details = new Dictionary<string, object>();
            details["kit"] = Kit;
            details["experimental"] = Experimental;
            details["sku"] = Machine.Sku;
            details["name_before"] = Machine.Name ?? "";
            if (Status != null)
            {
                details["status"] = Status;
                details["function"] = Function;
            }
            Dictionary<string, object> fields = new Dictionary<string, object>();
            fields["kind"] = Kind;
            fields["machine"] = Claims.Machine;
            fields["sha256"] = Claims.PackageSha256;
            fields["serial_number"] = (Machine.SerialNumber ?? "").Trim();
            fields["branch"] = Branch;
            fields["who"] = Plain(Who);
            fields["why"] = fields["inventory_tag"] = fields["organizational_unit"] = "";
            fields["details"] = details;
            return fields;
        }

        /// <summary>Without what a keyboard can send and the ledger refuses.</summary>
        private static string Plain(string text)
        {
            StringBuilder plain = new StringBuilder();
            foreach (char one in text ?? "")
            {
                if (!char.IsControl(one) && !char.IsSurrogate(one) && plain.Length < 200)
                    plain.Append(one);
            }
            return plain.ToString().Trim();
        }
    }

    /// <summary>
    /// What the kit did, as a chain of the ledger's own events: one line for each, whose hash covers the one before.
    /// </summary>
    /// <remarks>
    /// A file is one chain and only grows. Two sticks with the same kit write two chains, because each names its own
    /// by chance.
    /// </remarks>
    public sealed class Receipts
    {
        private const string Suffix = ".jsonl";
        private static readonly string BeforeTheFirst = new string('0', 64);

        public string Path { get; private set; }
        /// <summary>The hash of the last receipt, which speaks for all of the file.</summary>
        public string Head { get; private set; }
        private readonly string _writer;
        private long _sequence;

        /// <summary>The chain of this kit in a folder; made where there is none that holds.</summary>
        public static Receipts Open(string folder, string kit)
        {
            Directory.CreateDirectory(folder);
            string prefix = "field-kit-" + kit + "-";
            string[] files = Directory.GetFiles(folder, prefix + "*" + Suffix);
            Array.Sort(files, StringComparer.Ordinal);
            foreach (string file in files)
            {
                Receipts receipts = new Receipts(file);
                if (receipts.Resume())
                {
                    receipts.RequireWritable();
                    return receipts;
                }
            }
            byte[] chance = new byte[4];
            using (RandomNumberGenerator random = RandomNumberGenerator.Create())
                random.GetBytes(chance);
            string name = prefix + BitConverter.ToString(chance).Replace("-", "").ToLowerInvariant() + Suffix;
            Receipts made = new Receipts(System.IO.Path.Combine(folder, name));
            made.RequireWritable();
            return made;
        }

        private Receipts(string path)
        {
            Path = path;
            Head = BeforeTheFirst;
            _writer = System.IO.Path.GetFileNameWithoutExtension(path);
        }

        /// <summary>Write one receipt, and return when it is on the stick.</summary>
        public void Append(Receipt receipt, DateTime now)
        {
            Dictionary<string, object> fields = receipt.ToFields();
            fields["time"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture) + "+00:00";
            fields["writer"] = _writer;
            fields["sequence"] = _sequence + 1;
            string hash = HashAfter(Head, Json.Write(fields));
            fields["hash"] = hash;
            byte[] line = Encoding.ASCII.GetBytes(Json.Write(fields) + "\n");
            using (FileStream file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read))
            {
                file.Write(line, 0, line.Length);
                file.Flush(true);
            }
            Head = hash;
            _sequence++;
        }

        private void RequireWritable()
        {
            using (new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read))
            {
            }
        }

        /// <summary>Walk the chain to its end; false where it does not hold, so that nothing is added to it.</summary>
        private bool Resume()
        {
            string text = File.ReadAllText(Path, Encoding.ASCII);
            if (text.Length > 0 && !text.EndsWith("\n", StringComparison.Ordinal))
                return false;
            foreach (string line in text.Split(new char[] { '\n' }, StringSplitOptions.RemoveEmptyEntries))
            {
                try
                {
                    Dictionary<string, object> receipt = Json.ParseObject(line);
                    string hash = Fields.Text(receipt, "hash");
                    receipt.Remove("hash");
                    if (hash != HashAfter(Head, Json.Write(receipt)) || Fields.Text(receipt, "writer") != _writer)
                        return false;
                    Head = hash;
                    _sequence++;
                }
                catch (Refusal)
                {
                    return false;
                }
            }
            return true;
        }

        private static string HashAfter(string previous, string receipt)
        {
            byte[] text = Encoding.ASCII.GetBytes(receipt);
            byte[] hashed = new byte[32 + text.Length];
            for (int i = 0; i < 32; i++)
                hashed[i] = Convert.ToByte(previous.Substring(2 * i, 2), 16);
            Array.Copy(text, 0, hashed, 32, text.Length);
            return Fingerprint.Of(hashed);
        }
    }
}
