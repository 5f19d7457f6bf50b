"""Entries, scores of each query, and answers as Parquet files for pandas, polars, DuckDB and others; needs pyarrow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from harness.atomic_files import atomic_path
from harness.data.competition import Competition
from harness.data.query_sample import is_fold
from harness.errors import HarnessError
from harness.installation import install_command
from harness.running.outcome import stored_submission
from harness.submissions.answer import Labelling, Ranking
from harness.submissions.list_length import MAX_SCORED_IDS
from harness.submissions.read_write import read_submission
from leaderboard import Entry, EntryStore
from leaderboard.safe_text import make_printable

ENTRIES, QUERIES, ANSWERS = "entries.parquet", "queries.parquet", "answers.parquet"
Columns = dict[str, Any]  # name -> values of equal length

_ENTRY_TYPES = {
    "id": "int64", "competition": "string", "task": "string", "split": "string", "solution": "string",
    "identity": "string", "seed": "int64", "status": "string", "reason": "string", "metric": "string",
    "created": "string", "device": "string", "code_version": "string", "run_key": "string", "versions": "string",
}  # fmt: skip
_QUERY_TYPES = {"entry": "int64", "query": "string", "part": "string", "metric": "string", "value": "float64"}
_ANSWER_TYPES = {"entry": "int64", "query": "string", "rank": "int32", "image": "string"} | {
    "landmark": "int64",
    "confidence": "float64",
}


@dataclass
class ParquetTables:
    """The written files with their numbers of rows, and notes on answers that are no longer there."""

    rows: dict[Path, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def write_parquet(
    entries: Sequence[Entry], store: EntryStore, competition: Competition, folder: Path, *, answers: bool = True
) -> ParquetTables:
    """Write the entries, the value of each query by each metric, and with `answers` the rows of the submissions.

    The folder is created if missing. Raises HarnessError if pyarrow is missing or a file cannot be written.
    """
    if find_spec("pyarrow") is None:
        raise HarnessError(f"Parquet files need pyarrow: {install_command('parquet')}")
    tables, rows = ParquetTables(), [_entry_row(entry) for entry in entries]
    scores = dict.fromkeys(name for row in rows for name in row if name not in _ENTRY_TYPES)
    types = _ENTRY_TYPES | dict.fromkeys(scores, "float64")
    columns = {name: [row.get(name) for row in rows] for name in types}
    _write_table(folder / ENTRIES, types, iter([columns]), tables)
    _write_table(folder / QUERIES, _QUERY_TYPES, _query_columns(entries, store), tables)
    if answers:
        _write_table(folder / ANSWERS, _ANSWER_TYPES, _answer_columns(entries, competition, tables.notes), tables)
    return tables


def _write_table(path: Path, types: dict[str, str], blocks: Iterator[Columns], tables: ParquetTables) -> None:
    """Write the blocks as row groups, atomically; count the rows in `tables`."""
    from pyarrow import Table, parquet, schema, type_for_alias

    columns, count = schema([(name, type_for_alias(kind)) for name, kind in types.items()]), 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary, parquet.ParquetWriter(temporary, columns) as file:
            for block in blocks:
                table = Table.from_pydict(block, columns)
                file.write_table(table)
                count += len(table)
    except OSError as error:
        raise HarnessError(f"{path}: cannot be written: {error.strerror or error}") from None
    tables.rows[path] = count


def _entry_row(entry: Entry) -> Columns:
    """Return the columns of an entry; those of scores are called `part/metric`."""
    texts = ("task", "split", "solution", "identity", "status", "reason", "metric", "code_version", "run_key")
    facts: Columns = {name: _printable(getattr(entry, name)) for name in texts}
    facts |= {"id": entry.id, "competition": _printable(entry.competition_name), "seed": entry.seed}
    facts |= {
        "created": entry.created.isoformat(),
        "device": entry.device,
        "versions": json.dumps(dict(entry.versions)),
    }
    return facts | dict(_numbers(entry))


def _numbers(entry: Entry) -> Iterator[tuple[str, float | None]]:
    """Yield scores, bounds of intervals, costs and numbers of queries by name."""
    for part, scores in entry.scores.items():
        yield from ((f"{part}/{name}", score) for name, score in scores.items())
    for part, (low, high) in entry.intervals.items():
        yield from ((f"{part}/{entry.metric} low", low), (f"{part}/{entry.metric} high", high))
    yield from zip(("seconds", "cpu_seconds", "peak_memory_mb"), entry.cost, strict=True)
    if entry.coverage:
        yield from ((f"queries/{name}", count) for name, count in vars(entry.coverage).items())


def _query_columns(entries: Sequence[Entry], store: EntryStore) -> Iterator[Columns]:
    """Yield the values of each entry by each metric; NaN is a query that does not count."""
    for entry in entries:
        ids = store.query_ids(entry.id or 0)
        arrays = store.per_query(entry.id or 0) if ids else {}
        public = arrays.pop(".public", None)
        parts = [None] * len(ids) if public is None else np.where(public.astype(bool), "public", "private").tolist()
        for name, values in arrays.items():
            metric = [name.removeprefix(".")] * len(ids)
            yield {"entry": [entry.id] * len(ids), "query": ids, "part": parts, "metric": metric, "value": values}


def _answer_columns(entries: Sequence[Entry], competition: Competition, notes: list[str]) -> Iterator[Columns]:
    """Yield the answers of each entry; what cannot be read is noted."""
    for entry in entries:
        if entry.status == "failed":
            continue
        queries = competition.train if is_fold(entry.split) else competition.queries
        try:
            length = len(competition.index) if competition.ranks_whole_index else MAX_SCORED_IDS
            answer = read_submission(stored_submission(entry), queries.ids, max_length=length)
        except HarnessError as error:
            notes.append(f"no answers of entry #{entry.id}: {error}")
            continue
        columns = _label_columns(answer) if isinstance(answer, Labelling) else _rank_columns(answer)
        yield {"entry": [entry.id] * len(columns["query"]), **columns}


def _rank_columns(ranking: Ranking) -> Columns:
    rows, ranks = np.nonzero(ranking.positions >= 0)
    images = ranking.index_ids[ranking.positions[rows, ranks]]
    nothing = [None] * len(rows)
    columns = {"query": ranking.query_ids[rows], "rank": ranks.astype(np.int32) + 1, "image": images}
    return columns | {"landmark": nothing, "confidence": nothing}


def _label_columns(labelling: Labelling) -> Columns:
    rows = np.flatnonzero(labelling.answered)
    nothing = [None] * len(rows)
    columns = {"query": labelling.query_ids[rows], "rank": nothing, "image": nothing}
    return columns | {"landmark": labelling.landmarks[rows], "confidence": labelling.confidences[rows]}


def _printable(text: str | None) -> str | None:
    return None if text is None else make_printable(text)
