"""Tests of `leaderboard.team.rules`."""

from datetime import datetime

import pytest

from leaderboard.errors import TeamError
from leaderboard.team.rules import CompetitionRules, DailyUsage, require_within_limits
from tests.leaderboard.team.conftest import minutes


def test_default_rules_are_five_submissions_a_day_and_no_deadline(rules_store):
    assert rules_store.get("c") == CompetitionRules("c", None, 5, ladder=False)


def test_rules_are_changed_one_by_one(rules_store):
    rules_store.set("c", deadline=minutes(10))
    rules_store.set("c", ladder=True)
    rules_store.set("d", daily_limit=2)
    assert rules_store.get("c") == CompetitionRules("c", minutes(10), 5, ladder=True)
    assert rules_store.set("c", deadline=None) == rules_store.get("c") == CompetitionRules("c", None, 5, ladder=True)
    assert rules_store.get("d").daily_limit == 2


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_an_unreasonable_daily_limit_is_refused(rules_store, limit):
    with pytest.raises(TeamError, match="daily limit"):
        rules_store.set("c", daily_limit=limit)


def test_a_deadline_needs_a_zone():
    with pytest.raises(ValueError, match="zone"):
        CompetitionRules("c", datetime(2026, 3, 1))


def test_a_competition_is_closed_from_its_deadline_on():
    rules = CompetitionRules("c", deadline=minutes(10))
    assert not rules.is_closed(minutes(9.99))
    assert rules.is_closed(minutes(10))
    with pytest.raises(TeamError, match="closed at 2026-03-01 12:10 UTC"):
        require_within_limits(rules, DailyUsage(0, 0), minutes(10))


def test_rejected_submissions_do_not_count_but_have_a_limit_of_their_own():
    rules = CompetitionRules("c", daily_limit=2)
    assert [DailyUsage(*counts).remaining(rules) for counts in ((0, 0), (1, 1), (2, 2), (0, 7), (0, 8), (3, 9))] == [
        2,
        1,
        0,
        1,
        0,
        0,
    ]
    with pytest.raises(TeamError, match=r"all 2 submissions of today .* in 12 h 0 min"):
        require_within_limits(rules, DailyUsage(2, 5), minutes(0))
    with pytest.raises(TeamError, match="8 files, most of them rejected"):
        require_within_limits(rules, DailyUsage(1, 8), minutes(0))
