"""Reference scores, shown beside a board without a rank: published scores, baselines and sample submissions."""

import csv
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

from leaderboard.board import BoardRow
from leaderboard.entry import Entry
from leaderboard.folds import FoldRow
from leaderboard.order import PARTS
from leaderboard.safe_text import shorten

if TYPE_CHECKING:
    from leaderboard.storage.entry_summaries import EntrySummary

Row = TypeVar("Row", bound=BoardRow | FoldRow)
RANKS = "rank", "private_rank", "move"
OTHERS = "other photographs, so these are not comparable with scores on this competition's"
BASELINES = "first_images", "most_frequent"  # solutions that do not look at the query


@dataclass(frozen=True)
class ReferenceRow:
    """The scores of one reference by part, None where they are unknown; it stands beside a board without a rank.

    `source` is who measured them, and `of` names the photographs. `same` is true if they are the competition's own, so
    that the scores are comparable with those on the board.
    """

    name: str
    score_public: float | None
    score_private: float | None
    score_all: float | None
    source: str
    of: str
    same: bool


@cache
def published_references(metric: str) -> tuple[ReferenceRow, ...]:
    """Scores of the Google Landmark challenges by a metric, in the order of their years.

    Each was verified in its source. Public and private parts are the challenges' own. Each year had other queries or
    another ground truth, so scores of different years are not comparable.

    >>> [(row.score_public, row.score_private) for row in published_references("map@100")][:2]
    [(0.627, None), (0.591, 0.576)]
    """
    text = files(__package__).joinpath("published.csv").read_text(encoding="utf-8")
    references = []
    for row in csv.DictReader(text.splitlines()):
        if row["metric"] == metric:
            public, private = (float(row[part]) if row[part] else None for part in ("public", "private"))
            references.append(ReferenceRow(row["name"], public, private, None, row["source"], row["of"], same=False))
    return tuple(references)


def baseline_references(entries: Iterable["Entry | EntrySummary"], of: str) -> list[ReferenceRow]:
    """The scores of the baselines' latest entries, on the photographs of the competition `of`."""
    latest = {entry.identity: entry for entry in entries if is_baseline(entry) and entry.status == "scored"}
    rows = []
    for entry in latest.values():
        public, private, every = map(entry.score, PARTS)
        rows.append(ReferenceRow(entry.identity, public, private, every, f"entry #{entry.id}", of, same=True))
    return rows


def is_baseline(entry: "Entry | EntrySummary") -> bool:
    """Whether an entry is of a baseline, a solution that does not look at the query."""
    return entry.solution in BASELINES


def rank_without_baselines(entries: Iterable[Entry], rows_of: Callable[[list[Entry]], list[Row]]) -> list[Row]:
    """The rows that `rows_of` makes of entries, as `board_rows` does, with unranked baselines below the ranked rows."""
    entries = list(entries)
    rows = rows_of([entry for entry in entries if not is_baseline(entry)])
    ranked = [row for row in rows if row.rank is not None]
    below = [_unranked(row) for row in rows_of([entry for entry in entries if is_baseline(entry)])]
    return [*ranked, *below, *rows[len(ranked) :]]


def _unranked(row: Row) -> Row:
    ranks: dict[str, Any] = {field.name: None for field in fields(row) if field.name in RANKS}
    return replace(row, **ranks, reason=row.reason or "a baseline, which takes no rank")


def reference_rows(rows: Iterable[ReferenceRow], parts: Collection[str] = PARTS) -> list[ReferenceRow]:
    """The rows that have a score, those on the competition's own photographs first, with scores of `parts` only."""
    hidden: dict[str, Any] = {f"score_{part}": None for part in PARTS if part not in parts}
    visible = [replace(row, **hidden) if row.same else row for row in rows]
    scored = [row for row in visible if any(getattr(row, f"score_{part}") is not None for part in PARTS)]
    return sorted(scored, key=lambda row: not row.same)


def reference_lines(rows: Sequence[ReferenceRow]) -> list[str]:
    r"""The rows as lines for the terminal, grouped under the photographs on which they were measured.

    >>> print("\n".join(reference_lines(reference_rows(published_references("map@100")))[:4]))
    on other photographs, so these are not comparable with scores on this competition's
      Google Landmarks v1 (2018)
        public 0.627                        1st, CVSSP & Visual Atoms (the team's post on Kaggle)
        public 0.591      private 0.576     6th, VRG Prague (the team's post on Kaggle)
    """
    lines = []
    for same, group in groupby(rows, key=lambda row: row.same):
        lines.append("on this competition's own photographs" if same else f"on {OTHERS}")
        for of, own_rows in groupby(group, key=lambda row: row.of):
            lines += [f"  {shorten(of)}", *map(_line, own_rows)]
    return lines


def _line(row: ReferenceRow) -> str:
    scores = {"public": row.score_public, "private": row.score_private} | ({"all": row.score_all} if row.same else {})
    cells = ["" if score is None else f"{part} {round(score, 5):g}" for part, score in scores.items()]
    return f"    {''.join(f'{cell:<17} ' for cell in cells)}{shorten(row.name)} ({shorten(row.source)})"
