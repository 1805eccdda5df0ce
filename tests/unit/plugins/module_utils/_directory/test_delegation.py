# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the rights of an account stand on an object, from its descriptor. Granting is tried on the real directory."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import delegation
from ansible_collections.adops.offline_join.plugins.module_utils._directory.delegation import Standing
from ansible_collections.adops.offline_join.plugins.module_utils._directory.duties import GRANTS, Duty
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import DelegationError
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

ME, OTHER = f"{sddl.DOMAIN_SID}-2001", f"{sddl.DOMAIN_SID}-2002"
COMPUTER, RESTRICTIONS = "bf967a86-0de6-11d0-a285-00aa003049e2", "4c164200-20c0-11d0-a768-00aa006e0529"
DN = "OU=Staging,DC=x"
ISSUE = f"(OA;CI;CC;{COMPUTER};;{ME})"
CREATE = GRANTS[Duty.ISSUE][:1]


class Shown:
    """What a domain controller shows of one object, and what was written to it."""

    def __init__(self, descriptor: bytes | None, rights: int | None = 15) -> None:
        self.entry = {"distinguishedName": [DN.encode()]}
        if descriptor is not None:
            self.entry["nTSecurityDescriptor"] = [descriptor]
        if rights is not None:
            self.entry["sDRightsEffective"] = [str(rights).encode()]
        self.written: list[bytes] = []

    def read(self, _dn: str, _attributes: list[str], controls: Any = None) -> dict[str, list[bytes]]:
        return self.entry

    def replace(self, _dn: str, attributes: dict[str, list[bytes]], _controls: Any) -> None:
        self.written += attributes["nTSecurityDescriptor"]


def standing(dacl: str, rights: int | None = 15) -> Standing:
    shown = Shown(sddl.encode(sddl.parse(f"D:{dacl}")), rights)
    return Standing.read(shown, DN.lower(), ME, CREATE)


@pytest.mark.parametrize(
    ("dacl", "granted"),
    [
        ("", False),
        (ISSUE, True),
        (f"(OA;CI;CC;{COMPUTER};;{OTHER})", False),
        (f"(OA;CIID;CC;{COMPUTER};;{ME})", False),
        (f"(OA;CI;CCDC;{COMPUTER};;{ME})", False),
        (f"(OA;;CC;{COMPUTER};;{ME})", False),
        (f"(OA;CINP;CC;{COMPUTER};;{ME})", False),
        (f"(OA;CIIO;CC;{COMPUTER};;{ME})", False),
        (f"(OA;CI;CC;{COMPUTER};{COMPUTER};{ME})", False),
        (f"(A;CI;CC;;;{ME})", False),
        (f"(OD;CI;CC;{COMPUTER};;{ME})", False),
        (f"(A;;GA;;;{ME})", False),
    ],
)
def test_only_an_explicit_entry_of_its_own_counts(dacl: str, granted: bool) -> None:
    found = standing(dacl)
    assert bool(found.granted) is granted
    assert bool(found.missing) is not granted
    assert found.dn == DN, "as the directory writes it"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (f"(A;;GA;;;{ME})", "full control"),
        (f"(OA;CIIO;WP;{RESTRICTIONS};{COMPUTER};{ME})", "write property on User-Account-Restrictions of computer objects below"),  # noqa: E501
        (f"(OD;CI;CCDC;{COMPUTER};;{ME})", "denied: create children, delete children on computer"),
        (f"(A;;SDWDWO;;;{ME})", "delete, write permissions, take ownership"),
        (f"(XA;;RP;;;{ME})", "read property under a condition"),
        (f"(OA;;CR;12345678-0000-0000-0000-000000000000;;{ME})", "control access on 12345678-0000-0000-0000-000000000000"),  # noqa: E501
        (f"(A;;0x400010;;;{ME})", "read property, 0x400000"),
    ],
)  # fmt: skip
def test_what_is_beyond_the_duty_is_told_in_words(entry: str, told: str) -> None:
    found = standing(f"{ISSUE}{entry}(A;;GA;;;{OTHER})(A;ID;GA;;;{ME})")
    assert found.beyond == (told,)


@pytest.mark.parametrize(("rights", "writable"), [(4, True), (3, False), (0, False), (None, None)])
def test_writable(rights: int | None, writable: bool | None) -> None:
    found = standing("", rights)
    assert found.writable is writable
    if writable is False:
        with pytest.raises(DelegationError, match=r"OU=Staging,DC=x: the login may not change its permissions; use a"):
            found.require_writable()
    else:
        found.require_writable()


@pytest.mark.parametrize(
    ("descriptor", "told"),
    [
        (None, "its access control list is not readable"),
        (sddl.encode(sddl.parse("O:BAG:BA")), "everybody may do everything"),
        (b"\x01", "truncated"),
    ],
)
def test_what_cannot_be_looked_at(descriptor: bytes | None, told: str) -> None:
    with pytest.raises(DelegationError, match=told):
        Standing.read(Shown(descriptor), DN, ME, CREATE)


def test_a_list_without_room_is_not_written() -> None:
    shown = Shown(sddl.encode(sddl.parse("D:" + "(A;;RP;;;AU)" * 3276)))
    with pytest.raises(DelegationError, match="longer than 64 KiB"):
        delegation.grant(shown, Standing.read(shown, DN, ME, CREATE))
    assert shown.written == []
