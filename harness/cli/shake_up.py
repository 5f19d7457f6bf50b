"""`landmark shake-up`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._options import Folder, Json, Seed, Task, WorkspaceOption
from harness.cli._output import note, number, print_json, say

if TYPE_CHECKING:
    from harness.comparing.shake_up import Shaken
    from leaderboard.order import Group
    from leaderboard.overfitting.shake_up import Finals


def shake_up(
    mine: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MINE]...", help="Solutions or entries to choose two finals of; all, if none is named."
        ),
    ] = None,
    *,
    on: Folder,
    task: Task = None,
    draws: Annotated[int, typer.Option("--draws", min=1, max=100_000, help="How often the parts are drawn.")] = 1000,
    top: Annotated[int, typer.Option("--top", min=2, help="So many of the best public entries are looked at.")] = 50,
    every: Annotated[
        bool, typer.Option("--every", help="A row for each set of parameters, not for each solution.")
    ] = False,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Also draw it: .png, .svg, .pdf.")] = None,
    seed: Seed = 0,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Draw the public queries anew many times: how the board would move, and which two finals to choose.

    The private scores are looked at, so this is for boards whose ground truth is yours.
    """
    from harness.cli._open import open_competition
    from harness.comparing.shake_up import shaken
    from harness.plotting.figure import require_picture
    from leaderboard import EntryStore

    if plot:
        require_picture(plot)
    competition, opened = open_competition(on, workspace)
    store = EntryStore(opened.database)
    by: Group = "identity" if every else "solution"
    found = shaken(store, competition.key, task or competition.tasks[0], by=by, top=top, draws=draws, seed=seed)
    chosen = found.named(mine) if mine else None
    if plot:
        from harness.plotting.shake_up import draw_shake_up

        draw_shake_up(found, plot, title=competition.name)
    for line in found.left_out:
        note(f"left out: {line}")
    if json:
        print_json({"competition": competition.name} | _document(found, chosen))
    else:
        _table(competition.name, found)
        _advice(found, chosen)


def _table(name: str, found: Shaken) -> None:
    from leaderboard.safe_text import short

    shake, arrow = found.shake, "↑" if found.metric.higher_is_better else "↓"
    say(f"{name}, {found.task}: {found.metric} {arrow}, {found.public} of {found.queries} queries public")
    names = [short(row.identity) for row in found.rows]
    width = max(len("solution"), *map(len, names))
    head = f"{'#':>3}  {'private #':>9}  {'solution':{width}}  {'public':>8}  {'private':>8}  {'wins':>7}"
    say(f"{head}  {'private #, 90 %':>15}  {'move, 90 %':>11}")
    for place, label in enumerate(names):
        (rank, private_rank), (public, private) = shake.ranks[:, place], shake.scores[:, place]
        scores = f"{number(public):>8}  {number(private):>8}  {_share(shake.shares[place, 0]):>7}"
        range_, move = _between(shake.range_of(place), "d"), _between(shake.move_of(place), "+d")
        say(f"{rank:>3}  {private_rank:>9}  {label:{width}}  {scores}  {range_:>15}  {move:>11}")
    say(f"wins, and ranks in 90 of 100 draws: if the queries had been dealt otherwise ({len(shake.drawn)} draws)")
    say(f"the best of the public part is the best of the private one in {_share(shake.p_public_best_wins)} of them")


def _between(bounds: tuple[int, int], form: str) -> str:
    low, high = (f"{bound:{form}}" if bound else "0" for bound in bounds)
    return low if low == high else f"{low} – {high}"


def _advice(found: Shaken, mine: list[str] | None) -> None:
    """Say which two finals to choose, and what the usual choice is worth."""
    best, usual, followed = found.shake.pairs(mine)[0], found.shake.two_best_public(mine), found.shake.by_public(mine)
    say(f"two finals: {_told(best)}")
    if usual.names != best.names:
        say(f"the two best public: {_told(usual)}")
    say(f"whoever takes the two best public of each draw: {_worth(followed)}")


def _told(finals: Finals) -> str:
    from leaderboard.safe_text import short

    return f"{' and '.join(map(short, finals.names))}: {_worth(finals)}"


def _worth(finals: Finals) -> str:
    return f"the best private score in {_share(finals.p_best)} of the draws, rank {finals.rank:.2f} on average"


def _share(p: float) -> str:
    return f"{100 * p:.1f} %"


def _document(found: Shaken, mine: list[str] | None) -> dict[str, object]:
    """Return all that programs may want to know."""
    shake = found.shake
    entries = [
        {
            "identity": row.identity,
            "entry": row.entry_id,
            "rank": int(shake.ranks[0, place]),
            "private_rank": int(shake.ranks[1, place]),
            "public": float(shake.scores[0, place]),
            "private": float(shake.scores[1, place]),
            "p_rank": shake.shares[place].tolist(),
            "range": shake.range_of(place),
            "move": shake.move_of(place),
        }
        for place, row in enumerate(found.rows)
    ]
    return {
        "task": found.task,
        "metric": found.metric.name,
        "queries": found.queries,
        "public_queries": found.public,
        "draws": len(shake.drawn),
        "entries": entries,
        "p_public_best_wins": shake.p_public_best_wins,
        "pairs": [asdict(pair) for pair in shake.pairs(mine)],
        "two_best_public": asdict(shake.two_best_public(mine)),
        "by_public": asdict(shake.by_public(mine)),
        "left_out": found.left_out,
    }
