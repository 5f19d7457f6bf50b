"""The store of entries: an append-only log in a database."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sqlalchemy import Connection, RowMapping, Select, insert, select
from sqlalchemy.exc import IntegrityError

from leaderboard.entry import Coverage, Entry, Stage
from leaderboard.storage import schema
from leaderboard.storage.database import Database
from leaderboard.storage.entry_digest import KEY, entry_digest, require_intact
from leaderboard.storage.serialization import pack_ids, pack_values, unpack_ids, unpack_values

COLUMNS = [schema.entries.c[field.name] for field in fields(Entry)]
AGE_COLUMNS = schema.entries.c.created, schema.entries.c.id


class EntryStore:
    """Entries in an SQLite file or the database of an SQLAlchemy URL; many threads and processes may write at once.

    Every method raises StoreError, in one line, if the database cannot be read or written.
    """

    def __init__(self, location: str | Path | Database) -> None:
        self._database = location if isinstance(location, Database) else Database(location)

    def add(
        self, entry: Entry, per_query: Mapping[str, ArrayLike] | None = None, query_ids: Sequence[str] | None = None
    ) -> Entry:
        """Store an entry in one transaction; return it with its id.

        `per_query` gives one number (float64, nan allowed) for each query by name, in the order of `query_ids`; the
        same list of ids is stored once for all entries. Raises ValueError if their lengths differ.
        """
        insert_entry = prepare_insert(entry, per_query, query_ids)
        with self._database.write_transaction() as connection:
            return insert_entry(connection)

    def entries(
        self,
        competition: str | None = None,
        task: str | None = None,
        split: str | None = None,
        solution: str | None = None,
    ) -> list[Entry]:
        """The entries with these values (None matches any), the earliest first."""
        filters = {"competition": competition, "task": task, "split": split, "solution": solution}
        conditions = (schema.entries.c[name] == value for name, value in filters.items() if value is not None)
        return self._select(select(*COLUMNS).where(*conditions).order_by(*AGE_COLUMNS))

    def find(self, run_key: str) -> Entry | None:
        """The latest entry of a run that did not fail, None if there is none."""
        table = schema.entries
        query = select(*COLUMNS).where(table.c.run_key == run_key, table.c.status != "failed")
        entries = self._select(query.order_by(*(column.desc() for column in AGE_COLUMNS)).limit(1))
        return entries[0] if entries else None

    def of_run(self, run_key: str) -> list[Entry]:
        """The entries of a run, the latest first."""
        query = select(*COLUMNS).where(schema.entries.c.run_key == run_key)
        return self._select(query.order_by(*(column.desc() for column in AGE_COLUMNS)))

    def by_ids(self, ids: Sequence[int]) -> dict[int, Entry]:
        """The existing entries with these ids, by id."""
        return {entry.id or 0: entry for entry in self._select(select(*COLUMNS).where(schema.entries.c.id.in_(ids)))}

    def per_query(self, entry_id: int, names: Sequence[str] | None = None) -> dict[str, NDArray[np.float64]]:
        """The per-query arrays of an entry by name (`names` None: all of them); empty if none were stored."""
        table = schema.per_query
        filters = [] if names is None else [table.c.name.in_(names)]
        query = select(table.c.name, table.c.packed).where(table.c.entry == entry_id, *filters).order_by(table.c.id)
        with self._database.read_transaction() as connection:
            return {name: unpack_values(packed) for name, packed in connection.execute(query)}

    def query_ids(self, entry_id: int) -> list[str]:
        """The query ids in the order of `per_query`; empty if none were stored with the entry."""
        query = select(schema.query_lists.c.packed).join(schema.entries).where(schema.entries.c.id == entry_id)
        with self._database.read_transaction() as connection:
            packed = connection.scalar(query)
            return [] if packed is None else unpack_ids(packed)

    def _select(self, query: Select[Any]) -> list[Entry]:
        with self._database.read_transaction() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]


def prepare_insert(
    entry: Entry, per_query: Mapping[str, ArrayLike] | None, query_ids: Sequence[str] | None
) -> Callable[[Connection], Entry]:
    """Return a function that stores an entry in a transaction and returns it with its id; it does no slow work."""
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in (per_query or {}).items()}
    _require_one_length(arrays, query_ids)
    packed = [{"name": name, "packed": pack_values(values)} for name, values in arrays.items()]
    ids = None if query_ids is None else pack_ids(query_ids)

    def insert_entry(connection: Connection) -> Entry:
        values = {name: value for name, value in vars(entry).items() if name != "id"}
        values["versions"] = {**entry.versions, KEY: entry_digest(values)}
        values["query_list"] = None if ids is None else _store_ids(connection, ids)
        entry_id = connection.scalar(insert(schema.entries).values(values).returning(schema.entries.c.id))
        if packed:
            connection.execute(insert(schema.per_query), [{"entry": entry_id, **row} for row in packed])
        return replace(entry, id=entry_id)

    return insert_entry


def _require_one_length(arrays: Mapping[str, NDArray[np.float64]], query_ids: Sequence[str] | None) -> None:
    shapes = {values.shape for values in arrays.values()} | (set() if query_ids is None else {(len(query_ids),)})
    if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
        raise ValueError(f"per-query values need one number for each query, not arrays of {sorted(shapes)}")


def _store_ids(connection: Connection, packed: bytes) -> str:
    """Store a list of ids, unless it is stored already; return its digest, which is its key."""
    digest = sha256(packed).hexdigest()
    table = schema.query_lists
    if connection.scalar(select(table.c.digest).where(table.c.digest == digest)) is None:
        with suppress(IntegrityError), connection.begin_nested():  # another process may be faster
            connection.execute(insert(table).values(digest=digest, packed=packed))
    return digest


def _entry(row: RowMapping) -> Entry:
    values: dict[str, Any] = dict(row)
    values["versions"] = dict(values["versions"])
    require_intact(values, values["versions"].pop(KEY, None))
    values["intervals"] = values["intervals"] or {}
    values["coverage"] = None if values["coverage"] is None else Coverage(**values["coverage"])
    values["stages"] = tuple(Stage(**stage) for stage in values["stages"])
    return Entry(**values)
