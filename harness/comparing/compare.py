"""Compare solutions query by query: entries of the leaderboard, and submission files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from harness.comparing.entry_lookup import ComparedSystem, EntryLookup, StoredQueries
from harness.errors import DataError, HarnessError
from harness.scoring.stored_evaluation import from_arrays
from metrics import Comparison, Judgement, Metric, NoPositives, Task, compare, metrics_of, most_different
from metrics import metric as metric_named

QUERIES_PER_PAIR = 5  # queries shown of a pair


@dataclass(frozen=True)
class EntryComparison:
    """A comparison with what it was made of.

    `sources` says where each answer comes from: "entry #3", or the path of a file. `telling` gives for each pair, in
    the order of the comparison's, the queries that differ most: id, and what the better and the worse got there.
    """

    task: Task
    part: str
    metric: Metric
    sources: dict[str, str]
    comparison: Comparison
    largest_differences: tuple[list[tuple[str, float, float]], ...]


def compare_entries(
    names: Sequence[str],
    lookup: EntryLookup,
    *,
    task: Task | None = None,
    part: str = "all",
    metric: str | None = None,
    seed: int = 0,
) -> EntryComparison:
    """Return the comparison of solutions, identities, entries such as `#12`, and submission files.

    Raises HarnessError where a name is unknown, an entry has no score, or two cannot be compared.
    """
    if len(names) < 2:
        raise HarnessError("there is nothing to compare one with; name two or more")
    task = _task(names, lookup, task)
    chosen = _metric(metric, task)
    labelled = _labelled([lookup.find(name, task, chosen) for name in names])
    answers = {label: [_judged(label, chosen, each, part) for each in of.folds] for label, of in labelled.items()}
    try:
        comparison = compare(chosen, answers, seed=seed)
    except NoPositives:
        raise DataError(f"none of the {part} queries counts by {chosen}; choose another --part") from None
    except ValueError as error:
        raise DataError(f"{error}; compare what was asked the same") from None
    telling = [most_different(chosen, answers[pair.better], answers[pair.worse], QUERIES_PER_PAIR) for pair in comparison.pairs]
    sources = {label: of.source for label, of in labelled.items()}
    return EntryComparison(task, part, chosen, sources, comparison, tuple(telling))


def _task(names: Sequence[str], contenders: EntryLookup, task: Task | None) -> Task:
    tasks = {name: contenders.tasks(name) for name in names}
    common: list[Task] = [each for each in get_args(Task) if all(each in of for of in tasks.values())]
    fitting = [each for each in common if task in (None, each)]
    if not fitting:
        told = ", ".join(f"{name} is for {' and '.join(of)}" for name, of in tasks.items())
        raise DataError(f"{told}; compare what is for {task or 'one task'}")
    return fitting[0]


def _metric(name: str | None, task: Task) -> Metric:
    try:
        found = metric_named(name) if name else metrics_of(task)[0]
    except ValueError as error:
        raise HarnessError(str(error)) from None
    if found.task != task:
        raise HarnessError(
            f"{found} scores {found.task}, not {task}; choose one of {', '.join(map(str, metrics_of(task)))}"
        )
    return found


def _judged(label: str, metric: Metric, found: StoredQueries, part: str) -> Judgement:
    try:
        return from_arrays(metric, *found, part)
    except KeyError as error:
        names = [name for name in found[1] if not name.startswith(".")]
        if error.args[0] == metric.name:
            raise DataError(f"{label}: its entry keeps no {metric}; choose one of {', '.join(names)}") from None
        raise DataError(
            f"{label}: its entry, made by an older landmark, lacks what {metric} of {part} queries needs; run it again"
        ) from None


def _labelled(found: list[ComparedSystem]) -> dict[str, ComparedSystem]:
    """Return each contender by its name, with its source where two have the same."""
    names = [each.name for each in found]
    labels = [each.name if names.count(each.name) == 1 else f"{each.name} ({each.source})" for each in found]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice:
        raise HarnessError(f"{twice} is named twice; name others to compare it with")
    return dict(zip(labels, found, strict=True))
