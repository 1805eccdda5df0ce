# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python3 -m tests.lab``: start, stop and look at the lab by hand."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

from . import Lab, LabError

_NOT_RUNNING = 3


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand and return the exit code."""
    options = _parser().parse_args(arguments)
    began = time.monotonic()

    def progress(line: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {line}", flush=True)

    lab = Lab(options.directory, progress)
    try:
        return int(options.act(lab, options))
    except (LabError, OSError, subprocess.SubprocessError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _up(lab: Lab, options: argparse.Namespace) -> int:
    began = time.monotonic()
    lab.start(second_controller=options.second_controller)
    for name in _member_names(options.members):
        lab.member(name)
    print(f"ready after {time.monotonic() - began:.1f} s")
    return _status(lab, options)


def _down(lab: Lab, _options: argparse.Namespace) -> int:
    lab.stop()
    return 0


def _status(lab: Lab, _options: argparse.Namespace) -> int:
    if not lab.running:
        print(f"not running: {lab.directory}")
        return _NOT_RUNNING
    print(f"domain       {lab.domain} ({lab.workgroup}), {lab.base_dn}")
    print(f"controller   {lab.server} {lab.address}")
    if lab.second_running:
        print(f"controller   {lab.second_server} {lab.second_address}")
    print(f"CA           {lab.ca_cert}")
    print(f"accounts     {', '.join(account.upn for account in lab.accounts.values())}")
    print(f"passwords    {lab.passwords_file}")
    names = [member.name if member.joined else f"{member.name} (not joined)" for member in lab.members()]
    print(f"members      {', '.join(names) or '-'}")
    return 0


def _reset(lab: Lab, options: argparse.Namespace) -> int:
    lab.reset_password(options.name)
    return 0


def _run(lab: Lab, options: argparse.Namespace) -> int:
    if not lab.running:
        raise LabError(f"No lab runs in {lab.directory}: run `python3 -m tests.lab up` first.")
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise LabError("run: name a command, for instance: run -- net ads info")
    argv = lab.command(command)
    # The machine's own tickets are no business of the lab.
    environment = {name: value for name, value in os.environ.items() if name != "KRB5CCNAME"}
    sys.stdout.flush()
    os.execve(argv[0], argv, environment)


def _member_names(words: list[str]) -> list[str]:
    """``["3"]`` means MEMBER1 to MEMBER3; anything else is names."""
    if len(words) == 1 and words[0].isdigit():
        return [f"MEMBER{number}" for number in range(1, int(words[0]) + 1)]
    return words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m tests.lab", description=__doc__)
    parser.add_argument("--directory", help="default: $OFFLINE_JOIN_LAB or /var/tmp/offline-join-lab")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start the lab; a lab that runs is left alone")
    up.add_argument("--second-controller", action="store_true", help="also run a second domain controller")
    up.add_argument("--members", nargs="+", default=[], metavar="N|NAME", help="make members, not joined yet")
    up.set_defaults(act=_up)
    commands.add_parser("down", help="kill everything and remove the directory").set_defaults(act=_down)
    status = commands.add_parser("status", help="exit code 0: running, 3: not running")
    status.set_defaults(act=_status)
    reset = commands.add_parser("reset", help="set a random password on a computer account, as an administrator would")
    reset.add_argument("name", metavar="NAME")
    reset.set_defaults(act=_reset)
    run = commands.add_parser("run", help="run a command inside the domain view")
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    run.set_defaults(act=_run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
