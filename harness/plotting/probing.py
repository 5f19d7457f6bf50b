"""Boosting attack as a figure: reported and true scores on a plain board and under the Ladder mechanism."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import HarnessError
from harness.plotting.figure import new_figure
from harness.plotting.selection import PlottedEntries
from harness.plotting.style import BLUE, ORANGE, Inches, legend_below, save_figure, set_ticks, simplify_axes
from leaderboard.overfitting.boosting_attack import AttackResult, boosting_attack, mean_attack
from leaderboard.overfitting.ladder import LadderMechanism, LeaderboardMechanism, PlainMechanism
from leaderboard.rendering.format_cells import metric_label

BOARDS: dict[str, LeaderboardMechanism] = {"plain board": PlainMechanism(), "Ladder": LadderMechanism()}
ATTACKERS, QUERIES = 20, 20_000  # attackers, fewer if attackers times public queries would exceed QUERIES
_STYLES = {"plain board": (ORANGE, "o"), "Ladder": (BLUE, "s")}


def simulate_probing(plotted: PlottedEntries, seed: int = 0) -> tuple[dict[str, AttackResult], int]:
    """Return board -> mean result of attacks that mix the answers of two entries, and the number of attackers.

    Raises HarnessError unless there are two entries on the same queries, some public and some private.
    """
    if len(plotted.entries) != 2:
        raise HarnessError("an attack mixes the answers of two entries; name two that were run on this competition")
    one, other = plotted.judgements("all").values()
    if not np.array_equal(one.query_ids, other.query_ids):
        raise HarnessError("an attack mixes answers to the same queries; run both again")
    public = plotted.public_queries()
    if not 0 < public.sum() < len(public):
        raise HarnessError("an attack probes a public part; this competition's queries are all of one part")
    attackers = max(1, min(ATTACKERS, QUERIES // len(public)))
    results: dict[str, AttackResult] = {}
    for name, board in BOARDS.items():
        seeds = range(seed, seed + attackers)
        attacks = [boosting_attack(plotted.metric, board, (one, other), public, seed=each) for each in seeds]
        results[name] = mean_attack(attacks)
    return results, attackers


def draw_probing(
    results: Mapping[str, AttackResult], path: Path, *, title: str, metric: str, size: Inches | None = None
) -> None:
    """Write the public score that each board reported, and the private score of the same submission."""
    figure = new_figure(*(size or (6.5, 3.9)))
    panel = figure.subplots()
    for name, result in results.items():
        colour, marker = _STYLES[name]
        style: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 5}
        panel.plot(result.submissions, result.public_scores, "-", **style, label=f"{name}: reported, public")
        style |= {"markerfacecolor": "white", "label": f"{name}: true, private"}
        panel.plot(result.submissions, result.private_scores, "--", **style)
    panel.set(
        xscale="log",
        xlabel="number of submissions",
        ylabel=metric_label(metric),
    )
    panel.set_title(title, parse_math=False, fontsize="medium")
    set_ticks(panel.xaxis, next(iter(results.values())).submissions)
    simplify_axes(panel)
    legend_below(figure, panel, grow=size is None)
    save_figure(figure, path)
