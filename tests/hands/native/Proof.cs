// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Calls what the hands share as PowerShell would, and prints what comes back: one line "KEY=VALUE" for each answer.

using System;
using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using ansible_collections.adops.offline_join.plugins.module_utils.CertificateTemplate;
using ansible_collections.adops.offline_join.plugins.module_utils.DomainLocator;
using ansible_collections.adops.offline_join.plugins.module_utils.LocalAccounts;
using ansible_collections.adops.offline_join.plugins.module_utils.MachineRegistry;
using ansible_collections.adops.offline_join.plugins.module_utils.Neighbor;
using ansible_collections.adops.offline_join.plugins.module_utils.NetJoin;
using ansible_collections.adops.offline_join.plugins.module_utils.Netlogon;
using ansible_collections.adops.offline_join.plugins.module_utils.PackageFile;
using ansible_collections.adops.offline_join.plugins.module_utils.PendingJoin;
using PolicyRefresh = ansible_collections.adops.offline_join.plugins.module_utils.PolicyRefresh;
using Provisioning = ansible_collections.adops.offline_join.plugins.module_utils.ProvisioningPackage;
using ansible_collections.adops.offline_join.plugins.module_utils.SntpClient;
using ansible_collections.adops.offline_join.plugins.module_utils.StatusCode;
using ansible_collections.adops.offline_join.plugins.module_utils.SystemClock;
using ansible_collections.adops.offline_join.plugins.module_utils.SystemTool;

public static class Proof
{
    [DllImport("netapi32.dll")]
    private static extern int PackageIsWiped();

    [DllImport("netapi32.dll")]
    private static extern void TellLayouts();

    public static int Main(string[] args)
    {
        Console.OutputEncoding = new System.Text.UTF8Encoding(false);
        string[] rest = new string[args.Length - 1];
        Array.Copy(args, 1, rest, 0, rest.Length);
        try
        {
            MethodInfo proof = typeof(Proof).GetMethod(args[0], BindingFlags.Static | BindingFlags.NonPublic);
            proof.Invoke(null, new object[] { rest });
        }
        catch (TargetInvocationException error)
        {
            Tell("exception", error.InnerException.GetType().Name);
            Win32Exception win32 = error.InnerException as Win32Exception;
            if (win32 != null)
                Tell("code", win32.NativeErrorCode);
            if (win32 == null)
                Console.Error.WriteLine(error.InnerException);
        }
        return 0;
    }

    private static void Tell(string key, object value)
    {
        IEnumerable several = value as IEnumerable;
        if (several != null && !(value is string))
        {
            foreach (object one in several)
                Tell(key, one);
            return;
        }
        Console.WriteLine("{0}={1}", key, value == null ? "null" : Convert.ToString(value, CultureInfo.InvariantCulture));
    }

    // every public member of every public type, as PowerShell could use it
    private static void Members(string[] args)
    {
        foreach (Type type in Assembly.GetExecutingAssembly().GetTypes())
        {
            if (type.Namespace == null)
                continue;
            string name = type.FullName.Substring(type.FullName.IndexOf(".module_utils.") + ".module_utils.".Length);
            if (!type.IsPublic)
                continue;
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Static))
                Tell(name, "static " + method.Name + " " + method.GetParameters().Length);
            foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                Tell(name, "static " + field.Name);
            foreach (ConstructorInfo constructor in type.GetConstructors())
                Tell(name, "new " + constructor.GetParameters().Length);
            foreach (PropertyInfo property in type.GetProperties())
                Tell(name, "property " + property.Name);
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
                Tell(name, "method " + method.Name + " " + method.GetParameters().Length);
        }
    }

    private static void Layouts(string[] args)
    {
        TellLayouts();
        foreach (Type type in Assembly.GetExecutingAssembly().GetTypes())
        {
            if (type.DeclaringType == null || type.DeclaringType.Name != "NativeHelpers")
                continue;
            Tell(type.Name, Marshal.SizeOf(type));
            foreach (FieldInfo field in type.GetFields())
                Tell(type.Name + "." + field.Name, Marshal.OffsetOf(type, field.Name));
        }
    }

    private static void Apply(string[] args)
    {
        byte[] package = Convert.FromBase64String(args[0]);
        try
        {
            Application done = Application.Apply(package, UInt32.Parse(args[1]), args[2]);
            Tell("status", done.Status);
            Tell("function", done.Function);
            Tell("native_wiped", PackageIsWiped());
        }
        finally
        {
            Tell("wiped", Array.TrueForAll(package, delegate(byte one) { return one == 0; }));
        }
    }

    private static void OnlineCaller(string[] args)
    {
        Tell("options", Application.OnlineCaller);
    }

    private static void Provision(string[] args)
    {
        Provisioning.Request request = new Provisioning.Request();
        foreach (string one in args)
        {
            string[] pair = one.Split(new char[] { '=' }, 2);
            PropertyInfo property = typeof(Provisioning.Request).GetProperty(pair[0]);
            object value = pair[1];
            if (property.PropertyType == typeof(uint))
                value = UInt32.Parse(pair[1]);
            if (property.PropertyType == typeof(string[]))
                value = pair[1].Length == 0 ? new string[0] : pair[1].Split('|');
            property.SetValue(request, value, null);
        }
        Provisioning.Answer answer = request.Submit();
        Tell("status", answer.Status);
        Tell("package", answer.Package);
    }

    private static void Leave(string[] args)
    {
        Tell("status", Membership.Leave());
    }

    private static void Entra(string[] args)
    {
        Tell("type", Membership.EntraJoinType());
    }

    private static void MachineSid(string[] args)
    {
        Tell("sid", Accounts.MachineSid());
    }

    private static void Members544(string[] args)
    {
        Tell("sid", Accounts.Members("S-1-5-32-544"));
    }

    private static void Rediscover(string[] args)
    {
        Tell(SecureChannel.Rediscover(args[0]));
    }

    private static void Verify(string[] args)
    {
        Tell(SecureChannel.Verify(args[0]));
    }

    private static void Tell(SecureChannel channel)
    {
        Tell("status", channel.Status);
        Tell("flags", channel.Flags);
        Tell("connection_status", channel.ConnectionStatus);
        Tell("channel_status", channel.ChannelStatus);
        Tell("domain_controller", channel.DomainController);
    }

    private static void ChangePassword(string[] args)
    {
        Tell("status", SecureChannel.ChangePassword(args[0]));
    }

    private static void Locate(string[] args)
    {
        Located located = Located.Find(args[0]);
        Tell("status", located.Status);
        Tell("domain_controller", located.DomainController);
        Tell("address", located.Address);
        Tell("forest", located.Forest);
        Tell("controller_site", located.ControllerSite);
        Tell("client_site", located.ClientSite);
        Tell("flags", located.Flags);
    }

    private static void LinkAddress(string[] args)
    {
        Tell("mac", LinkLayer.Address(args[0]));
    }

    private static void Shift(string[] args)
    {
        Tell("status", Clock.Shift(Int64.Parse(args[0])));
    }

    private static void Ask(string[] args)
    {
        Answer answer = Answer.Ask(args[0], Int32.Parse(args[1]), Int32.Parse(args[2]));
        Tell("status", answer.Status);
        Tell("offset", answer.Offset);
        Tell("round_trip", answer.RoundTrip);
    }

    private static void Template(string[] args)
    {
        Tell("oid", Extension.TemplateOid(Convert.FromBase64String(args[0])));
    }

    private static void Run(string[] args)
    {
        Tell("exit_code", Tool.Run(args[0], args[1], Int32.Parse(args[2])));
    }

    private static void Codes(string[] args)
    {
        COMException com = new COMException("x", unchecked((int)0x8007052e));
        Tell("win32", Failure.Of(new Win32Exception(1326)));
        Tell("inner", Failure.Of(new InvalidOperationException("x", new Win32Exception(53))));
        Tell("com", Failure.Of(new TargetInvocationException(com)));
        Tell("innermost", Failure.Of(new Win32Exception(5, "x")));
        Tell("none", Failure.Of(new InvalidOperationException("x")));
        Tell("other_facility", Failure.Of(new COMException("x", unchecked((int)0x80131509))));
    }

    private static void Find(string[] args)
    {
        foreach (string path in Remains.Find(args))
            Tell(path, Remains.Kind(path));
    }

    /// <summary>What the second path names, while somebody else holds the first file open.</summary>
    private static void Held(string[] args)
    {
        using (new System.IO.FileStream(
            args[0], System.IO.FileMode.Open, System.IO.FileAccess.Read, System.IO.FileShare.None))
        {
            Find(new string[] { args[1] });
            Remains.Wipe(args[0], true);
        }
    }

    private static void Gone(string[] args)
    {
        foreach (string path in args)
            Tell("kind", Remains.Kind(path));
    }

    private static void Wipe(string[] args)
    {
        foreach (string path in args)
        {
            Tell("pretended", Remains.Wipe(path, true));
            Tell("wiped", Remains.Wipe(path, false));
        }
    }

    private static void Registry(string[] args)
    {
        const string key = @"SOFTWARE\Proof\Values";
        using (Microsoft.Win32.RegistryKey hive = Hive.Open())
        using (Microsoft.Win32.RegistryKey made = hive.CreateSubKey(key))
        {
            made.SetValue("small", -2, Microsoft.Win32.RegistryValueKind.DWord);
            made.SetValue("big", 134395000000000000, Microsoft.Win32.RegistryValueKind.QWord);
            made.SetValue("text", "caf\u00e9", Microsoft.Win32.RegistryValueKind.String);
            made.SetValue("unexpanded", "%PATH%", Microsoft.Win32.RegistryValueKind.ExpandString);
            made.SetValue("several", new string[] { "a", "b" }, Microsoft.Win32.RegistryValueKind.MultiString);
            made.SetValue("bytes", new byte[] { 0, 0xab }, Microsoft.Win32.RegistryValueKind.Binary);
            made.SetValue("high", 31291135, Microsoft.Win32.RegistryValueKind.DWord);
            made.SetValue("low", unchecked((int)0xfedcba98), Microsoft.Win32.RegistryValueKind.DWord);
        }
        foreach (string name in new string[] { "small", "big", "text", "unexpanded", "several", "bytes", "absent" })
        {
            Tell(name, Hive.Data(key, name));
            Tell(name + "_type", Hive.Type(key, name));
        }
        Tell("time", Hive.FileTime(key, "high", "low"));
        Tell("no_time", Hive.FileTime(key, "high", "absent"));
        Tell("exists", Hive.Exists(key));
        Tell("missing", Hive.Exists(key + "x"));
        Tell("missing_data", Hive.Data(key + "x", "small"));
        Tell("missing_type", Hive.Type(key + "x", "small"));
    }

    private static void ReadMarker(string[] args)
    {
        Marker marker = Marker.Read();
        Tell("marker", marker == null ? "none" : "there");
        if (marker == null)
            return;
        Tell("package_sha256", marker.PackageSha256);
        Tell("machine_name", marker.MachineName);
        Tell("domain", marker.Domain);
        Tell("applied", marker.Applied);
        Tell("last_boot", marker.LastBoot);
        Tell("status", marker.Status);
        Tell("same_boot", marker.SameBoot);
    }

    private static void WriteMarker(string[] args)
    {
        new Marker(args[0], args[1], args[2], Int64.Parse(args[3]), Int64.Parse(args[4])).Write();
    }

    // what win_join_package does around a call that fails
    private static void FailOver(string[] args)
    {
        Marker earlier = Marker.Read();
        WriteMarker(args);
        earlier.Write();
    }

    private static void CompleteMarker(string[] args)
    {
        Marker.Complete(Int64.Parse(args[0]));
    }

    private static void RemoveMarker(string[] args)
    {
        Marker.Remove();
    }

    private static void LeavePolicyRefresh(string[] args)
    {
        PolicyRefresh.Marker.Leave();
    }

    private static void ReadPolicyRefresh(string[] args)
    {
        Tell("there", PolicyRefresh.Marker.IsThere());
    }
}
