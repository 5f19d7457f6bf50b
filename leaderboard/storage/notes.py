"""Stars, tags and notes of entries, and saved views of boards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, inspect, select

from leaderboard.errors import LeaderboardError
from leaderboard.rendering.export_columns import FurtherColumn
from leaderboard.safe_text import shorten
from leaderboard.storage import schema
from leaderboard.storage.database import Database

MAX_TAGS, MAX_TAG, MAX_NOTE = 12, 30, 4000  # tags of an entry, characters of a tag, characters of a note
MAX_VIEWS, MAX_VIEW_NAME, MAX_QUERY = 50, 60, 2000  # views of a board, characters of a name, characters of a query


@dataclass(frozen=True)
class EntryNote:
    """What a user has noted of an entry: a star, tags in the order given, and a text."""

    star: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class SavedView:
    """A board under a name: the part that its tab shows, and the query string of its address without "?"."""

    id: int
    name: str
    tab: str
    query: str


def parse_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a text in which commas separate them, each once.

    Raises LeaderboardError for more than MAX_TAGS, a tag of more than MAX_TAG characters, or a control character.

    >>> parse_tags("baseline, for paper,,Baseline")
    ('baseline', 'for paper')
    """
    tags: dict[str, str] = {}
    for tag in filter(None, map(str.strip, text.split(","))):
        tags.setdefault(tag.casefold(), tag)
    if len(tags) > MAX_TAGS:
        raise LeaderboardError(f"an entry has at most {MAX_TAGS} tags, not {len(tags)}")
    for tag in tags.values():
        if len(tag) > MAX_TAG or not tag.isprintable():
            raise LeaderboardError(f"the tag {shorten(tag, 40)!r} is no printable text of at most {MAX_TAG} characters")
    return tuple(tags.values())


def note_columns(notes: Sequence[EntryNote]) -> list[FurtherColumn]:
    """Return the columns star, tags (separated by commas) and note of some rows of a board."""
    return [
        FurtherColumn("star", [note.star for note in notes]),
        FurtherColumn("tags", [", ".join(note.tags) for note in notes]),
        FurtherColumn("note", [note.note for note in notes]),
    ]


class NoteStore:
    """The notes and views of a database. Methods raise StoreError if it cannot be read or written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def can_write(self) -> bool:
        """Whether notes can be changed, which they cannot in a read-only workspace."""
        return not self._database.is_read_only

    def find(self, entries: Iterable[int] | None = None) -> dict[int, EntryNote]:
        """Return the notes of some entries, or of all, by the id of the entry; entries without a note are left out."""
        table = schema.entry_notes
        query = select(table.c.entry, table.c.star, table.c.tags, table.c.note)
        if entries is not None:
            query = query.where(table.c.entry.in_(list(entries)))
        with self._database.read_transaction() as connection:
            if self._lacks_tables(connection):
                return {}
            return {entry: EntryNote(star, tuple(tags), note) for entry, star, tags, note in connection.execute(query)}

    def find_one(self, entry: int) -> EntryNote:
        """Return the note of an entry, an empty one if it has none."""
        return self.find([entry]).get(entry, EntryNote())

    def save(self, entry: int, note: EntryNote) -> None:
        """Store the note of an entry in the place of an earlier one; an empty note removes it.

        Raises LeaderboardError if there is no such entry or the text is too long.
        """
        if len(note.note) > MAX_NOTE:
            raise LeaderboardError(f"a note has at most {MAX_NOTE} characters, not {len(note.note)}")
        tags = parse_tags(",".join(note.tags))
        table = schema.entry_notes
        with self._database.write_transaction() as connection:
            if connection.scalar(select(schema.entries.c.id).where(schema.entries.c.id == entry)) is None:
                raise LeaderboardError(f"there is no entry {entry}")
            connection.execute(delete(table).where(table.c.entry == entry))
            if note != EntryNote():
                values = {"star": note.star, "tags": list(tags), "note": note.note, "changed": datetime.now(UTC)}
                connection.execute(insert(table).values(entry=entry, **values))

    def views(self, competition: str, task: str) -> Sequence[SavedView]:
        """Return the saved views of a board by name."""
        table = schema.saved_views
        query = select(table.c.id, table.c.name, table.c.tab, table.c.query)
        query = query.where(table.c.competition == competition, table.c.task == task).order_by(table.c.name)
        with self._database.read_transaction() as connection:
            return [] if self._lacks_tables(connection) else [SavedView(*row) for row in connection.execute(query)]

    def save_view(self, competition: str, task: str, view: SavedView) -> None:
        """Store a view, in the place of one with the same name; its `id` does not matter.

        Raises LeaderboardError for an empty, long or unprintable name, a long query, and beyond MAX_VIEWS of a board.
        """
        table, name = schema.saved_views, view.name.strip()
        if not name or len(name) > MAX_VIEW_NAME or not name.isprintable() or len(view.query) > MAX_QUERY:
            raise LeaderboardError(f"a view has a name of 1 to {MAX_VIEW_NAME} printable characters")
        own_board = table.c.competition == competition, table.c.task == task
        with self._database.write_transaction() as connection:
            connection.execute(delete(table).where(*own_board, table.c.name == name))
            if (connection.scalar(select(func.count()).select_from(table).where(*own_board)) or 0) >= MAX_VIEWS:
                raise LeaderboardError(f"a board has at most {MAX_VIEWS} saved views; delete one")
            values = {"name": name, "tab": view.tab[:16], "query": view.query}
            connection.execute(insert(table).values(competition=competition, task=task, **values))

    def delete_view(self, competition: str, task: str, view: int) -> None:
        """Delete a view of a board, if there is one with this id."""
        table = schema.saved_views
        own = table.c.id == view, table.c.competition == competition, table.c.task == task
        with self._database.write_transaction() as connection:
            connection.execute(delete(table).where(*own))

    def _lacks_tables(self, connection: Connection) -> bool:
        """Return whether the database is of version 3 and could not be migrated as it is read-only."""
        return not self.can_write and not inspect(connection).has_table(schema.entry_notes.name)
