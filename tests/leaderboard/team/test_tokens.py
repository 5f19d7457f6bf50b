"""Tests of `leaderboard.team.tokens`."""

import pytest

from leaderboard.team.tokens import _hasher, new_token, prefix_of, verify_token


def test_a_token_matches_its_hash_and_has_a_prefix():
    made = new_token()
    assert verify_token(made.token, made.hash)
    assert prefix_of(made.token) == made.prefix


def test_tokens_are_unique_and_have_160_random_bits():
    tokens = {new_token().token for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(bytes.fromhex(token.rpartition("_")[2])) * 8 == 160 for token in tokens)


def test_the_hash_is_argon2id_and_does_not_contain_the_secret():
    made = new_token()
    assert made.hash.startswith("$argon2id$")
    assert made.token.rpartition("_")[2] not in made.hash
    assert new_token().hash != made.hash


def test_a_hash_costs_what_is_recommended_for_argon2id():
    assert _hasher().hash("a token").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_another_token_with_the_same_prefix_is_refused():
    made, other = new_token(), new_token()
    forged = made.token[: -len(other.token.rpartition("_")[2])] + other.token.rpartition("_")[2]
    assert prefix_of(forged) == made.prefix
    assert not verify_token(forged, made.hash)


@pytest.mark.parametrize("stored_hash", ["", "secret", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA", "$2b$12$abc"])
def test_a_damaged_hash_matches_no_token(stored_hash):
    assert not verify_token(new_token().token, stored_hash)


@pytest.mark.parametrize(
    "text",
    ["", "landmark__", "landmark_" + "0" * 12, "x" * 10_000, "landmark_ABCDEFABCDEF_" + "a" * 40, "\x00", "٣" * 61],
)
def test_a_text_that_is_no_token_has_no_prefix(text):
    assert prefix_of(text) is None


def test_a_trailing_line_break_makes_a_token_invalid():
    assert prefix_of(new_token().token + "\n") is None
