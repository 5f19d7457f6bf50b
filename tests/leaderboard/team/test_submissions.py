"""Tests of `leaderboard.team.submissions` and of its tables in `leaderboard.storage.schema`."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from leaderboard.errors import LimitError, TeamError
from leaderboard.team.rules import CompetitionRules, DailyUsage
from tests.leaderboard.team.conftest import minutes, upload


def test_submissions_are_numbered_within_team_competition_and_task(submissions, hand_in, team, other):
    first, second = hand_in(team, 0), hand_in(team, 1)
    rest = [
        hand_in(team, 2, task="recognition"),
        hand_in(team, 3, CompetitionRules("d"), competition="d"),
        hand_in(other, 4),
    ]
    assert [each.number for each in (first, second, *rest)] == [1, 2, 1, 1, 1]
    assert (first.status, first.team, first.entry, first.received) == ("queued", "Alpha", None, minutes(0))
    assert submissions.find_all(team) == [rest[1], rest[0], second, first]
    assert submissions.find_all(competition="d") == [rest[1]]
    assert submissions.find(second.id) == second


@pytest.mark.parametrize("submission_id", ["", "0" * 32, "../../etc/passwd", "x" * 10_000, "\x00", "' OR 1=1 --"])
def test_no_other_id_finds_anything(submissions, hand_in, team, submission_id):
    hand_in(team)
    assert submissions.find(submission_id) is None


def test_hostile_text_is_stored_unchanged(hand_in, submissions, team, hostile_names):
    rules = CompetitionRules("c", daily_limit=100)
    for name in hostile_names:
        made = hand_in(team, 0, rules, file_name=name, message=name)
        assert submissions.find(made.id) == made
        assert made.message == made.file_name == name


def test_the_same_file_is_submitted_once(hand_in, submissions, team, other):
    first = hand_in(team, 0, digest="d" * 64)
    assert hand_in(team, 1, digest="d" * 64) == first
    assert hand_in(other, 2, digest="d" * 64) != first
    assert len(submissions.find_all(team)) == 1


def test_the_daily_limit_is_by_utc_days(hand_in, team, other):
    rules = CompetitionRules("c", daily_limit=2)
    for minute in (0, 12 * 60 - 0.01):
        hand_in(team, minute, rules)
    with pytest.raises(LimitError, match=r"all 2 submissions of today were made; .* in 0 h 1 min"):
        hand_in(team, 12 * 60 - 0.01, rules)
    hand_in(other, 1, rules)
    hand_in(team, 1, rules, task="recognition")
    assert hand_in(team, 12 * 60, rules).number == 3


def test_concurrent_submissions_respect_the_daily_limit(submissions, team):
    rules = CompetitionRules("c", daily_limit=3)

    def hand_in(_):
        try:
            return submissions.add(team, upload(), rules, minutes(0))
        except LimitError:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [each for each in pool.map(hand_in, range(12)) if each]
    assert sorted(each.number for each in made) == [1, 2, 3]
    assert len(submissions.find_all(team)) == 3


def test_after_the_deadline_submissions_are_closed(hand_in, submissions, team):
    with pytest.raises(TeamError, match="submissions closed at"):
        hand_in(team, 10, CompetitionRules("c", deadline=minutes(10)))
    assert submissions.find_all(team) == []
    assert submissions.daily_usage(team, "c", "retrieval", minutes(10)) == DailyUsage(0, 0)


def test_rejected_submissions_do_not_count(hand_in, submissions, queue, team):
    hand_in(team)
    queue.reject(queue.claim(minutes(1)), ["line 1: wrong"])
    assert submissions.daily_usage(team, "c", "retrieval", minutes(2)) == DailyUsage(0, 1)
    assert submissions.find_all(team)[0].report == ("line 1: wrong",)


@pytest.fixture
def scored_submissions(hand_in, queue, make_entry):
    """Submits a number of files of a team and scores them."""

    def enter(team, count, **values):
        made = [hand_in(team, minute, **values) for minute in range(count)]
        for number in range(count):
            queue.enter(queue.claim(minutes(9)), make_entry(team.name, public=number / 10), {}, [], [])
        return made

    return enter


def test_two_finals_can_be_chosen_and_replaced(submissions, scored_submissions, team):
    made = scored_submissions(team, 3)

    def chosen():
        return [each.id for each in reversed(submissions.find_all(team)) if each.chosen]

    submissions.choose(team, [made[0].id, made[1].id], CompetitionRules("c"), "retrieval", minutes(10))
    assert chosen() == [made[0].id, made[1].id]
    submissions.choose(team, [made[2].id], CompetitionRules("c"), "retrieval", minutes(10))
    assert chosen() == [made[2].id]
    submissions.choose(team, [], CompetitionRules("c"), "retrieval", minutes(10))
    assert chosen() == []


def test_an_invalid_choice_of_finals_changes_nothing(submissions, scored_submissions, hand_in, team, other):
    made, waiting = scored_submissions(team, 3), hand_in(other, 1)
    submissions.choose(team, [made[0].id], CompetitionRules("c"), "retrieval", minutes(10))
    for ids in ([each.id for each in made], [waiting.id], [made[1].id, waiting.id], ["nothing"]):
        with pytest.raises(TeamError, match="finals|a final"):
            submissions.choose(team, ids, CompetitionRules("c"), "retrieval", minutes(10))
    for team_of, task in ((other, "retrieval"), (team, "recognition")):
        with pytest.raises(TeamError, match="a final"):
            submissions.choose(team_of, [made[0].id], CompetitionRules("c"), task, minutes(10))
    with pytest.raises(TeamError, match="is closed"):
        submissions.choose(team, [made[1].id], CompetitionRules("c", deadline=minutes(10)), "retrieval", minutes(10))
    assert [each.id for each in submissions.find_all(team) if each.chosen] == [made[0].id]


def test_a_hidden_submission_has_a_hidden_entry_until_it_is_shown_again(submissions, scored_submissions, team):
    made = scored_submissions(team, 2)
    submissions.hide(made[0].id, "two accounts")
    hidden = submissions.find(made[0].id)
    assert hidden.hidden == "two accounts"
    assert submissions.hidden_entries() == {hidden.entry}
    submissions.hide(made[0].id, None)
    assert submissions.hidden_entries() == set()
