# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of many checks is the headline, what stops a machine, and what is only told."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.checks import (
    Check,
    Examination,
    Severity,
    Verdict,
    failed,
    headline,
    passed,
    skipped,
    tolerated,
    unknown,
    warned,
    warnings,
)

FINE = passed("link", "it is up")
IDLE = skipped("policy", "no domain")
BLIND = unknown("deleted", "nothing is seen", "grant it")
ODD = warned("dns", "a ghost", "delete it")
BROKEN = failed("clock", "an hour late", "set it", 2732)
WORSE = failed("channel", "refused", "issue again", 5, 8557)


def test_the_first_broken_cause_is_the_headline() -> None:
    assert headline([FINE, BLIND, ODD, BROKEN, WORSE]) is BROKEN
    assert headline([WORSE, BROKEN]) is WORSE
    assert headline([FINE, IDLE, BLIND, ODD]) is None
    assert headline(check for check in (FINE, BROKEN)) is BROKEN
    assert headline([]) is None


def test_only_a_failed_error_stops() -> None:
    assert [check.stops for check in (FINE, IDLE, BLIND, ODD, BROKEN)] == [False] * 4 + [True]
    assert not Check("x", Severity.ERROR, Verdict.UNKNOWN, "").stops


def test_a_warning_and_what_is_not_seen_are_worth_telling() -> None:
    assert [check.worth_telling for check in (FINE, IDLE, BLIND, ODD, BROKEN)] == [False, False, True, True, False]
    assert Check("x", Severity.ERROR, Verdict.UNKNOWN, "").worth_telling


def test_examination() -> None:
    one = Examination("PC-1", (FINE, BLIND, ODD, BROKEN, WORSE))
    assert one.error == "PC-1: an hour late; set it\nrefused; issue again"
    result = one.to_result()
    assert result["error"] == one.error
    assert result["headline"] == "an hour late; set it"
    assert result["changed"] is False
    assert [check["id"] for check in result["checks"]] == ["link", "deleted", "dns", "clock", "channel"]
    assert result["checks"][4] == {
        "id": "channel",
        "severity": "error",
        "verdict": "fail",
        "evidence": "refused",
        "remedy": "issue again",
        "windows_errors": [5, 8557],
    }


def test_examination_of_a_sound_machine() -> None:
    one = Examination("PC-1", (FINE, ODD))
    assert one.error is None
    assert "error" not in one.to_result()
    assert one.to_result()["headline"] is None
    assert str(FINE) == "it is up"
    assert one.before_and_after() == ("", "")


def test_tolerated() -> None:
    changed = tolerated([BROKEN, WORSE, FINE], {"clock", "link"})
    assert [check.stops for check in changed] == [False, True, False]
    assert changed[0].verdict is Verdict.FAIL
    assert (changed[0].evidence, changed[0].windows_errors) == (BROKEN.evidence, (2732,))


def test_warnings_tell_what_stops_nobody() -> None:
    machines = [Examination(f"PC-{number}", (FINE, IDLE, BLIND, BROKEN)) for number in range(3)]
    machines.append(Examination("PC-9", (ODD,)))
    assert warnings(machines) == [
        "PC-9: a ghost; delete it",
        "deleted is unknown for 3 machines: nothing is seen; grant it",
    ]


def test_words_of_results() -> None:
    assert [one.value for one in Severity] == ["error", "warning"]
    assert [one.value for one in Verdict] == ["pass", "fail", "skipped", "unknown"]
