"""Template values of an entry's score and cost tables."""

from collections.abc import Sequence
from typing import Any

from leaderboard.entry import Entry, Stage, total_cost


def entry_values(entry: Entry, parts: Sequence[str]) -> dict[str, Any]:
    """Return the values of the template `_entry_tables.html`; scores only of the parts."""
    names = dict.fromkeys(name for part in parts for name in entry.scores.get(part, {}))
    scores = [(name, [score_text(name, entry.score(part, name)) for part in parts]) for name in names]
    return {"entry": entry, "scores": scores, "stages": _stages(entry.stages), "cost": total_cost(entry.stages)}


def score_text(metric: str, score: float | None) -> str:
    """Return a score with four decimals, and a mean or median rank with one; empty for None.

    >>> score_text("map@100", 0.25), score_text("median_first_hit@100", 1.0), score_text("map@100", None)
    ('0.2500', '1', '')
    """
    if score is None:
        return ""
    return f"{score:.1f}".removesuffix(".0") if "first_hit" in metric else f"{score:.4f}"


def _stages(stages: Sequence[Stage]) -> list[tuple[Stage, float]]:
    """Return each stage, and its share of the wall-clock time in percent."""
    wall = sum(stage.wall_s for stage in stages) or 1.0
    return [(stage, round(100 * stage.wall_s / wall, 1)) for stage in stages]
