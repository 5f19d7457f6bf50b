"""View data of the comparison of entries: a row for each entry, their facts, and a chart of the queries of two."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.scoring.reported_metric import ranking_metric
from harness.scoring.stored_evaluation import public_queries, required_arrays
from harness.web.charts.query_scatter import QueryScatter, ScatterAddresses, query_scatter
from harness.web.data.entry_comparisons import ReferenceComparison
from harness.web.rendering import address
from harness.web.shared.entry_facts import (
    DEFAULT,
    EntryFact,
    collect_facts,
    cost_values,
    environment_values,
    parameter_values,
)
from leaderboard import Entry, EntryStore
from metrics.statistics.permutation_test import ROUNDING

N_QUERIES = 10  # with the largest differences


@dataclass(frozen=True)
class ComparedRow:
    """An entry with its score, the interval of the score, and its comparison with the first entry once it is there."""

    entry: Entry
    score: float | None
    interval: tuple[float, float] | None
    comparison: ReferenceComparison | None


@dataclass(frozen=True)
class DifferentQuery:
    """A query with its scores under two entries and the address of its answers."""

    id: str
    first: float
    second: float
    address: str


@dataclass(frozen=True)
class QueryDifferences:
    """The queries of two entries: for rankings a chart, and those with the largest differences."""

    first: Entry
    second: Entry
    chart: QueryScatter | None
    queries: Sequence[DifferentQuery]
    correct: tuple[int, int, int, int] | None  # by both, only the first, only the second, none


def compared_rows(
    entries: Sequence[Entry], part: str, comparisons: dict[int, ReferenceComparison] | None
) -> list[ComparedRow]:
    """Return the rows of the table of scores, in the order of the entries."""
    return [
        ComparedRow(
            entry,
            entry.score(part, entry.metric or ""),
            entry.intervals.get(part),
            (comparisons or {}).get(entry.id or 0),
        )
        for entry in entries
    ]


def compared_facts(entries: Sequence[Entry]) -> dict[str, list[EntryFact]]:
    """Return parameters and cost of the entries, and what differs in their environments."""
    environment = [fact for fact in collect_facts(list(map(environment_values, entries)), "–") if fact.differs]
    facts = {
        "Parameters": collect_facts(list(map(parameter_values, entries)), DEFAULT),
        "Environment": environment,
        "Cost": collect_facts(list(map(cost_values, entries)), "–"),
    }
    return {name: listed for name, listed in facts.items() if listed}


def query_differences(store: EntryStore, first: Entry, second: Entry, part: str) -> QueryDifferences | None:
    """Return the queries of two entries; None if values by query are missing or are those of different queries."""
    metric = ranking_metric([first], first.task)  # type: ignore[arg-type]  # the task of a board
    names = required_arrays(metric)
    values = [store.per_query(entry.id or 0, names) for entry in (first, second)]
    ids = store.query_ids(first.id or 0)
    if any(set(each) != set(names) for each in values) or ids != store.query_ids(second.id or 0):
        return None
    kept = np.ones(len(ids), bool) if part == "all" else public_queries(values[0]) == (part == "public")
    if not metric.independent:
        correct = [each[".correct"].astype(bool)[kept] for each in values]
        return QueryDifferences(first, second, None, (), _correct_counts(*correct))
    one, other = (np.where(kept, each[metric.name], np.nan) for each in values)
    addresses = ScatterAddresses(
        lambda row: address("e", first.id, "queries", ids[row], against=second.id),
        lambda low, high: address(
            "e", first.id, "queries", against=second.id, sort="difference", ap=f"{low:g}-{high:g}"
        ),
    )
    chart = query_scatter(one, other, ids, (f"AP, entry {first.id}", f"AP, entry {second.id}"), addresses)
    return QueryDifferences(first, second, chart, _most_different(ids, one, other, addresses), None)


def _correct_counts(one: np.ndarray, other: np.ndarray) -> tuple[int, int, int, int]:
    masks = one & other, one & ~other, ~one & other, ~one & ~other
    both, first, second, none = (int(mask.sum()) for mask in masks)
    return both, first, second, none


def _most_different(
    ids: Sequence[str], one: np.ndarray, other: np.ndarray, addresses: ScatterAddresses
) -> list[DifferentQuery]:
    apart = np.nan_to_num(np.abs(one - other))
    rows = [row for row in np.argsort(-apart, kind="stable")[:N_QUERIES].tolist() if apart[row] > ROUNDING]
    return [DifferentQuery(ids[row], float(one[row]), float(other[row]), addresses.query(row)) for row in rows]
