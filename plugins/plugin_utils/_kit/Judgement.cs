// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Collections.Generic;

namespace AdOps.OfflineJoin.FieldKit
{
    /// <summary>What the script saw of the machine in front of it.</summary>
    public sealed class Machine
    {
        public string Name { get; set; }
        public string PendingName { get; set; }
        public string SerialNumber { get; set; }
        /// <summary>Win32_ComputerSystem.DomainRole</summary>
        public long DomainRole { get; set; }
        public bool PartOfDomain { get; set; }
        public string Domain { get; set; }
        /// <summary>DSREG_JOIN_TYPE, null where Windows does not answer.</summary>
        public long? EntraJoinType { get; set; }
        public long Sku { get; set; }
        public long ProductType { get; set; }
        public bool Elevated { get; set; }
        /// <summary>The engineer held the clock against a watch, and it is right within the kit's tolerance.</summary>
        public bool ClockConfirmed { get; set; }
        /// <summary>The package that was given to this Windows before, null where there was none.</summary>
        public string PendingSha256 { get; set; }
        /// <summary>What Windows answered then, null where it was never asked.</summary>
        public long? PendingStatus { get; set; }
        /// <summary>Whether Windows has not been started since.</summary>
        public bool PendingSameBoot { get; set; }
    }

    /// <summary>
    /// Whether a package may be applied, by the rules of the collection: the same order, so that the same cause is
    /// told. The numbers come from there when the kit is made.
    /// </summary>
    public sealed class Judgement
    {
        public const string Apply = "apply";
        public const string Restart = "restart";
        public const string Nothing = "nothing";
        public const string AskDomain = "ask_domain";

        private readonly HashSet<long> _cannotJoin = new HashSet<long>();
        private readonly HashSet<long> _controllers = new HashSet<long>();
        private readonly long _deviceJoin;

        public Judgement(IDictionary<string, object> rules)
        {
            foreach (object sku in Fields.Elements(rules, "editions_that_cannot_join"))
                _cannotJoin.Add((long)sku);
            foreach (object role in Fields.Elements(rules, "domain_controller_roles"))
                _controllers.Add((long)role);
            _deviceJoin = (long)Fields.Member(rules, "entra_device_join");
        }

        /// <summary>
        /// What comes next (one of the constants), or the id of a refusal. The manifest's entry says what is expected.
        /// </summary>
        public string Judge(Claims expected, Claims claims, Machine machine, DateTime now)
        {
            string refusal = Misdirected(expected, claims, machine) ?? Outdated(claims, now);
            if (refusal == null && _controllers.Contains(machine.DomainRole))
                refusal = "domain_controller";
            if (refusal != null)
                return refusal;
            if (machine.PartOfDomain)
                return Member(claims, machine);
            if (machine.PendingSha256 != null && machine.PendingStatus != null)
            {
                bool ours = machine.PendingSha256 == claims.PackageSha256;
                if (machine.PendingSameBoot)
                    return ours ? Restart : "other_package_waits";
                if (ours)
                    return "not_taken";
            }
            return CannotJoin(machine) ?? WrongState(claims, machine) ?? Apply;
        }

        public static bool Known(string text)
        {
            return !string.IsNullOrEmpty(text);
        }

        public static bool Same(string one, string other)
        {
            return one != null && other != null
                && string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);
        }

        private static string Misdirected(Claims expected, Claims claims, Machine machine)
        {
            if (!Same(claims.Machine, expected.Machine))
                return "other_machine";
            if (!Same(claims.Domain, expected.Domain))
                return "other_domain";
            bool both = Known(claims.SerialNumber) && Known(machine.SerialNumber);
            return both && !Same(claims.SerialNumber, machine.SerialNumber) ? "other_serial_number" : null;
        }

        private static string Outdated(Claims claims, DateTime now)
        {
            if (now < claims.Issued)
                return "clock_before_issue";
            return now >= claims.Expires ? "expired" : null;
        }

        private static string Member(Claims claims, Machine machine)
        {
            if (!Same(machine.Domain, claims.Domain))
                return "member_of_other_domain";
            if (!Same(machine.Name, claims.Machine))
                return "member_under_other_name";
            return machine.PendingSha256 == claims.PackageSha256 ? Nothing : AskDomain;
        }

        private string CannotJoin(Machine machine)
        {
            // The numbers are those of editions that can never join, whatever the product type.
            if (_cannotJoin.Contains(machine.Sku))
                return "edition";
            return machine.EntraJoinType == _deviceJoin ? "entra_joined" : null;
        }

        private static string WrongState(Claims claims, Machine machine)
        {
            if (!machine.Elevated)
                return "not_elevated";
            if (!Same(machine.Name, machine.PendingName))
                return "rename_waits";
            // The serial number proves which device it is; without one only the name does.
            if (!Same(claims.SerialNumber, machine.SerialNumber) && !Same(machine.Name, claims.Machine))
                return "other_name";
            return machine.ClockConfirmed ? null : "clock";
        }
    }
}
