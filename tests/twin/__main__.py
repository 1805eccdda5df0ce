# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python3 -m tests.twin``: start, steer and look at a farm of Windows machines by hand."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.lab import Lab, LabError

from . import control
from .farm import TwinFarm

_DEFAULT_NAME = "by-hand"
_NOT_RUNNING = 3


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand and return the exit code."""
    options = _parser().parse_args(arguments)
    lab = Lab()
    chosen = options.directory or os.environ.get("OFFLINE_JOIN_TWINS") or lab.directory / "twins" / _DEFAULT_NAME
    farm = TwinFarm(lab if lab.running else None, chosen)
    try:
        return int(options.act(farm, options) or 0)
    except (LabError, OSError, subprocess.SubprocessError) as error:
        print(f"twin: {error}", file=sys.stderr)
        return 1


def _up(farm: TwinFarm, options: argparse.Namespace) -> int:
    if not farm.running:
        farm.start(_names(options.names), **_settings(options.set))
    return _status(farm, options)


def _down(farm: TwinFarm, _options: argparse.Namespace) -> None:
    farm.stop()


def _status(farm: TwinFarm, _options: argparse.Namespace) -> int:
    if not farm.running:
        print(f"not running: {farm.directory}")
        return _NOT_RUNNING
    for name, machine in farm.status().items():
        condition = "up" if machine["up"] else "off"
        pending = ", join pending" if machine["pending"] else ""
        place = f"{machine['computer_name']} in {machine['domain']}{pending}"
        print(f"{name:20} {machine['address']:15} {condition:3} {place}")
    return 0


def _inventory(farm: TwinFarm, options: argparse.Namespace) -> None:
    hosts = farm.inventory(options.connection, options.port)
    print(json.dumps({"all": {"hosts": hosts}}, indent=2))


def _set(farm: TwinFarm, options: argparse.Namespace) -> None:
    farm.set(options.name, **_settings(options.settings))


def _join(farm: TwinFarm, options: argparse.Namespace) -> None:
    farm.join(options.name, options.package)


def _state(farm: TwinFarm, options: argparse.Namespace) -> None:
    print(json.dumps(farm.state(options.name), indent=2))


def _calls(farm: TwinFarm, options: argparse.Namespace) -> None:
    for call in farm.calls(options.name):
        print(json.dumps(call))


def _verdict(farm: TwinFarm, options: argparse.Namespace) -> None:
    print(json.dumps(farm.verdict(options.name)))


def _serve(farm: TwinFarm, _options: argparse.Namespace) -> None:
    control.serve(farm.directory)


def _names(words: list[str]) -> list[str]:
    """``["3"]`` means PC1 to PC3; anything else is names."""
    if len(words) == 1 and words[0].isdigit():
        return [f"PC{number}" for number in range(1, int(words[0]) + 1)]
    return words


def _settings(pairs: list[str]) -> dict[str, Any]:
    """``key=value`` with the value in JSON, or any other word as it is."""
    found = {}
    for pair in pairs:
        key, _equals, value = pair.partition("=")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m tests.twin", description=__doc__)
    parser.add_argument("--directory", type=Path, help="default: $OFFLINE_JOIN_TWINS, or a place in the lab")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start machines; a farm that runs is left alone")
    up.add_argument("names", nargs="+", metavar="N|NAME")
    up.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", help="what they are, besides fresh")
    up.set_defaults(act=_up)
    commands.add_parser("down", help="end the farm and remove it").set_defaults(act=_down)
    commands.add_parser("status", help="exit code 0: running, 3: not running").set_defaults(act=_status)
    inventory = commands.add_parser("inventory", help="Ansible's inventory as JSON, with passwords")
    inventory.add_argument("--connection", choices=("winrm", "psrp"), default="winrm")
    inventory.add_argument("--port", type=int, choices=(5985, 5986), default=5986)
    inventory.set_defaults(act=_inventory)
    setting = commands.add_parser("set", help="change a machine")
    setting.add_argument("name", metavar="NAME")
    setting.add_argument("settings", nargs="+", metavar="KEY=VALUE", help="a field of tests/twin/state.py, in JSON")
    setting.set_defaults(act=_set)
    join = commands.add_parser("join", help="apply a package by hand and restart the machine")
    join.add_argument("name", metavar="NAME")
    join.add_argument("package", type=Path, metavar="FILE")
    join.set_defaults(act=_join)
    looks = (
        ("state", _state, "what a machine is"),
        ("calls", _calls, "what arrived at a machine"),
        ("verdict", _verdict, "what the domain says of a machine, by Netlogon and Kerberos"),
    )
    for name, act, purpose in looks:
        look = commands.add_parser(name, help=purpose)
        look.add_argument("name", metavar="NAME")
        look.set_defaults(act=act)
    # What `up` starts.
    commands.add_parser("serve").set_defaults(act=_serve)
    return parser


if __name__ == "__main__":
    sys.exit(main())
