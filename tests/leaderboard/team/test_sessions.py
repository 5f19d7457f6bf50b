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


def test_a_token_lets_its_team_in(members, token, team):
    assert members.by_token(token) == AuthenticatedMember(prefix_of(token), team) == members.by_prefix(prefix_of(token))


def test_an_admin_is_a_member_of_no_team(accounts, members):
    token = accounts.add_token(None, minutes(0))
    assert members.by_token(token) == AuthenticatedMember(prefix_of(token), None)


def test_any_other_token_lets_nobody_in(members, token):
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


def test_a_revoked_token_lets_nobody_in_and_puts_out_who_came_by_it(accounts, members, token):
    secret = members.open_session(members.by_token(token), minutes(0))
    assert members.by_session(secret, minutes(1))
    accounts.revoke(prefix_of(token), minutes(2))
    assert (
        members.by_token(token) is members.by_prefix(prefix_of(token)) is members.by_session(secret, minutes(3)) is None
    )


def test_a_session_lasts_for_its_time_and_no_longer(members, token, team):
    member = members.by_token(token)
    secret = members.open_session(member, minutes(0))
    assert members.by_session(secret, minutes(0) + SESSION_LIFETIME * 0.99) == member
    assert members.by_session(secret, minutes(0) + SESSION_LIFETIME) is None


def test_a_session_ends_when_it_is_closed_and_others_go_on(members, token):
    one, two = (members.open_session(members.by_token(token), minutes(0)) for _ in range(2))
    members.close_session(one)
    assert members.by_session(one, minutes(1)) is None
    assert members.by_session(two, minutes(1))


def test_what_the_database_holds_of_a_session_opens_none(members, token, database):
    members.open_session(members.by_token(token), minutes(0))
    with database.read_transaction() as connection:
        (digest,) = connection.exec_driver_sql("SELECT digest FROM team_sessions").scalars()
    assert members.by_session(digest, minutes(1)) is None


@pytest.mark.parametrize("secret", ["", "x" * 10_000, "\x00", "half \ud800", "' OR '1'='1"])
def test_no_other_secret_is_a_session(members, token, secret):
    members.open_session(members.by_token(token), minutes(0))
    assert members.by_session(secret, minutes(1)) is None
