"""Tests of `leaderboard.team.queue`: claims, turns, entries, failures and retries."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from leaderboard.storage.schema import scorings
from leaderboard.team.queue import LEASE, MAX_ATTEMPTS, RETRY_DELAY
from tests.leaderboard.team.conftest import minutes

EXPIRED = LEASE.total_seconds() / 60 + 0.01  # minutes
AGAIN = RETRY_DELAY.total_seconds() / 60 + 0.01


@pytest.fixture
def enter(queue, make_entry):
    """Enters what a claim holds."""

    def enter_claim(claim, **values):
        team = claim.submission.team
        return queue.enter(claim, make_entry(team, **{"public": 0.5, **values}), {"map@100": [1.0]}, ["q"], ["a note"])

    return enter_claim


def test_an_empty_queue_has_nothing_to_claim(queue):
    assert queue.claim(minutes(0)) is None


def test_the_oldest_submission_is_claimed_first_and_once(queue, hand_in, team, other):
    second, first = hand_in(team, 2), hand_in(other, 1)
    assert [queue.claim(minutes(3)).submission.id for _ in range(2)] == [first.id, second.id]
    assert queue.claim(minutes(3)) is None


def test_a_claimed_submission_is_running(queue, hand_in, submissions, team):
    hand_in(team)
    claim = queue.claim(minutes(1))
    assert (claim.submission.status, claim.submission.attempts) == ("running", 0)
    assert submissions.find(claim.submission.id) == claim.submission


def test_a_scored_submission_has_an_entry_with_its_values(queue, hand_in, enter, submissions, store, team):
    hand_in(team)
    entry = enter(queue.claim(minutes(1)))
    (submission,) = submissions.find_all(team)
    assert (submission.status, submission.entry, submission.report) == ("scored", entry.id, ("a note",))
    assert store.entries() == [entry]
    np.testing.assert_array_equal(store.per_query(entry.id)["map@100"], [1.0])
    assert queue.claim(minutes(99)) is None


def test_concurrent_workers_enter_each_submission_once(queue, hand_in, enter, store, accounts):
    teams = [accounts.add_team(f"team {number}", minutes(0)) for number in range(4)]
    submitted = {hand_in(team, minute).id for minute in range(3) for team in teams}

    def work(_):
        done = []
        while claim := queue.claim(minutes(5)):
            done.append(claim.submission.id)
            assert enter(claim)
        return done

    with ThreadPoolExecutor(6) as pool:
        done = [each for result in pool.map(work, range(6)) for each in result]
    done += work(None)  # a worker ends while another scores the last submissions of a team
    assert sorted(done) == sorted(submitted)
    assert len(store.entries()) == len(submitted)


def test_a_renewed_claim_cannot_be_claimed_by_another_worker(queue, hand_in, team):
    hand_in(team)
    claim = queue.claim(minutes(0))
    assert queue.renew(claim, minutes(0.2))
    assert queue.claim(minutes(0.2 + EXPIRED - 0.05)) is None
    assert queue.claim(minutes(0.2 + EXPIRED)).submission.id == claim.submission.id


def test_a_worker_that_lost_its_claim_enters_nothing(queue, hand_in, enter, store, submissions, team):
    hand_in(team)
    killed = queue.claim(minutes(0))
    again = queue.claim(minutes(EXPIRED))
    assert not queue.renew(killed, minutes(EXPIRED))
    assert not queue.reject(killed, ["no"])
    assert not queue.fail(killed, "no")
    assert enter(killed) is None
    assert store.entries() == []
    entry = enter(again)
    assert enter(again) is enter(killed) is None
    assert store.entries() == [entry]
    assert submissions.find(again.submission.id).entry == entry.id


def test_the_database_itself_refuses_a_second_entry_of_a_submission(
    queue, hand_in, enter, store, database, make_entry, team
):
    hand_in(team)
    claim = queue.claim(minutes(0))
    enter(claim)
    second = store.add(make_entry())
    row = {"submission": claim.submission.id, "entry": second.id, "released": second.id}
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(insert(scorings).values(row))


def test_a_claim_stays_valid_if_the_entry_cannot_be_stored(queue, hand_in, enter, store, submissions, team):
    hand_in(team)
    claim = queue.claim(minutes(0))
    with pytest.raises(ValueError, match="one number for each query"):
        queue.enter(claim, None, {"map@100": [1.0, 2.0]}, ["q"], [])
    assert submissions.find(claim.submission.id).status == "running"
    assert enter(claim)


def test_a_file_that_ends_every_worker_fails_and_counts_towards_the_daily_limit(queue, hand_in, submissions, team):
    hand_in(team)
    for attempt in range(MAX_ATTEMPTS):
        claim = queue.claim(minutes(attempt * AGAIN), worker="0123456789abcdef")
        assert claim.secret.startswith("0123456789abcdef")
        assert (len(claim.secret), claim.submission.attempts) == (32, attempt)
        queue.release("0123456789abcdef", minutes(attempt * AGAIN), "took too much memory")
        assert queue.claim(minutes(attempt * AGAIN)) is None
    assert queue.claim(minutes(MAX_ATTEMPTS * AGAIN)) is None
    (failed,) = submissions.find_all(team)
    assert failed.status == "failed"
    assert failed.report == ("scoring the file took too much memory, 3 times; it counts towards the daily limit",)
    assert submissions.daily_usage(team, failed.competition, failed.task, minutes(9)).counted == 1


def test_a_worker_that_dies_for_another_reason_never_makes_a_submission_fail(queue, hand_in, submissions, team):
    hand_in(team)
    for _ in range(MAX_ATTEMPTS + 3):
        claim = queue.claim(minutes(0.1), worker="a" * 16)
        queue.release("a" * 16, minutes(0))
        queue.release("b" * 16, minutes(0), "is another worker's")
    for attempt in range(MAX_ATTEMPTS + 3):  # the server died with it
        assert queue.claim(minutes(1 + attempt * EXPIRED))
    assert submissions.find(claim.submission.id).attempts == 0


def test_a_postponed_submission_says_why_and_is_scored_later(queue, hand_in, enter, submissions, team):
    hand_in(team)
    claim = queue.claim(minutes(0))
    assert queue.postpone(claim, "the disk is full", minutes(0))
    assert not queue.postpone(claim, "the disk is full", minutes(0))
    waiting = submissions.find(claim.submission.id)
    assert (waiting.status, waiting.report) == ("queued", ("the disk is full; it will be scored again",))
    assert queue.claim(minutes(AGAIN - 0.1)) is None
    assert enter(queue.claim(minutes(AGAIN)))


def test_teams_take_turns(queue, hand_in, enter, team, other):
    for minute in range(5):
        hand_in(team, minute)
    enter(queue.claim(minutes(6)))
    late = hand_in(other, 7), hand_in(other, 8)
    order = [queue.claim(minutes(9)) for _ in range(3)]
    assert order[0].submission.id == late[0].id
    assert order[1].submission.team == team.name
    assert order[2] is None  # one at a time of each team
    enter(order[0])
    assert queue.claim(minutes(9)).submission.id == late[1].id


def test_a_worker_claims_only_submissions_to_its_competitions(queue, hand_in, team):
    own = hand_in(team)
    assert queue.claim(minutes(1), {"another": "/folder"}) is None
    assert queue.claim(minutes(1), []) is None
    assert queue.claim(minutes(1), {own.competition: "/folder"}).submission.id == own.id


def test_only_failed_submissions_can_be_retried(queue, hand_in, enter, submissions, team):
    hand_in(team)
    claim = queue.claim(minutes(0))
    assert not queue.retry(claim.submission.id)
    assert queue.fail(claim, "the disk was full")
    assert submissions.find(claim.submission.id).report == ("the disk was full",)
    assert queue.retry(claim.submission.id)
    assert submissions.find(claim.submission.id).attempts == 0
    assert enter(queue.claim(minutes(1)))
    assert not queue.retry(claim.submission.id)
    assert not queue.retry("nothing")


def test_the_last_released_score_is_that_of_the_previous_submission(queue, hand_in, enter, team, other):
    hand_in(team, 0)
    claim = queue.claim(minutes(1))
    assert queue.last_released(claim.submission) is None
    first = enter(claim)
    hand_in(team, 2)
    second = queue.claim(minutes(3))
    assert queue.last_released(second.submission) == first.id
    queue.enter(second, first, {}, [], [], released=first.id)
    hand_in(team, 4)
    assert queue.last_released(queue.claim(minutes(5)).submission) == first.id
    hand_in(other, 5.1)
    assert queue.last_released(queue.claim(minutes(5.2)).submission) is None
