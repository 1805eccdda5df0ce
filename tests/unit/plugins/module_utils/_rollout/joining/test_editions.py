# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each edition that Microsoft numbered is in one class; what joins and what has DirectAccess is held row by row."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.editions import (
    can_join,
    has_directaccess,
)
from hypothesis import given
from hypothesis import strategies as st

WORKSTATION, DOMAIN_CONTROLLER, SERVER = 1, 2, 3
# GetProductInfo, winnt.h
HOME = {
    2: "HOME_BASIC",
    3: "HOME_PREMIUM",
    5: "HOME_BASIC_N",
    11: "STARTER",
    26: "HOME_PREMIUM_N",
    47: "STARTER_N",
    66: "STARTER_E",
    67: "HOME_BASIC_E",
    68: "HOME_PREMIUM_E",
    97: "CORE_ARM",
    98: "CORE_N",
    99: "CORE_COUNTRYSPECIFIC",
    100: "CORE_SINGLELANGUAGE",
    101: "CORE",
    104: "MOBILE_CORE",
    111: "CORE_CONNECTED",
    113: "CORE_CONNECTED_N",
    115: "CORE_CONNECTED_SINGLELANGUAGE",
    116: "CORE_CONNECTED_COUNTRYSPECIFIC",
    123: "IOTUAP",
}
PROFESSIONAL = {
    6: "BUSINESS",
    16: "BUSINESS_N",
    48: "PROFESSIONAL",
    49: "PROFESSIONAL_N",
    69: "PROFESSIONAL_E",
    103: "PROFESSIONAL_WMC",
    161: "PRO_WORKSTATION",
    162: "PRO_WORKSTATION_N",
    164: "PRO_FOR_EDUCATION",
    165: "PRO_FOR_EDUCATION_N",
}
WITH_DIRECTACCESS = {
    1: "ULTIMATE",
    4: "ENTERPRISE",
    27: "ENTERPRISE_N",
    28: "ULTIMATE_N",
    70: "ENTERPRISE_E",
    71: "ULTIMATE_E",
    72: "ENTERPRISE_EVALUATION",
    84: "ENTERPRISE_N_EVALUATION",
    121: "EDUCATION",
    122: "EDUCATION_N",
    125: "ENTERPRISE_S",
    126: "ENTERPRISE_S_N",
    129: "ENTERPRISE_S_EVALUATION",
    130: "ENTERPRISE_S_N_EVALUATION",
    140: "ENTERPRISE_SUBSCRIPTION",
    141: "ENTERPRISE_SUBSCRIPTION_N",
    171: "ENTERPRISEG",
    172: "ENTERPRISEGN",
    175: "SERVERRDSH",
    188: "IOTENTERPRISE",
    191: "IOTENTERPRISES",
    205: "IOTENTERPRISESK",
    206: "IOTENTERPRISEK",
    207: "IOTENTERPRISESEVAL",
}
NOBODY_KNOWS = {178: "CLOUD", 179: "CLOUDN", 183: "CLOUDE", 186: "CLOUDEN", 202: "CLOUDEDITION", 203: "CLOUDEDITIONN"}
# every number there is, and more that Microsoft may give
NUMBERS = range(400)


def test_workstations_that_cannot_join() -> None:
    assert {sku for sku in NUMBERS if can_join(sku, WORKSTATION) is False} == {*HOME}


def test_workstations_that_can_join() -> None:
    assert {sku for sku in NUMBERS if can_join(sku, WORKSTATION) is True} == {*PROFESSIONAL, *WITH_DIRECTACCESS}


def test_classes_share_no_edition() -> None:
    everything = [*HOME, *PROFESSIONAL, *WITH_DIRECTACCESS, *NOBODY_KNOWS]
    assert len(everything) == len({*everything}) == 60


@pytest.mark.parametrize("sku", [*NOBODY_KNOWS, 0, 112, 399, 0xABCDABCD])
def test_of_other_editions_nothing_is_known(sku: int) -> None:
    assert can_join(sku, WORKSTATION) is None
    assert not has_directaccess(sku, WORKSTATION)


def test_workstations_with_directaccess() -> None:
    assert {sku for sku in NUMBERS if has_directaccess(sku, WORKSTATION)} == {*WITH_DIRECTACCESS}


@pytest.mark.parametrize("product_type", [DOMAIN_CONTROLLER, SERVER])
@pytest.mark.parametrize("sku", [7, 8, 10, 79, 407, 0])
def test_servers_join_and_have_directaccess(sku: int, product_type: int) -> None:
    assert can_join(sku, product_type) is True
    assert has_directaccess(sku, product_type)


@given(st.integers(0, 2**32 - 1) | st.sampled_from([*HOME]), st.integers(1, 3))
def test_home_never_joins_and_a_server_is_never_unknown(sku: int, product_type: int) -> None:
    answer = can_join(sku, product_type)
    assert (answer is False) is (sku in HOME)
    assert answer is not None or product_type == WORKSTATION
