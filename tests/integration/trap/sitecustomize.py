# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes any Python that has this directory in PYTHONPATH crash at one place, with a secret in the exception's text.

$TRAP is ``module.function@file.py:number``: what function of the standard library crashes, called from what file,
at which call. $TRAP_TEXT is the exception's text, and the file $TRAP_SPRUNG is made when it happens.
"""

from __future__ import annotations

import importlib
import os
import sys


def _set(trap: str) -> None:
    where, _at, caller = trap.partition("@")
    module_name, _dot, function_name = where.rpartition(".")
    caller, _colon, number = caller.partition(":")
    module = importlib.import_module(module_name)
    honest = getattr(module, function_name)
    calls = []

    def crash(*arguments, **options):
        if sys._getframe(1).f_code.co_filename.endswith(caller):
            calls.append(None)
            if len(calls) == int(number):
                open(os.environ["TRAP_SPRUNG"], "w").close()
                raise RuntimeError(os.environ["TRAP_TEXT"])
        return honest(*arguments, **options)

    setattr(module, function_name, crash)


if "TRAP" in os.environ:
    _set(os.environ["TRAP"])
