"""Tests of `leaderboard.team.accounts`."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from leaderboard.errors import TeamError
from leaderboard.team.accounts import MAX_TEAM_NAME_LENGTH
from tests.leaderboard.team.conftest import minutes


def test_a_team_is_found_by_its_name_in_any_case(accounts, team):
    assert accounts.team("alpha") == accounts.team(" ALPHA ") == team
    assert accounts.teams() == [team]


def test_the_error_for_an_unknown_team_says_how_to_create_it(accounts):
    with pytest.raises(TeamError, match="landmark team add"):
        accounts.team("nobody")


@pytest.mark.parametrize("name", ["Alpha", "alpha", "ＡLPHA"])
def test_team_names_that_look_alike_are_refused(accounts, team, name):
    with pytest.raises(TeamError, match="already"):
        accounts.add_team(name, minutes(1))
    assert accounts.teams() == [team]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " a",
        "a\n",
        "a\x00b",
        "\u202egnp",
        "a\x1b[31m",
        "half \ud800",
        "x" * (MAX_TEAM_NAME_LENGTH + 1),
        "x" * 10_000,
    ],
)
def test_an_unprintable_name_is_refused_in_one_line(accounts, name):
    with pytest.raises(TeamError, match="cannot be the name of a team") as caught:
        accounts.add_team(name, minutes(1))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "'; DROP TABLE teams; --", "日本語 ünï 🗿", "=1+1", "../a", "%s{0}"]
)
def test_any_other_name_is_stored_unchanged(accounts, name):
    created = accounts.add_team(name, minutes(1))
    assert accounts.teams() == [created]
    assert created.name == name


def test_a_team_cannot_take_the_name_of_a_solution(accounts, store, make_entry):
    store.add(make_entry("hash(kind='dct')"))
    for name, taken in (("Hash", ()), ("gem", ("GeM",))):
        with pytest.raises(TeamError, match="the name of a solution"):
            accounts.add_team(name, minutes(1), taken)


def test_concurrent_creations_of_one_team_succeed_once(accounts):
    def add(_):
        try:
            return accounts.add_team("Gamma", minutes(1))
        except TeamError:
            return None

    with ThreadPoolExecutor(8) as pool:
        created = [each for each in pool.map(add, range(8)) if each]
    assert accounts.teams() == created
    assert len(created) == 1


def test_the_list_of_tokens_contains_no_secret(accounts, team):
    token, admin = accounts.add_token(team, minutes(1)), accounts.add_token(None, minutes(2))
    newest, oldest = accounts.tokens()
    assert (newest.team, oldest.team) == (None, "Alpha")
    assert oldest.prefix in token
    assert newest.prefix in admin
    assert all(
        each not in repr(accounts.tokens()) for each in (token.rpartition("_")[2], admin.rpartition("_")[2], "argon")
    )


def test_a_token_is_revoked_once(accounts, team):
    accounts.add_token(team, minutes(1))
    (token,) = accounts.tokens()
    assert accounts.revoke(token.prefix, minutes(2))
    assert not accounts.revoke(token.prefix, minutes(3))
    assert not accounts.revoke("0" * 12, minutes(3))
    assert accounts.tokens()[0].revoked == minutes(2)
