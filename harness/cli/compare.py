"""`landmark compare`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harness.cli._options import Folder, Json, Seed, Task, WorkspaceOption
from harness.cli._output import number, print_json, say

if TYPE_CHECKING:
    from harness.comparing.compare import Compared
    from metrics import Pair

Names = Annotated[
    list[str],
    typer.Argument(
        metavar="A B...", help="Solutions by name or with parameters, entries such as '#12', submission files."
    ),
]
Part = Annotated[Literal["all", "public", "private"], typer.Option("--part", help="Only these queries.")]


def compare(
    names: Names,
    *,
    on: Folder,
    task: Task = None,
    folds: Annotated[bool, typer.Option("--folds", help="Compare on the folds of the train images.")] = False,
    part: Part = "all",
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="METRIC", help="Instead of the one that ranks.")
    ] = None,
    seed: Seed = 0,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Tell which of several solutions is better, and whether that may be chance.

    Of several entries the one that the leaderboard shows is taken. Those marked = cannot be told from the first: their
    difference is no larger than exchanging the two answers to each query at random would make it.
    """
    from harness.cli._open import open_competition
    from harness.comparing.compare import compare_named
    from harness.comparing.entry_lookup import Contenders

    competition, opened = open_competition(on, workspace)
    contenders = Contenders(competition, opened, folds=folds)
    found = compare_named(names, contenders, task=task, part=part, metric=metric, seed=seed)
    if json:
        print_json({"competition": competition.name, "folds": folds} | _document(found))
        return
    _standings(competition.name, found)
    first = next(iter(found.comparison.scores))
    for pair, telling in zip(found.comparison.pairs, found.telling, strict=True):
        _pair(pair, telling if first in (pair.better, pair.worse) else [])


def _standings(name: str, found: Compared) -> None:
    """Print the answers, the best first."""
    comparison = found.comparison
    arrow = "↑" if found.metric.higher_is_better else "↓"
    say(f"{name}, {found.task}: {found.metric} {arrow}, {comparison.queries} queries ({found.part})")
    width = max(len("solution"), *map(len, comparison.scores))
    say(f"{'#':>3}  {'solution':{width}}  {'score':>10}  {'95 % interval':>21}  {'P(first)':>8}  from")
    for rank, (label, score) in enumerate(comparison.scores.items(), 1):
        low, high = comparison.intervals[label]
        mark = "=" if len(comparison.tied) > 1 and label in comparison.tied else " "
        bounds = f"{number(low)} – {number(high)}"
        first = f"{100 * comparison.p_first[label]:.1f} %"
        say(f"{rank:>2}{mark}  {label:{width}}  {number(score):>10}  {bounds:>21}  {first:>8}  {found.sources[label]}")
    if len(comparison.tied) > 1:
        say("=    cannot be told from the first")
    say(f"{comparison.replicates} resamples of the queries, {comparison.exchanges} exchanges a pair, Holm's correction")


def _pair(pair: Pair, telling: list[tuple[str, float, float]]) -> None:
    """Print what is known of a pair, and the queries that tell most."""
    effect = "none" if pair.effect is None else f"{pair.effect:+.2f}"
    say(f"\n{pair.better} − {pair.worse}: {pair.difference:+.5f} ({pair.low:+.5f} to {pair.high:+.5f})")
    say(f"  p {pair.p:.2g}, corrected {pair.p_holm:.2g}; effect {effect} standard deviations of a query's difference")
    say(f"  better on {pair.wins} queries, as good on {pair.ties}, worse on {pair.losses}{'; most on' * bool(telling)}")
    for query, better, worse in telling:
        say(f"  {query}: {number(better)} against {number(worse)}")


def _document(found: Compared) -> dict[str, Any]:
    """Return all that programs may want to know of a comparison."""
    pairs = [
        asdict(pair) | {"queries": [dict(zip(("id", "better", "worse"), each, strict=True)) for each in telling]}
        for pair, telling in zip(found.comparison.pairs, found.telling, strict=True)
    ]
    head = {"task": found.task, "part": found.part, "sources": found.sources}
    return head | asdict(found.comparison) | {"higher_is_better": found.metric.higher_is_better, "pairs": pairs}
