"""The texts of a competition that admins write in Markdown: its overview, its data and its rules."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import delete, insert, select

from leaderboard.errors import TeamError
from leaderboard.storage.database import Database
from leaderboard.storage.schema import texts

TextPage = Literal["overview", "data", "rules"]
TEXT_PAGES: tuple[TextPage, ...] = get_args(TextPage)
MAX_TEXT_LENGTH = 50_000  # characters


class CompetitionTexts:
    """The texts of all competitions. Every method raises StoreError if the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, competition: str, page: TextPage) -> str:
        """The Markdown of a page, empty if none was written."""
        own = texts.c.competition == competition, texts.c.page == page
        with self._database.read_transaction() as connection:
            return connection.scalar(select(texts.c.text).where(*own)) or ""

    def save(self, competition: str, page: TextPage, text: str, now: datetime) -> None:
        """Store the Markdown of a page; an empty text deletes it. Raises TeamError beyond MAX_TEXT_LENGTH."""
        if len(text) > MAX_TEXT_LENGTH:
            raise TeamError(f"a text has at most {MAX_TEXT_LENGTH} characters, not {len(text)}")
        own = texts.c.competition == competition, texts.c.page == page
        with self._database.write_transaction() as connection:
            connection.execute(delete(texts).where(*own))
            if text.strip():
                connection.execute(insert(texts).values(competition=competition, page=page, text=text, changed=now))
