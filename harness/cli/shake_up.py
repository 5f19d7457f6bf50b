"""`landmark shake-up`: simulate other public/private splits."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._options import Every, Folder, Json, PlotFile, Seed, TaskOption, WorkspaceOption
from harness.cli._output import format_score, note, print_json, say, say_row

if TYPE_CHECKING:
    from harness.comparing.shake_up import ShakeUpResult
    from leaderboard.order import Group
    from leaderboard.overfitting.shake_up import FinalSelection

_HEADINGS = ["#", "private #", "solution", "public", "private", "wins", "rank, 90 %", "move, 90 %"]
_OPTIONAL = (1, 7)  # columns that a narrow terminal leaves out, in this order


def shake_up(
    mine: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOLUTION|#ENTRY]...", help="Candidates for the two final submissions; default: all."),
    ] = None,
    *,
    on: Folder,
    task: TaskOption = None,
    draws: Annotated[int, typer.Option("--draws", min=1, max=100_000, help="Number of public/private splits.")] = 1000,
    top: Annotated[int, typer.Option("--top", min=2, help="Number of top public entries to simulate.")] = 50,
    every: Every = False,
    plot: PlotFile = None,
    seed: Seed = 0,
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Simulate random public/private splits: rank ranges of entries, and the best pair of final submissions.

    This uses private scores, so it needs the ground truth.

    Example: landmark shake-up --on demo
    """
    from harness.cli._open import open_competition
    from harness.comparing.shake_up import simulate_shake_up
    from harness.data.split import TEST
    from harness.plotting.figure import require_picture
    from leaderboard import EntryStore

    if plot:
        require_picture(plot)
    competition, workspace = open_competition(on, workspace_dir)
    store = EntryStore(workspace.database)
    task = task or competition.tasks[0]
    group: Group = "identity" if every else "solution"
    result = simulate_shake_up(store, competition.key, task, by=group, top=top, draws=draws, seed=seed)
    entries = store.entries(competition=competition.key, task=task, split=TEST)
    identities = result.identities(mine, entries, workspace.register) if mine else None
    if plot:
        from harness.plotting.shake_up import draw_shake_up

        draw_shake_up(result, plot, title=competition.name)
    for reason in result.left_out:
        note(f"left out: {reason}")
    if json:
        print_json({"competition": competition.name} | _document(result, identities))
    else:
        _print_table(competition.name, result)
        _print_advice(result, identities)


def _print_table(name: str, result: ShakeUpResult) -> None:
    from harness.cli._text_table import table_lines
    from leaderboard.rendering.format_cells import metric_label

    simulation, arrow = result.simulation, "↑" if result.metric.higher_is_better else "↓"
    metric = f"{metric_label(result.metric.name)} {arrow}"
    say(f"{name}, {result.task}: {metric}, {result.n_public} of {result.n_queries} queries public")
    rows = [_cells(result, position) for position in range(len(result.rows))]
    for line in table_lines([_HEADINGS, *rows], names=_HEADINGS.index("solution"), optional=_OPTIONAL):
        say(line)
    splits = f"{len(simulation.simulated_scores)} random public/private splits"
    say_row(
        "",
        f"wins = share of {splits} that this entry wins; rank, move: 90 % intervals of private rank and places gained",
    )
    both = _percent(simulation.p_public_best_wins)
    say_row("", f"the public winner also wins the private part in {both} of the splits")


def _cells(result: ShakeUpResult, position: int) -> list[str]:
    """Return the cells of an entry, in the order of the headings."""
    from leaderboard.safe_text import shorten

    simulation, name = result.simulation, shorten(result.rows[position].identity)
    (rank, private_rank), scores = simulation.ranks[:, position], simulation.scores[:, position]
    wins = _percent(simulation.rank_shares[position, 0])
    ranges = _range(simulation.rank_interval(position), "d"), _range(simulation.move_interval(position), "+d")
    return [str(rank), str(private_rank), name, *map(format_score, scores), wins, *ranges]


def _range(bounds: tuple[int, int], form: str) -> str:
    low, high = (f"{bound:{form}}" if bound else "0" for bound in bounds)
    return low if low == high else f"{low} – {high}"


def _print_advice(result: ShakeUpResult, mine: list[str] | None) -> None:
    """Print the best choice of two final entries, and the choice of the two best public ones."""
    simulation = result.simulation
    best, public = simulation.pairs(mine)[0], simulation.two_best_public(mine)
    say_row("", f"best two final entries: {_finals(best)}")
    if public.names != best.names:
        say_row("", f"two best public entries: {_finals(public)}")
    say_row("", f"always choosing the two best public entries: {_outcome(simulation.best_public_of_each_draw(mine))}")


def _finals(finals: FinalSelection) -> str:
    from leaderboard.safe_text import shorten

    return f"{' and '.join(map(shorten, finals.names))}: {_outcome(finals)}"


def _outcome(finals: FinalSelection) -> str:
    return f"best private score in {_percent(finals.p_best)} of the splits, mean rank {finals.rank:.2f}"


def _percent(p: float) -> str:
    return f"{100 * p:.1f} %"


def _document(result: ShakeUpResult, mine: list[str] | None) -> dict[str, object]:
    """Return the result as a JSON document."""
    simulation = result.simulation
    entries = [
        {
            "identity": row.identity,
            "entry": row.entry_id,
            "rank": int(simulation.ranks[0, position]),
            "private_rank": int(simulation.ranks[1, position]),
            "public": float(simulation.scores[0, position]),
            "private": float(simulation.scores[1, position]),
            "p_rank": simulation.rank_shares[position].tolist(),
            "range": simulation.rank_interval(position),
            "move": simulation.move_interval(position),
        }
        for position, row in enumerate(result.rows)
    ]
    return {
        "task": result.task,
        "metric": result.metric.name,
        "queries": result.n_queries,
        "public_queries": result.n_public,
        "draws": len(simulation.simulated_scores),
        "entries": entries,
        "p_public_best_wins": simulation.p_public_best_wins,
        "pairs": [asdict(pair) for pair in simulation.pairs(mine)],
        "two_best_public": asdict(simulation.two_best_public(mine)),
        "by_public": asdict(simulation.best_public_of_each_draw(mine)),
        "left_out": result.left_out,
    }
