"""What a boosting attack is told and what it is worth, on a plain board and under the Ladder, as a figure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from harness.errors import HarnessError
from harness.plotting.figure import new_figure
from harness.plotting.selection import PlottedEntries
from harness.plotting.style import BLUE, ORANGE, FigureSize, save_figure, set_ticks, simplify_axes
from leaderboard.overfitting.boosting_attack import AttackResult, boosting_attack, mean_attack
from leaderboard.overfitting.ladder import LeaderboardMechanism, LadderMechanism, PlainMechanism

BOARDS: dict[str, LeaderboardMechanism] = {"plain board": PlainMechanism(), "Ladder": LadderMechanism()}
ATTACKERS, QUERIES = 20, 20_000  # so many attackers, but fewer where there are many queries
_LOOKS = {"plain board": (ORANGE, "o"), "Ladder": (BLUE, "s")}


def simulate_probing(found: PlottedEntries, seed: int = 0) -> tuple[dict[str, AttackResult], int]:
    """Return what mixing the answers of two entries comes to on each board, and over how many attackers on average.

    Raises HarnessError unless there are two entries that were asked the same.
    """
    if len(found.entries) != 2:
        raise HarnessError("an attack mixes the answers of two entries; name two that were run on this competition")
    one, other = found.judgements("all").values()
    if not np.array_equal(one.query_ids, other.query_ids):
        raise HarnessError("an attack mixes answers to the same queries; run both again")
    public = found.public_queries()
    attackers = max(1, min(ATTACKERS, QUERIES // len(public)))
    attacks = {
        name: [
            boosting_attack(found.metric, board, (one, other), public, seed=seed + each) for each in range(attackers)
        ]
        for name, board in BOARDS.items()
    }
    return {name: mean_attack(each) for name, each in attacks.items()}, attackers


def draw_probing(
    probed: Mapping[str, AttackResult], path: Path, *, title: str, metric: str, size: FigureSize | None = None
) -> None:
    """Write the public score that each board told, and the private score that the same submission was worth."""
    figure = new_figure(*(size or (6.5, 4.2)))
    panel = figure.subplots()
    for name, each in probed.items():
        colour, mark = _LOOKS[name]
        panel.plot(
            each.submissions, each.public_scores, "-", color=colour, marker=mark, markersize=5, label=f"{name}: told"
        )
        panel.plot(
            each.submissions, each.private_scores, "--", color=colour, marker=mark, markerfacecolor="white", markersize=5,
            label=f"{name}: worth",
        )  # fmt: skip
    panel.set(xscale="log", xlabel="submissions voted over", ylabel=f"{metric}, public told, private worth")
    panel.set_title(title, parse_math=False, fontsize="medium")
    set_ticks(panel.xaxis, next(iter(probed.values())).submissions)
    simplify_axes(panel)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    save_figure(figure, path)
