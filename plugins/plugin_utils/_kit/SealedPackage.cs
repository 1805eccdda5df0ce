// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace AdOps.OfflineJoin.FieldKit
{
    /// <summary>For which machine a package is and until when.</summary>
    public sealed class Claims
    {
        public string Machine { get; private set; }
        public string Domain { get; private set; }
        /// <summary>Null where the package is for whatever device has the name.</summary>
        public string SerialNumber { get; private set; }
        public DateTime Issued { get; private set; }
        public DateTime Expires { get; private set; }
        public string PackageSha256 { get; private set; }

        /// <summary>From the fields that the issuer signed.</summary>
        public Claims(IDictionary<string, object> fields, string issued)
        {
            Machine = Fields.Text(fields, "machine");
            Domain = Fields.Text(fields, "domain");
            SerialNumber = Fields.Member(fields, "serial_number") as string;
            Issued = Fields.Time(fields, issued);
            Expires = Fields.Time(fields, "expires");
            PackageSha256 = Fields.Text(fields, "package_sha256");
        }
    }

    /// <summary>Members of an object that was read; what is missing makes it damaged.</summary>
    public static class Fields
    {
        public static object Member(IDictionary<string, object> fields, string name)
        {
            object value;
            if (!fields.TryGetValue(name, out value))
                throw new Refusal("damaged");
            return value;
        }

        public static string Text(IDictionary<string, object> fields, string name)
        {
            string text = Member(fields, name) as string;
            if (text == null)
                throw new Refusal("damaged");
            return text;
        }

        public static List<object> Elements(IDictionary<string, object> fields, string name)
        {
            List<object> elements = Member(fields, name) as List<object>;
            if (elements == null)
                throw new Refusal("damaged");
            return elements;
        }

        public static DateTime Time(IDictionary<string, object> fields, string name)
        {
            DateTime time;
            if (!DateTime.TryParseExact(Text(fields, name), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time))
                throw new Refusal("damaged");
            return time;
        }
    }

    /// <summary>A sealed package that was opened with the kit's key, and whose issuer is trusted.</summary>
    public sealed class SealedPackage
    {
        public Claims Claims { get; private set; }
        /// <summary>The package in plain; overwrite it after use.</summary>
        public byte[] Package { get; private set; }

        public static SealedPackage Open(
            byte[] file, Recipient recipient, System.Collections.IEnumerable issuers, DateTime now)
        {
            int enveloped;
            byte[] signed = Envelope.Decrypt(Envelope.Unwrap(file), recipient, out enveloped);
            byte[] content = Signed.Content(signed, issuers, now);
            Dictionary<string, object> fields = Json.ParseObject(Encoding.ASCII.GetString(content));
            Array.Clear(content, 0, content.Length);
            List<object> recipients = Fields.Elements(fields, "recipients");
            // Whoever could open it may have enveloped it again for somebody else.
            if (enveloped != recipients.Count || !recipients.Contains(Fingerprint.Of(recipient.Certificate.RawData)))
                throw new Refusal("other_envelope");
            IDictionary<string, object> claims = Fields.Member(fields, "claims") as IDictionary<string, object>;
            if (claims == null)
                throw new Refusal("damaged");
            SealedPackage opened = new SealedPackage();
            opened.Claims = new Claims(claims, "issued");
            opened.Package = Convert.FromBase64String(Fields.Text(fields, "package"));
            if (Fingerprint.Of(opened.Package) != opened.Claims.PackageSha256)
                throw new Refusal("damaged");
            return opened;
        }
    }

    /// <summary>One package of the kit, as its manifest names it.</summary>
    public sealed class Entry
    {
        public Claims Claims { get; private set; }
        public string File { get; private set; }
        public string FileSha256 { get; private set; }

        public Entry(IDictionary<string, object> fields)
        {
            Claims = new Claims(fields, "issued");
            File = Fields.Text(fields, "file");
            FileSha256 = Fields.Text(fields, "sha256");
        }
    }

    /// <summary>What the issuer put onto the stick.</summary>
    public sealed class Manifest
    {
        public const string Kind = "adops.offline_join field kit";

        public string Kit { get; private set; }
        public string Branch { get; private set; }
        public List<Entry> Entries { get; private set; }

        public static Manifest Open(byte[] signed, System.Collections.IEnumerable issuers, DateTime now)
        {
            string content = Encoding.ASCII.GetString(Signed.Content(signed, issuers, now));
            Dictionary<string, object> fields = Json.ParseObject(content);
            if (Fields.Text(fields, "kind") != Kind)
                throw new Refusal("damaged");
            Manifest manifest = new Manifest();
            manifest.Kit = Fields.Text(fields, "kit");
            manifest.Branch = Fields.Text(fields, "branch");
            manifest.Entries = new List<Entry>();
            foreach (object entry in Fields.Elements(fields, "packages"))
                manifest.Entries.Add(new Entry((IDictionary<string, object>)entry));
            return manifest;
        }

        /// <summary>The package for a serial number or, where none has it, for a name; else null.</summary>
        public Entry Find(string serialNumber, string name)
        {
            foreach (Entry entry in Entries)
            {
                string wanted = entry.Claims.SerialNumber;
                if (Judgement.Known(wanted) && Judgement.Same(wanted, serialNumber))
                    return entry;
            }
            foreach (Entry entry in Entries)
            {
                if (Judgement.Same(entry.Claims.Machine, name))
                    return entry;
            }
            return null;
        }

        /// <summary>Whether a file of the stick is the one that was put there.</summary>
        public static void RequireUnchanged(Entry entry, byte[] file)
        {
            if (Fingerprint.Of(file) != entry.FileSha256)
                throw new Refusal("changed");
        }
    }
}
