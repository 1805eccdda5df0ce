// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Uses the C# of the field kit as Join-Domain.ps1 does. Each line of the input is a JSON object of arguments, each line
// of the output the answer: a word, or "refused " with the id of the sentence.

using System;
using System.Collections.Generic;
using System.IO;
using System.Security;
using AdOps.OfflineJoin.FieldKit;

public static class KitProof
{
    public static int Main(string[] args)
    {
        string line;
        while ((line = Console.In.ReadLine()) != null)
        {
            try
            {
                Console.WriteLine(Run(args[0], Json.ParseObject(line)));
            }
            catch (Refusal refusal)
            {
                Console.WriteLine("refused " + refusal.Id);
            }
        }
        return 0;
    }

    private static string Run(string proof, Dictionary<string, object> given)
    {
        switch (proof)
        {
            case "judge":
                Claims claims = new Claims(Object(given, "claims"), "issued");
                Claims expected = new Claims(Object(given, "expected"), "issued");
                return new Judgement(Object(given, "rules")).Judge(expected, claims, Seen(given), Now(given));
            case "open":
                return Open(given);
            case "receipts":
                return Append(given);
            case "json":
                return Json.Write(given);
            default:
                throw new ArgumentException(proof);
        }
    }

    // what Join-Machine of the script does, up to the call of Windows
    private static string Open(Dictionary<string, object> given)
    {
        string folder = Fields.Text(given, "folder");
        List<object> issuers = Fields.Elements(given, "issuers");
        DateTime now = Now(given);
        Manifest manifest = Manifest.Open(File.ReadAllBytes(Path.Combine(folder, "manifest.cms")), issuers, now);
        Judgement judgement = new Judgement(Object(given, "rules"));
        Machine machine = Seen(given);
        Entry entry = manifest.Find(machine.SerialNumber, machine.Name);
        if (entry == null)
            throw new Refusal("no_package");
        string verdict = judgement.Judge(entry.Claims, entry.Claims, machine, now);
        if (verdict != Judgement.Apply)
            return verdict;
        byte[] file;
        // a package that the manifest is not asked about
        if (given.ContainsKey("unlisted"))
            file = File.ReadAllBytes(Fields.Text(given, "unlisted"));
        else
            Manifest.RequireUnchanged(entry, file = File.ReadAllBytes(Path.Combine(folder, entry.File)));
        SecureString passphrase = new SecureString();
        foreach (char one in Fields.Text(given, "passphrase"))
            passphrase.AppendChar(one);
        using (Recipient recipient = new Recipient(File.ReadAllBytes(Path.Combine(folder, "recipient.p12")), passphrase))
        {
            SealedPackage opened = SealedPackage.Open(file, recipient, issuers, now);
            verdict = judgement.Judge(entry.Claims, opened.Claims, machine, now);
            return verdict == Judgement.Apply ? Fingerprint.Of(opened.Package) : verdict;
        }
    }

    private static string Append(Dictionary<string, object> given)
    {
        Receipts receipts = Receipts.Open(Fields.Text(given, "folder"), Fields.Text(given, "Kit"));
        Receipt receipt = new Receipt();
        receipt.Claims = new Claims(Object(given, "claims"), "issued");
        receipt.Machine = Seen(given);
        foreach (string name in new string[] { "Kit", "Branch", "Who", "Experimental", "Kind", "Status", "Function" })
            typeof(Receipt).GetProperty(name).SetValue(receipt, Fields.Member(given, name), null);
        receipts.Append(receipt, Now(given));
        return receipts.Path + " " + receipts.Head;
    }

    private static Machine Seen(Dictionary<string, object> given)
    {
        IDictionary<string, object> seen = Object(given, "machine");
        Machine machine = new Machine();
        foreach (KeyValuePair<string, object> one in seen)
            typeof(Machine).GetProperty(one.Key).SetValue(machine, one.Value, null);
        return machine;
    }

    private static IDictionary<string, object> Object(Dictionary<string, object> given, string name)
    {
        return (IDictionary<string, object>)Fields.Member(given, name);
    }

    private static DateTime Now(Dictionary<string, object> given)
    {
        return Fields.Time(given, "now");
    }
}
