"""`landmark compare`: test which differences between entries are significant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli._options import Folder, Json, Metric, Part, Seed, TaskOption, WorkspaceOption
from harness.cli._output import format_score, print_json, say

if TYPE_CHECKING:
    from harness.comparing.compare import EntryComparison
    from metrics import PairComparison

_OTHER_COLUMNS, _ENTRY, _NARROWEST_NAME = 44, 10, 16  # columns of a row: numbers, `entry #1234`, names
Names = Annotated[list[str], typer.Argument(metavar="A B...", help="Solutions, entries ('#12'), or submission files.")]


def compare(
    names: Names,
    *,
    on: Folder,
    task: TaskOption = None,
    folds: Annotated[bool, typer.Option("--folds", help="Compare on the folds of the train images.")] = False,
    part: Part = "all",
    metric: Metric = None,
    seed: Seed = 0,
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Compare solutions query by query, and test which differences are significant.

    A solution stands for its entry on the leaderboard. Entries marked = do not differ significantly from the best in a
    paired permutation test with Holm's correction.

    Example: landmark compare hash mean_hash --on demo
    """
    from harness.cli._open import open_competition
    from harness.comparing.compare import compare_entries
    from harness.comparing.entry_lookup import EntryLookup

    competition, workspace = open_competition(on, workspace_dir)
    lookup = EntryLookup(competition, workspace, folds=folds)
    result = compare_entries(names, lookup, task=task, part=part, metric=metric, seed=seed)
    if json:
        print_json({"competition": competition.name, "folds": folds} | _document(result))
        return
    _print_ranking(competition.name, result)
    first = next(iter(result.comparison.scores))
    for pair, largest in zip(result.comparison.pairs, result.largest_differences, strict=True):
        _print_pair(pair, largest if first in (pair.better, pair.worse) else [])


def _print_ranking(name: str, result: EntryComparison) -> None:
    """Print the entries, best first; long names are wrapped between words."""
    from leaderboard.rendering.format_cells import metric_label
    from leaderboard.rendering.wrap import wrap

    comparison = result.comparison
    arrow = "↑" if result.metric.higher_is_better else "↓"
    metric = f"{metric_label(result.metric.name)} {arrow}"
    counted = f"{result.counted} of {comparison.queries}" if result.counted < comparison.queries else comparison.queries
    say(f"{name}, {result.task}: {metric}, {counted} queries ({result.part})")
    width = _name_width(comparison.scores, result.sources.values())
    say(f"{'#':>3}  {'solution':{width}}  {'score':>7}  {'95 % interval':>17}  {'P(best)':>7}  from")
    for rank, (label, score) in enumerate(comparison.scores.items(), 1):
        low, high = comparison.intervals[label]
        mark = "=" if len(comparison.tied) > 1 and label in comparison.tied else " "
        bounds = f"{format_score(low)} – {format_score(high)}"
        chance = f"{100 * comparison.p_first[label]:.1f} %"
        name, *more = wrap(label, width)
        row = f"{rank:>2}{mark}  {name:{width}}  {format_score(score):>7}  {bounds:>17}  {chance:>7}"
        say("\n".join([f"{row}  {result.sources[label]}", *(f"{'':5}{line}" for line in more)]))
    if len(comparison.tied) > 1:
        say("=    not significantly different from the best (p >= 0.05, Holm)")
    say(f"{comparison.replicates} bootstrap resamples, {comparison.exchanges} permutations per pair")


def _name_width(names: Collection[str], sources: Collection[str]) -> int:
    """Return the columns of names for which the window has room, at least `_NARROWEST_NAME`."""
    from leaderboard.rendering.wrap import widest_piece

    room = get_terminal_size().columns - _OTHER_COLUMNS - min(_ENTRY, max(map(len, sources)))
    widest, needed = max(map(len, names)), max(map(widest_piece, names))
    return max(len("solution"), min(widest, max(room, needed, _NARROWEST_NAME)))


def _print_pair(pair: PairComparison, largest: list[tuple[str, float, float]]) -> None:
    """Print the test of a pair and the queries `(id, better, worse)` with the largest differences."""
    effect = "none" if pair.effect is None else f"{pair.effect:+.2f}"
    say(f"\n{pair.better} − {pair.worse}: {pair.difference:+.5f} ({pair.low:+.5f} to {pair.high:+.5f})")
    say(f"  p {pair.p:.2g}, corrected {pair.p_holm:.2g}; effect size {effect} (standard deviations)")
    say(f"  wins {pair.wins}, ties {pair.ties}, losses {pair.losses}{'; largest differences:' * bool(largest)}")
    for query, better, worse in largest:
        say(f"  {query}: {format_score(better)} vs. {format_score(worse)}")


def _document(result: EntryComparison) -> dict[str, Any]:
    """Return the comparison as a JSON document."""
    pairs = [
        asdict(pair) | {"queries": [dict(zip(("id", "better", "worse"), row, strict=True)) for row in largest]}
        for pair, largest in zip(result.comparison.pairs, result.largest_differences, strict=True)
    ]
    head = {"task": result.task, "part": result.part, "sources": result.sources}
    return head | asdict(result.comparison) | {"higher_is_better": result.metric.higher_is_better, "pairs": pairs}
