"""Template values of an entry's score and cost tables, alone or beside another entry."""

from collections.abc import Sequence
from typing import Any

from leaderboard.entry import Entry, Stage, total_cost

ScorePair = tuple[float | None, float | None]


def entry_values(entry: Entry, parts: Sequence[str], other: Entry | None = None) -> dict[str, Any]:
    """Return the values of the template `_entry_tables.html`."""
    stages = _stages(entry.stages, other.stages if other else ())
    scores = _scores(entry, other, parts)
    return {"entry": entry, "other": other, "scores": scores, "stages": stages, "cost": total_cost(entry.stages)}


def _scores(entry: Entry, other: Entry | None, parts: Sequence[str]) -> list[tuple[str, list[ScorePair]]]:
    """Return for each metric the scores of both entries on each part."""
    names = dict.fromkeys(name for part in parts for name in entry.scores.get(part, {}))
    return [
        (name, [(entry.score(part, name), other.score(part, name) if other else None) for part in parts])
        for name in names
    ]


def _stages(stages: Sequence[Stage], others: Sequence[Stage]) -> list[tuple[Stage, Stage | None, float]]:
    """Return each stage, the other entry's stage of that name, and its share of the wall-clock time in percent."""
    by_name = {stage.name: stage for stage in others}
    wall = sum(stage.wall_s for stage in stages) or 1.0
    return [(stage, by_name.get(stage.name), round(100 * stage.wall_s / wall, 1)) for stage in stages]
