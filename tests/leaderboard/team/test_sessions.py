"""Tests of `leaderboard.team.sessions`: authentication by token and by session."""

import pytest

from leaderboard.team.sessions import SESSION_LIFETIME, AuthenticatedMember, Authentication
from leaderboard.team.tokens import new_token, prefix_of
from tests.leaderboard.team.conftest import minutes


@pytest.fixture
def members(database):
    return Authentication(database)


@pytest.fixture
def token(accounts, team):
    return accounts.add_token(team, minutes(0))


def test_a_token_authenticates_its_team(members, token, team):
    assert members.by_token(token) == AuthenticatedMember(prefix_of(token), team) == members.by_prefix(prefix_of(token))


def test_an_admin_has_no_team(accounts, members):
    token = accounts.add_token(None, minutes(0))
    assert members.by_token(token) == AuthenticatedMember(prefix_of(token), None)


def test_any_other_token_is_invalid(members, token):
    for other in (
        new_token().token,
        token[:-1] + "0",
        token[:-1] + "1",
        token + "0",
        "",
        prefix_of(token),
        "' OR 1=1 --",
    ):
        assert other == token or members.by_token(other) is None
    assert members.by_prefix("0" * 12) is None


def test_revoking_a_token_invalidates_it_and_ends_its_sessions(accounts, members, token):
    secret = members.open_session(members.by_token(token), minutes(0))
    assert members.by_session(secret, minutes(1))
    accounts.revoke(prefix_of(token), minutes(2))
    assert (
        members.by_token(token) is members.by_prefix(prefix_of(token)) is members.by_session(secret, minutes(3)) is None
    )


def test_a_session_expires_after_its_lifetime(members, token, team):
    member = members.by_token(token)
    secret = members.open_session(member, minutes(0))
    assert members.by_session(secret, minutes(0) + SESSION_LIFETIME * 0.99) == member
    assert members.by_session(secret, minutes(0) + SESSION_LIFETIME) is None


def test_closing_a_session_leaves_the_others_open(members, token):
    one, two = (members.open_session(members.by_token(token), minutes(0)) for _ in range(2))
    members.close_session(one)
    assert members.by_session(one, minutes(1)) is None
    assert members.by_session(two, minutes(1))


def test_the_stored_digest_of_a_session_opens_no_session(members, token, database):
    members.open_session(members.by_token(token), minutes(0))
    with database.read_transaction() as connection:
        (digest,) = connection.exec_driver_sql("SELECT digest FROM team_sessions").scalars()
    assert members.by_session(digest, minutes(1)) is None


@pytest.mark.parametrize("secret", ["", "x" * 10_000, "\x00", "half \ud800", "' OR '1'='1"])
def test_no_other_secret_is_a_session(members, token, secret):
    members.open_session(members.by_token(token), minutes(0))
    assert members.by_session(secret, minutes(1)) is None
