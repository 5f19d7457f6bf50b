"""The table of a cross-validation: identities and tuning studies, with the score of each fold and a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean

from harness.tuning.stored_study import StoredStudy
from harness.web.charts.axes import padded_range
from harness.web.rendering import with_query
from leaderboard import Entry
from leaderboard.fold_test import paired_fold_test
from leaderboard.folds import FoldRow, fold_rows, scores_by_fold
from leaderboard.references import rank_without_baselines
from metrics import Task, metrics_of

SORTS = {
    "rank": "rank",
    "name": "solution",
    "mean": "mean",
    "deviation": "±",
    "p": "p",
    "wall": "wall s",
    "mb": "peak MB",
    "last": "last run",
}
PAGE_LINES = 50
_NARROW = 0.2  # share of the range of all scores below which the dots of a row would overlap


@dataclass(frozen=True)
class FoldQuery:
    """Query string of the page: set of folds, search text, order, grouping, scale of the dots, page."""

    deal: str = ""
    search: str = ""
    sort: str = "rank"
    by: str = "identity"
    dots: str = ""
    page: int = 1

    def query(self, **changes: object) -> str:
        """Return the query string with some values changed; defaults are left out."""
        state = {**vars(self), **changes}
        return with_query({name: value for name, value in state.items() if value != getattr(_DEFAULT, name)})


_DEFAULT = FoldQuery()


@dataclass(frozen=True)
class FoldDot:
    """The score of a fold on the common scale, from 0 to 100."""

    fold: int
    place: float
    score: float


@dataclass(frozen=True)
class FoldLine:
    """A line of the table: a row, its folds as dots, the p-value against the first, and the study that it stands for.

    `others` are the rows that the line stands for besides: further trials of the study, or further parameters of the
    solution, best first.
    """

    row: FoldRow
    dots: Sequence[FoldDot]
    mean_place: float | None
    p: float | None
    study: StoredStudy | None = None
    others: Sequence[FoldRow] = field(default=())


@dataclass(frozen=True)
class FoldTable:
    """The lines of a page, the scale of the dots, and how many lines and pages there are.

    The scale is of scores, or of differences from the mean of a row (`is_difference`).
    """

    lines: Sequence[FoldLine]
    low: float
    high: float
    is_difference: bool
    n_lines: int
    pages: int


def ranked_rows(entries: Sequence[Entry], task: Task) -> list[FoldRow]:
    """Return the rows of a cross-validation, ranked as in the terminal: baselines take no rank."""
    return rank_without_baselines(entries, partial(fold_rows, higher_is_better=metrics_of(task)[0].higher_is_better))


def fold_table(
    rows: Sequence[FoldRow], entries: Sequence[Entry], studies: Sequence[StoredStudy], query: FoldQuery
) -> FoldTable:
    """Return the table; trials of a study stand in one line, that of the best of them."""
    metric = next((row.metric for row in rows if row.metric), None)
    scores = scores_by_fold(entries, metric, rows[0].part) if rows else {}
    scale, is_difference = _scale(scores, query.dots)
    first = next((row for row in rows if row.rank == 1), None)
    groups = _grouped(rows, _study_of_identity(entries, studies), query.by)
    lines = [_line(group, scores, first, scale, study, centred=is_difference) for study, group in groups]
    wanted = [line for line in lines if _matches(line, query.search)]
    wanted.sort(key=lambda line: _sort_key(line, query.sort))
    pages = max(1, -(-len(wanted) // PAGE_LINES))
    page = min(query.page, pages)
    return FoldTable(wanted[(page - 1) * PAGE_LINES : page * PAGE_LINES], *scale, is_difference, len(wanted), pages)


def _scale(scores: Mapping[str, Mapping[int, float]], dots: str) -> tuple[tuple[float, float], bool]:
    """Return the scale of the dots, and whether it is of differences: by choice, or if scores would lie too close."""
    every = [score for of in scores.values() for score in of.values()]
    if not every:
        return (0.0, 1.0), False
    widest = max(max(of.values()) - min(of.values()) for of in scores.values())
    if dots == "difference" or (dots != "score" and widest < _NARROW * (max(every) - min(every))):
        farthest = max(abs(score - fmean(of.values())) for of in scores.values() for score in of.values())
        return (-1.08 * farthest or -1.0, 1.08 * farthest or 1.0), True
    return padded_range(every), False


def _study_of_identity(entries: Sequence[Entry], studies: Sequence[StoredStudy]) -> dict[str, StoredStudy]:
    """Return identity -> study of its latest run, for identities of which each run is of a trial of a study."""
    by_key = {key: study for study in studies for trial in study.trials for key in trial.runs}
    of_failed = {study.spec(trial): study for study in studies for trial in study.failed}
    found = {entry.identity: by_key.get(entry.run_key) or of_failed.get(entry.identity) for entry in entries}
    others = {entry.identity for entry in entries if entry.run_key not in by_key and entry.identity not in of_failed}
    return {identity: study for identity, study in found.items() if study is not None and identity not in others}


def _grouped(
    rows: Sequence[FoldRow], studies: Mapping[str, StoredStudy], by: str
) -> list[tuple[StoredStudy | None, list[FoldRow]]]:
    """Return the rows in groups, in the order of their best: a study, a solution, or a single row."""
    groups: dict[str, tuple[StoredStudy | None, list[FoldRow]]] = {}
    for row in rows:
        study = studies.get(row.identity)
        key = f"solution {row.solution}" if by == "solution" else f"study {study.name}" if study else row.identity
        groups.setdefault(key, (study, []))[1].append(row)
    return [(study if len(of) > 1 else None, of) for study, of in groups.values()]


def _line(
    group: Sequence[FoldRow],
    scores: Mapping[str, Mapping[int, float]],
    first: FoldRow | None,
    scale: tuple[float, float],
    study: StoredStudy | None,
    *,
    centred: bool,
) -> FoldLine:
    row, of = group[0], scores.get(group[0].identity, {})
    best = scores.get(first.identity, {}) if first else {}
    is_comparable = first is not None and row is not first and row.complete and list(of) == list(best)
    p = paired_fold_test(list(of.values()), list(best.values())) if is_comparable else None
    zero = fmean(of.values()) if of and centred else 0.0
    dots = [FoldDot(fold, _place(score - zero, scale), score) for fold, score in of.items()]
    mean = None if row.mean is None else _place(row.mean - zero, scale)
    return FoldLine(row, dots, mean, p, study, group[1:])


def _place(score: float, scale: tuple[float, float]) -> float:
    low, high = scale
    return round(100 * min(1.0, max(0.0, (score - low) / (high - low))), 1)


def _matches(line: FoldLine, search: str) -> bool:
    words = search.casefold().split()
    names = [line.row.identity, *(row.identity for row in line.others)]
    return any(all(word in name.casefold() for word in words) for name in names)


def _sort_key(line: FoldLine, sort: str) -> tuple[bool, float | str]:
    row = line.row
    values: dict[str, float | str | None] = {
        "rank": row.rank,
        "name": row.identity.casefold(),
        "mean": row.rank if row.mean is not None else None,
        "deviation": row.deviation,
        "p": None if line.p is None else -line.p,
        "wall": row.wall_s,
        "mb": row.peak_mb,
        "last": -row.last.timestamp(),
    }
    value = values.get(sort, row.rank)
    return value is None, "" if value is None and sort == "name" else value if value is not None else 0.0
