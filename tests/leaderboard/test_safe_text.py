"""Tests of `leaderboard.safe_text`."""

import pytest

from leaderboard.errors import StoreError
from leaderboard.safe_text import hide_credentials
from leaderboard.storage.database import Database


@pytest.mark.parametrize(
    "url",
    [
        "http://ann:secret@host:5000/x",
        "http://secret@host/x",
        "mlflow:postgresql+psycopg://ann:secret@host/x",
        "http://ann:a/secret@host/x",
        "http://ann:a@secret@host/x",
        "https://host/x?api_key=secret&page=2",
        "postgresql://host/x?PASSWORD=secret",
        "first http://ann:secret@a/x, then 'http://ann:secret@b/x'",
    ],
)
def test_no_credentials_of_a_url_remain(url: str) -> None:
    assert "secret" not in hide_credentials(url)
    assert "ann" not in hide_credentials(url)


@pytest.mark.parametrize("text", ["http://host:5000/a", "a:b@c", "see https://host/x?page=2", ""])
def test_texts_without_credentials_stay(text: str) -> None:
    assert hide_credentials(text) == text


@pytest.mark.parametrize(
    "url", ["foo://ann:secret@host/x", "postgresql://host:secret/x", "foo://host/x?password=secret"]
)
def test_errors_of_a_database_hide_the_password_of_its_url(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Database(url)
    assert "secret" not in str(caught.value)
