# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three ways in with the password of a package, each by a program that is not ours: Kerberos, NTLM and LDAP."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package

from tests.integration.branch import Branch

ALL = {"kerberos", "ntlm", "ldap"}


class StolenPackage:
    """A copy of a machine's package. Trying it leaves traces: afterwards its machine counts as live."""

    def __init__(self, branch: Branch, name: str) -> None:
        self._branch = branch
        self._account = f"{name}$"
        password = Package.read(branch.package(name).read_bytes()).join.machine_password
        assert password is not None
        self._file = branch.directory / f"{name}.stolen"
        self._file.touch(mode=0o600)
        self._file.write_text(password.reveal())

    def opens(self) -> set[str]:
        ways = {"kerberos": self._kerberos, "ntlm": self._ntlm, "ldap": self._ldap}
        return {name for name, way in ways.items() if way()}

    def opens_ldap_of(self, server: str) -> bool:
        """Log on at this domain controller only."""
        return self._ldap(server)

    def _kerberos(self) -> bool:
        cache = f"FILE:{self._branch.directory}/stolen.krb5cc"
        return self._run(["kinit", f"{self._account}@{self._branch.lab.realm}"], "KRB5CCNAME", cache) == 0

    def _ntlm(self) -> bool:
        share = f"//{self._branch.lab.server}/sysvol"
        options = ["--use-kerberos=off", "-U", f"{self._branch.lab.workgroup}\\{self._account}", "-c", "exit"]
        return self._run(["smbclient", share, *options], "PASSWD_FILE", str(self._file)) == 0

    def _ldap(self, server: str | None = None) -> bool:
        lab = self._branch.lab
        login = [
            "-H",
            f"ldaps://{server or lab.server}",
            "-x",
            "-D",
            f"{self._account}@{lab.domain}",
            "-y",
            str(self._file),
        ]
        question = ["-b", "", "-s", "base", "dnsHostName"]
        return self._run(["ldapsearch", *login, *question], "LDAPTLS_CACERT", str(lab.ca_cert)) == 0

    def _run(self, command: list[str], variable: str, value: str) -> int:
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", variable: value}
        given = self._file.read_text() + "\n"
        done = self._branch.lab.run(command, check=False, input=given, env=environment)
        assert done.returncode in (0, 1, 49), f"{command[0]}: {done.stdout}{done.stderr}"
        return done.returncode
