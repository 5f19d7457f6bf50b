"""Compare solutions query by query: entries of the leaderboard, and submission files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from harness.comparing.entry_lookup import ComparedSystem, EntryLookup, StoredQueries
from harness.errors import DataError, HarnessError
from harness.scoring.reported_metric import reported_metric
from harness.scoring.stored_evaluation import from_arrays
from metrics import Comparison, Judgement, Metric, NoPositives, QueryValues, Task, compare, metrics_of, most_different
from metrics import metric as metric_named

QUERIES_PER_PAIR = 5  # with the largest differences


@dataclass(frozen=True)
class EntryComparison:
    """A comparison, where its answers come from ("entry #3" or the path of a file), and the queries that differ most.

    `counted` is the number of queries that count by the metric: a protocol leaves out those without a relevant image.
    `largest_differences` has for each pair the ids of queries, with the scores of the better and the worse system.
    """

    task: Task
    part: str
    metric: Metric
    sources: dict[str, str]
    comparison: Comparison
    largest_differences: tuple[list[tuple[str, float, float]], ...]
    counted: int


def compare_entries(
    names: Sequence[str],
    lookup: EntryLookup,
    *,
    task: Task | None = None,
    part: str = "all",
    metric: str | None = None,
    seed: int = 0,
) -> EntryComparison:
    """Compare the answers of entries and files by name; raise HarnessError if one is unknown or cannot be compared."""
    if len(names) < 2:
        raise HarnessError("there is nothing to compare one with; name two or more")
    task = _task(names, lookup, task)
    scored_by = _metric(metric, task, lookup)
    systems = _by_label([lookup.find(name, task, scored_by) for name in names])
    judgements = {
        label: [_judgement(label, scored_by, fold, part) for fold in system.folds] for label, system in systems.items()
    }
    try:
        comparison = compare(scored_by, judgements, seed=seed)
    except NoPositives:
        raise DataError(f"none of the {part} queries counts by {scored_by}; choose another --part") from None
    except ValueError as error:
        raise DataError(f"{error}; compare answers to the same queries") from None
    differences = [
        most_different(scored_by, judgements[pair.better], judgements[pair.worse], QUERIES_PER_PAIR)
        for pair in comparison.pairs
    ]
    sources = {label: system.source for label, system in systems.items()}
    counted = sum(map(_counted, next(iter(judgements.values()))))
    return EntryComparison(task, part, scored_by, sources, comparison, tuple(differences), counted)


def _counted(judgement: Judgement) -> int:
    lacking = np.isnan(judgement.values).sum() if isinstance(judgement, QueryValues) else 0
    return len(judgement.query_ids) - int(lacking)


def _task(names: Sequence[str], lookup: EntryLookup, task: Task | None) -> Task:
    tasks = {name: lookup.tasks(name) for name in names}
    common: list[Task] = [each for each in get_args(Task) if all(each in of for of in tasks.values())]
    fitting = [each for each in common if task in (None, each)]
    if not fitting:
        listing = ", ".join(f"{name} is for {' and '.join(of)}" for name, of in tasks.items())
        raise DataError(f"{listing}; compare answers for {task or 'one task'}")
    return fitting[0]


def _metric(name: str | None, task: Task, lookup: EntryLookup) -> Metric:
    if not lookup.folds and task == "retrieval" and lookup.competition.ranks_whole_index:
        return reported_metric(name, task, lookup.competition.metrics(task))
    try:
        metric = metric_named(name) if name else metrics_of(task)[0]
    except ValueError as error:
        raise HarnessError(str(error)) from None
    if metric.task != task:
        raise HarnessError(
            f"{metric} scores {metric.task}, not {task}; choose one of {', '.join(map(str, metrics_of(task)))}"
        )
    return metric


def _judgement(label: str, metric: Metric, queries: StoredQueries, part: str) -> Judgement:
    try:
        return from_arrays(metric, *queries, part)
    except KeyError as error:
        names = [name for name in queries[1] if not name.startswith(".")]
        if error.args[0] == metric.name:
            raise DataError(f"{label}: its entry has no {metric}; choose one of {', '.join(names)}") from None
        raise DataError(
            f"{label}: its entry was created by an older version and lacks the data for {metric} of {part} queries; "
            "run it again"
        ) from None


def _by_label(systems: list[ComparedSystem]) -> dict[str, ComparedSystem]:
    """Return the systems by name; equal names are followed by their source."""
    names = [each.name for each in systems]
    labels = [each.name if names.count(each.name) == 1 else f"{each.name} ({each.source})" for each in systems]
    repeated = next((label for label in labels if labels.count(label) > 1), None)
    if repeated:
        raise HarnessError(f"{repeated} is named twice; name others to compare it with")
    return dict(zip(labels, systems, strict=True))
