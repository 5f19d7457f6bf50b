"""Tests of `leaderboard.team.texts`."""

import pytest

from leaderboard.errors import TeamError
from leaderboard.team.texts import MAX_TEXT_LENGTH, CompetitionTexts
from tests.factories.entries import NOON


def test_a_text_is_stored_for_each_page_and_an_empty_one_deletes_it(database):
    texts = CompetitionTexts(database)
    assert texts.get("c", "rules") == ""
    texts.save("c", "rules", "# Rules\n\x00", NOON)
    texts.save("c", "data", "Images", NOON)
    assert (texts.get("c", "rules"), texts.get("c", "data"), texts.get("d", "data")) == ("# Rules\n\x00", "Images", "")
    texts.save("c", "rules", " \n", NOON)
    assert texts.get("c", "rules") == ""
    with pytest.raises(TeamError, match="a text has at most"):
        texts.save("c", "rules", "x" * (MAX_TEXT_LENGTH + 1), NOON)
