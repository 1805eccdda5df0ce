# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Branches from CSV files through the real ansible-inventory and ansible-playbook, up to accounts in the lab."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.integration.branch import Branch

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "branch"
PROGRAMS = Path(sys.prefix) / "bin"
COLUMNS = "name,inventory_tag,serial_number,branch,type,wave\n"
PREPARE = """
- name: Prepare
  hosts: all
  gather_facts: false
  roles:
    - adops.offline_join.name_check
    - role: adops.offline_join.package_issue
      package_issue_dest: "{{ dest }}"
      package_issue_path: "{{ staging_ou }}"
      package_issue_seal: none
"""

LOGIN = """
- name: Tell the login of each phase
  hosts: BER-PC-001
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ item }}: {{ ansible_user }} {{ ansible_port }} {{ ansible_password }} {{ ansible_winrm_transport }}"
      vars:
        offline_join_phase: "{{ item }}"
      loop: [site, domain]
"""


@dataclass
class Sources:
    """Inventory sources in a directory, and Ansible's programs run on them."""

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, csv: str | bytes, source: str = "") -> Path:
        (self.directory / f"{name}.csv").write_bytes(csv.encode() if isinstance(csv, str) else csv)
        file = self.directory / f"{name}.branch.yml"
        file.write_text(f"plugin: adops.offline_join.branch\nfiles: [{name}.csv]\n{source}")
        return file

    def run(
        self,
        program: str,
        sources: Sequence[Path],
        *arguments: str,
        command: Callable[..., list[str]] = lambda argv: argv,
    ) -> subprocess.CompletedProcess[str]:
        named = [part for source in sources for part in ("-i", str(source))]
        environment = os.environ | {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOME": str(self.directory / "ansible")}
        return subprocess.run(
            command([str(PROGRAMS / program), *named, *arguments]),
            cwd=self.directory,
            env=environment | self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def list(self, *sources: Path) -> dict[str, Any]:
        done = self.run("ansible-inventory", sources, "--list")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def play(self, sources: Sequence[Path], playbook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        (self.directory / "play.yml").write_text(playbook)
        return self.run("ansible-playbook", sources, "play.yml", *arguments)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path)


def lines(count: int, code: str = "PC", **changed: str) -> str:
    """A line for each machine, serial numbers and tags of their own."""
    return "".join(
        f"{code}-{n},{code}I-{n},{code}S-{n},{changed.get('branch', code)},PC,1\n" for n in range(1, count + 1)
    )


class TestExample:
    def test_twenty_machines(self, sources: Sources) -> None:
        found = sources.list(EXAMPLE / "berlin.branch.yml")
        machines = found["_meta"]["hostvars"]
        assert len(machines) == 20
        assert len(found["type_PC"]["hosts"]) == 14
        assert len(found["type_NB"]["hosts"]) == 6
        assert set(found["branch_BER"]["hosts"]) == set(machines)
        assert sum(len(found[f"wave_{wave}"]["hosts"]) for wave in (1, 2, 3)) == 20
        assert found["planned_2026_12_01"]["hosts"] == found["wave_1"]["hosts"]
        one = machines["BER-NB-006"]
        assert one["machine_name"] == "BER-NB-006"
        assert one["machine_staging_ou"] == "OU=Staging,DC=corp,DC=example"
        assert one["machine_connection"]["site"] == {
            "address": "192.0.2.30", "user": "offline-join", "connection": "ansible.builtin.winrm", "port": 5986,
        }  # fmt: skip
        for unique in ("machine_serial_number", "machine_inventory_tag"):
            assert len({machine[unique] for machine in machines.values()}) == 20

    def test_how_it_logs_in_before_the_join_and_afterwards(self, sources: Sources) -> None:
        shutil.copytree(EXAMPLE, sources.directory, dirs_exist_ok=True)
        sources.environment |= {"SITE_PASSWORD": "on-site", "DOMAIN_PASSWORD": "in-domain"}
        source = Path("berlin.branch.yml")
        # AWX keeps what this says, and gives it to each job by a script.
        kept = sources.run("ansible-inventory", [source], "--list", "--export").stdout
        script = sources.directory / "script"
        script.write_text(f"#!/bin/sh\ncat <<'END'\n{kept}\nEND\n")
        script.chmod(0o700)
        for inventory in (source, script):
            said = sources.play([inventory], LOGIN).stdout
            assert "site: offline-join 5986 on-site ntlm" in said
            assert "domain: rollout@CORP.EXAMPLE 5985 in-domain kerberos" in said

    def test_its_configuration_ends_a_run_without_its_source(self, sources: Sources) -> None:
        shutil.copytree(EXAMPLE, sources.directory, dirs_exist_ok=True)
        (sources.directory / "berlin.branch.yml").write_text("plugin: adops.offline_join.branch\nfiles: [\n")
        done = sources.play([Path("berlin.branch.yml")], "- hosts: all\n")
        assert done.returncode != 0
        # Without it Ansible says nothing is wrong: the reason why the example has it.
        (sources.directory / "ansible.cfg").unlink()
        assert sources.play([Path("berlin.branch.yml")], "- hosts: all\n").returncode == 0


class TestVariables:
    def test_a_play_chooses_the_phase(self, sources: Sources) -> None:
        """Really: on site the connection works, in the domain another connection knocks at a closed port."""
        source = sources.write(
            "x",
            COLUMNS.strip() + ",site_address,site_user,site_connection,site_port,domain_address,domain_connection,"
            "domain_port,domain_user\nPC-1,I,S,B,PC,1,localhost,setup,local,22,127.0.0.1,ssh,1,rollout\n",
        )
        site = sources.play([source], "- hosts: all\n  gather_facts: false\n  tasks: [raw: echo here]\n")
        assert site.returncode == 0, site.stdout
        play = "- hosts: all\n  gather_facts: false\n  vars: {offline_join_phase: domain}\n  tasks: [raw: echo here]\n"
        domain = sources.play([source], play)
        assert domain.returncode == 4
        assert "connect to host 127.0.0.1 port 1" in domain.stdout
        wrong = sources.play([source], play.replace("domain", "dmain"))
        assert wrong.returncode != 0

    def test_text_of_a_file_is_no_template(self, sources: Sources) -> None:
        trap = sources.directory / "trap"
        text = f"{{{{ lookup('pipe', 'touch {trap}') }}}}"
        csv = COLUMNS.strip() + f',responsible,site_user\nPC-1,I,S,B,PC,1,"{text}","{text}"\n'
        tasks = "[debug: {msg: '{{ machine_responsible }} {{ ansible_user }} {{ hostvars[inventory_hostname] }}'}]"
        play = f"- hosts: all\n  gather_facts: false\n  tasks: {tasks}\n"
        done = sources.play([sources.write("x", csv)], play)
        assert done.returncode == 0, done.stdout
        assert "touch" in done.stdout
        assert not trap.exists()

    def test_constructed_beside_it(self, sources: Sources) -> None:
        constructed = sources.directory / "more.yml"
        constructed.write_text(
            "plugin: ansible.builtin.constructed\ncompose: {label: machine_branch ~ '/' ~ machine_serial_number}\n"
            "groups: {pilot: machine_wave == '1'}\n"
        )
        own = "compose: {owner: machine_inventory_tag}\nkeyed_groups: [{key: machine_type, prefix: kind}]\n"
        found = sources.list(sources.write("x", COLUMNS + lines(2), own), constructed)
        assert found["pilot"]["hosts"] == found["kind_PC"]["hosts"] == ["PC-1", "PC-2"]
        machine = found["_meta"]["hostvars"]["PC-2"]
        # How ansible-inventory prints whatever an expression made.
        assert machine["label"] == {"__ansible_unsafe": "PC/PCS-2"}
        assert machine["owner"] == {"__ansible_unsafe": "PCI-2"}


KAZAN = "Имя;Инв;Серийный номер;Филиал;Тип\nKZN-1;И-1;Ж-1;Казань;ПК\n"
RUSSIAN = "columns: {name: Имя, inventory_tag: Инв, serial_number: Серийный номер, branch: Филиал, type: Тип}\n"


# By the name of a file: its content, its options, and what is told of it; there x.csv is the file.
FAULTY: dict[str, tuple[str | bytes, str, list[str]]] = {
    "encoding": (
        KAZAN.encode("windows-1251"),
        RUSSIAN,
        ["x.csv line 1: byte 0xc8 is no utf-8; set the option encoding"],
    ),
    "other encoding": (
        KAZAN.encode(),
        f"{RUSSIAN}encoding: windows-1251",
        ["x.csv: the file is UTF-8, but the option encoding says windows-1251"],
    ),
    "columns": (
        "name;branch\nPC-1;B\n",
        "",
        [f"x.csv line 1: the column {one} is missing" for one in ("type", "serial_number", "inventory_tag")],
    ),
    "password": (
        COLUMNS.strip() + ",Kennwort\nPC-1,I,S,B,PC,1,canary-7Hq\n",
        "",
        ["x.csv line 1: the column 'Kennwort' looks like passwords"],
    ),
    "doubles": (
        COLUMNS + lines(2) + "PC-3,PCI-3,PCS-1,B,PC,1\nPC-4,PCI-3,S,B,PC,1\npc-1,X,Y,B,PC,1\n",
        "",
        [
            "x.csv line 4: the serial number PCS-1 also stands in x.csv line 2",
            "x.csv line 5: the inventory tag PCI-3 also stands in x.csv line 4",
            "x.csv line 6: the name pc-1 also stands in x.csv line 2",
        ],
    ),
    "names": (
        COLUMNS + "PC_1,I,S,B,PC,1\n" + "x" * 16 + ",J,T,B,PC,1\n",
        "",
        ["x.csv line 2: the name holds '_'", "x.csv line 3: the name has 16 characters"],
    ),
    "empty": ("", "", ["x.csv: the file is empty"]),
}


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            (KAZAN.encode("windows-1251"), "windows-1251"),
            (KAZAN.encode("utf-8-sig"), "utf-8"),
            (KAZAN.encode("utf-16"), "utf-8"),
            (KAZAN.replace("\n", "\r\n").encode(), "utf-8"),
        ],
        ids=["windows-1251", "byte order mark", "utf-16", "crlf"],
    )
    def test_good_ones(self, sources: Sources, content: bytes, encoding: str) -> None:
        machine = sources.list(sources.write("x", content, f"{RUSSIAN}encoding: {encoding}\n"))["_meta"]["hostvars"][
            "KZN-1"
        ]
        assert (machine["machine_branch"], machine["machine_serial_number"]) == ("Казань", "Ж-1")

    def test_faults_end_prepare(self, sources: Sources) -> None:
        """The playbook as it ships, with a source for each; there is no directory: what asked it would say so."""
        dest = sources.directory / "packages"
        files = [sources.write(name, content, options) for name, (content, options, _sentences) in FAULTY.items()]
        done = sources.run("ansible-playbook", files, "adops.offline_join.prepare", "-e", f"offline_join_dest={dest}")
        assert done.returncode == 2, done.stdout + done.stderr
        told = json.loads((dest / "report.json").read_text())["machines"]
        assert set(told) == {"branch_faults"}
        for name, (_content, _options, sentences) in FAULTY.items():
            for sentence in sentences:
                sentence = sentence.replace("x.csv", f"{name}.csv")
                assert sentence in done.stdout
                assert sentence in told["branch_faults"]["headline"]
        assert sorted(file.name for file in dest.iterdir()) == ["report.json", "reports"]
        assert "canary-7Hq" not in done.stdout + done.stderr

    def test_forty_faults_in_three_thousand_lines(self, sources: Sources) -> None:
        spoiled = sorted(random.Random(40).sample(range(3000), 40))
        rows = (COLUMNS + lines(3000)).splitlines()
        for number in spoiled:
            rows[number + 1] = rows[number + 1].replace("PC-", "PC_", 1)
        source = sources.write("x", "\n".join(rows))
        dest = sources.directory / "packages"
        began = time.monotonic()
        done = sources.run(
            "ansible-playbook", [source], "adops.offline_join.prepare", "-e", f"offline_join_dest={dest}"
        )
        assert time.monotonic() - began < 60
        assert done.returncode == 2
        report = json.loads((dest / "report.json").read_text())
        told = report["machines"]["branch_faults"]["headline"]
        numbers = [int(sentence.split(":")[0].removeprefix("x.csv line ")) for sentence in told.splitlines()[1:]]
        assert numbers == [number + 2 for number in spoiled]


class TestTwoSources:
    @pytest.fixture
    def lab_sources(self, branch: Branch, sources: Sources) -> Sources:
        sources.environment = branch.environment() | {
            f"OFFLINE_JOIN_DIRECTORY_{option.upper()}": value for option, value in branch.connection().items()
        }
        return sources

    def prepare(
        self, branch: Branch, sources: Sources, named: list[Path], *more: str
    ) -> subprocess.CompletedProcess[str]:
        (sources.directory / "play.yml").write_text(PREPARE)
        places = ["-e", f"dest={branch.dest}", "-e", f"staging_ou={branch.lab.staging_ou}"]
        return sources.run("ansible-playbook", named, "play.yml", *places, *more, command=branch.lab.command)

    def test_faults_of_one_stop_the_other(self, branch: Branch, lab_sources: Sources) -> None:
        """Nothing is issued, also where a limit leaves out the host of the faults; then the file is mended."""
        code = branch.names[0].rpartition("-")[0]
        names = [f"{code}-{number}" for number in (1, 2)]
        branch.names = (*names, "OTHER-" + code)
        good = lab_sources.write("good", COLUMNS + lines(2, code))
        mended = COLUMNS + f"OTHER-{code},OI,OS,OTHER,PC,1\n"
        bad = lab_sources.write("bad", mended.replace("OI", "") + "x y,1,2,,PC,1\n")
        sentences = [
            "bad.csv line 2: inventory_tag is empty",
            "bad.csv line 3: the name holds ' '",
            "line 3: branch is empty",
        ]
        for order in ([good, bad], [bad, good]):
            done = self.prepare(branch, lab_sources, order)
            assert done.returncode == 2, done.stdout + done.stderr
            assert all(sentence in done.stdout for sentence in sentences)
        limited = self.prepare(branch, lab_sources, [good, bad], "--limit", f"branch_{code}")
        assert limited.returncode == 2
        assert all(sentence in limited.stdout for sentence in sentences)
        assert limited.stdout.count(sentences[0]) < 4, "one machine tells the whole list, the other one points to it"
        assert branch.accounts() == {}
        assert not branch.dest.exists()

        lab_sources.write("bad", mended)
        done = self.prepare(branch, lab_sources, [good, bad])
        assert done.returncode == 0, done.stdout + done.stderr
        assert set(branch.accounts()) == set(branch.names)
        again = self.prepare(branch, lab_sources, [good, bad], "-e", f"name_check_dest={branch.dest}")
        assert again.returncode == 0, again.stdout
        assert all("changed=0" in line for line in again.stdout.splitlines() if "failed=" in line)
