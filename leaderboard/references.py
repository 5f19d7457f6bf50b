"""Scores to measure one's own by, that compete with nobody: published ones, the floors, the sample submission."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
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
BASELINES = "first_images", "most_frequent"  # solutions that look at no query
OTHERS = "other photographs, so these are not comparable with scores on this competition's"


@dataclass(frozen=True)
class Reference:
    """A score that stands beside a board and takes no rank there.

    `part` is "public", "private" or "all", `source` says who measured it, and `of` on which photographs. `same` is true
    where these are the competition's own, so that the score can be compared with those on the board.
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
    """The scores of one reference by the parts, None where a part's was not published."""

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

    Only those that their source was seen to say. What the authors tell of public and private parts is theirs, and each
    year had other queries or another ground truth, so that no two years compare.

    >>> [reference.score for reference in published("map@100")][:3]
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
    """The scores of the floors' latest entries, on the photographs of the competition `of`."""
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


def references_by_part(name: str, metric: str, scores: Mapping[str, float | None], source: str, of: str) -> list[Reference]:
    """References of scores on the competition's own photographs, by part; of none where there is no score."""
    return [
        Reference(name, metric, part, score, source, of, same=True)
        for part, score in scores.items()
        if score is not None
    ]


def is_baseline(entry: "Entry | EntrySummary") -> bool:
    """Whether an entry is of a solution that only shows what can be had for nothing."""
    return entry.solution in BASELINES


def rank_without_baselines(entries: Iterable[Entry], rows_of: Callable[[list[Entry]], list[Row]]) -> list[Row]:
    """The rows of a leaderboard on which floors take no rank: they stand below what has one.

    `rows_of` makes rows of entries, as `board_rows` and `fold_rows` do.
    """
    entries = list(entries)
    rows = rows_of([entry for entry in entries if not is_baseline(entry)])
    ranked = [row for row in rows if row.rank is not None]
    below = [_unranked(row) for row in rows_of([entry for entry in entries if is_baseline(entry)])]
    return [*ranked, *below, *rows[len(ranked) :]]


def _unranked(row: Row) -> Row:
    ranks: dict[str, Any] = {field.name: None for field in fields(row) if field.name in RANKS}
    return replace(row, **ranks, reason=row.reason or "a floor, which takes no rank")


def reference_rows(references: Iterable[Reference]) -> list[ReferenceRow]:
    """A row for each name, source and set of photographs, in the order in which they come; the competition's own first.

    >>> [(row.score_public, row.score_private) for row in reference_rows(published("map@100"))][:2]
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


def reference_lines(rows: Sequence[ReferenceRow]) -> list[str]:
    r"""The rows as lines for the terminal, with what they were measured on above them.

    >>> print("\n".join(reference_lines(reference_rows(published("map@100")))[:4]))
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
    told = ["" if score is None else f"{part} {round(score, 5):g}" for part, score in scores.items()]
    return f"    {''.join(f'{each:<17} ' for each in told)}{shorten(row.name)} ({shorten(row.source)})"
