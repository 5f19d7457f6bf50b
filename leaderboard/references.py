"""Reference scores, shown beside a board without a rank: published scores, baselines and sample submissions."""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

from leaderboard.board import BoardRow
from leaderboard.entry import Entry
from leaderboard.folds import FoldRow
from leaderboard.order import PARTS

if TYPE_CHECKING:
    from leaderboard.storage.entry_summaries import EntrySummary

Row = TypeVar("Row", bound=BoardRow | FoldRow)
RANKS = "rank", "private_rank", "move"
BASELINES = "first_images", "most_frequent"  # solutions that do not look at the query


@dataclass(frozen=True)
class Reference:
    """A score that is shown beside a board without a rank.

    `part` is "public", "private" or "all", `source` is who measured it, and `of` names the photographs. `same` is true
    if they are the competition's own, so that the score is comparable with those on the board.
    """

    name: str
    metric: str
    part: str
    score: float
    source: str
    of: str
    same: bool = False


@dataclass(frozen=True)
class ReferenceRow:
    """The scores of one reference by part, None where a part's score is unknown."""

    name: str
    score_public: float | None
    score_private: float | None
    score_all: float | None
    source: str
    of: str
    same: bool


@cache
def published_references(metric: str) -> tuple[Reference, ...]:
    """Scores of the Google Landmark challenges by a metric, in the order of their years.

    Each was verified in its source. Public and private parts are the challenges' own. Each year had other queries or
    another ground truth, so scores of different years are not comparable.

    >>> [reference.score for reference in published_references("map@100")][:3]
    [0.627, 0.591, 0.576]
    """
    text = files(__package__).joinpath("published.csv").read_text(encoding="utf-8")
    return tuple(
        Reference(row["name"], metric, part, float(row[part]), row["source"], row["of"])
        for row in csv.DictReader(text.splitlines())
        for part in ("public", "private")
        if row["metric"] == metric and row[part]
    )


def baseline_references(entries: Iterable["Entry | EntrySummary"], of: str) -> list[Reference]:
    """The scores of the baselines' latest entries, on the photographs of the competition `of`."""
    latest = {entry.identity: entry for entry in entries if is_baseline(entry) and entry.status == "scored"}
    return [
        reference
        for entry in latest.values()
        for reference in references_by_part(
            entry.identity,
            entry.metric or "",
            {part: entry.score(part) for part in PARTS},
            f"entry #{entry.id}",
            of,
        )
    ]


def references_by_part(
    name: str, metric: str, scores: Mapping[str, float | None], source: str, of: str
) -> list[Reference]:
    """A reference for each part that has a score, on the competition's own photographs."""
    return [
        Reference(name, metric, part, score, source, of, same=True)
        for part, score in scores.items()
        if score is not None
    ]


def is_baseline(entry: "Entry | EntrySummary") -> bool:
    """Whether an entry is of a baseline, a solution that does not look at the query."""
    return entry.solution in BASELINES


def rank_without_baselines(entries: Iterable[Entry], rows_of: Callable[[list[Entry]], list[Row]]) -> list[Row]:
    """The rows of a leaderboard with unranked baselines, which stand below the ranked rows.

    `rows_of` turns entries into rows, as `board_rows` and `fold_rows` do.
    """
    entries = list(entries)
    rows = rows_of([entry for entry in entries if not is_baseline(entry)])
    ranked = [row for row in rows if row.rank is not None]
    below = [_unranked(row) for row in rows_of([entry for entry in entries if is_baseline(entry)])]
    return [*ranked, *below, *rows[len(ranked) :]]


def _unranked(row: Row) -> Row:
    ranks: dict[str, Any] = {field.name: None for field in fields(row) if field.name in RANKS}
    return replace(row, **ranks, reason=row.reason or "a baseline, which takes no rank")


def reference_rows(references: Iterable[Reference]) -> list[ReferenceRow]:
    """A row for each name, source and set of photographs, in the given order, those on the competition's own first.

    >>> [(row.score_public, row.score_private) for row in reference_rows(published_references("map@100"))][:2]
    [(0.627, None), (0.591, 0.576)]
    """
    scores: dict[tuple[bool, str, str, str], dict[str, float]] = {}
    for each in references:
        scores.setdefault((each.same, each.name, each.source, each.of), {})[each.part] = each.score
    ordered = sorted(scores.items(), key=lambda item: not item[0][0])
    return [
        ReferenceRow(name, of.get("public"), of.get("private"), of.get("all"), source, photographs, same)
        for (same, name, source, photographs), of in ordered
    ]
