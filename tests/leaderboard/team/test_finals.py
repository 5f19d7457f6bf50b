"""Tests of the finals in `leaderboard.team.submissions`."""

import pytest

from leaderboard.order import Order
from leaderboard.team.submissions import Submission, team_finals
from tests.leaderboard.team.conftest import minutes, upload

ORDER = Order("map@100", higher_is_better=True)


@pytest.fixture
def submissions_and_entries(make_entry):
    """Submissions of a team with these public scores, and their entries; `chosen` and `hidden` are their places."""

    def make(*public, chosen=(), hidden=()):
        state = {"team": "Alpha", "received": minutes(0), "status": "scored", "report": (), "attempts": 1}
        submissions = [
            Submission(
                **vars(upload()),
                number=place + 1,
                chosen=place in chosen,
                hidden="why" if place in hidden else None,
                entry=place,
                **state,
            )
            for place in range(len(public))
        ]
        return submissions, [
            make_entry("Alpha", minute=place, id=place, public=score) for place, score in enumerate(public)
        ]

    return make


@pytest.mark.parametrize(
    ("public", "marks", "expected"),
    [
        ((0.1, 0.5, 0.3), {}, {1, 2}),
        ((0.1, 0.5, 0.3), {"chosen": [0]}, {0, 1}),
        ((0.1, 0.5, 0.3), {"chosen": [0, 2]}, {0, 2}),
        ((0.1, 0.5, 0.3), {"hidden": [1]}, {0, 2}),
        ((0.1, 0.5, 0.3), {"chosen": [0, 1], "hidden": [1]}, {0, 2}),
        ((0.5, 0.5, 0.5), {}, {0, 1}),  # of equal ones the earlier
        ((0.1,), {}, {0}),
        ((), {}, set()),
    ],
)
def test_finals_are_the_chosen_entries_and_then_the_best_public_ones(submissions_and_entries, public, marks, expected):
    assert team_finals(*submissions_and_entries(*public, **marks), ORDER) == expected


def test_entries_of_other_teams_are_not_finals(submissions_and_entries, make_entry):
    submissions, entries = submissions_and_entries(0.1)
    assert team_finals(submissions, [*entries, make_entry("Beta", id=9, public=0.9)], ORDER) == {0}
