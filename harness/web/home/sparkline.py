"""The best score of a board over time, as a small SVG line."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.web.charts.axes import Axis
from leaderboard.references import is_baseline
from leaderboard.storage.entry_summaries import EntrySummary

WIDTH, HEIGHT, MARGIN = 160, 36, 3


@dataclass(frozen=True)
class Sparkline:
    """A step line from the first to the last scored entry: its SVG path, its two ends, and how often it rises."""

    path: str
    first: float
    best: float
    records: int
    end: tuple[float, float]

    view_box = f"0 0 {WIDTH} {HEIGHT}"


def best_over_time(summaries: Sequence[EntrySummary], part: str, *, higher_is_better: bool) -> Sparkline | None:
    """Return the line of the best score of a part so far; None if the first scored entry is still the best.

    `summaries` are the entries of a board, oldest first. Baselines are left out.
    """
    scored = [(each.created.timestamp(), score) for each in summaries if (score := _score(each, part)) is not None]
    records = _records(scored, higher_is_better=higher_is_better)
    if len(records) < 2:
        return None
    (start, first), (last, best) = records[0], (scored[-1][0], records[-1][1])
    x = Axis(start, max(last, start + 1), MARGIN, WIDTH - MARGIN)
    y = Axis(first, best, HEIGHT - MARGIN, MARGIN)
    steps = "".join(f"H{x.at(time)}V{y.at(score)}" for time, score in records[1:])
    path = f"M{x.at(start)} {y.at(first)}{steps}H{x.at(last)}"
    return Sparkline(path, first, best, len(records), (x.at(last), y.at(best)))


def _score(summary: EntrySummary, part: str) -> float | None:
    return None if is_baseline(summary) else summary.scores[part]


def _records(scored: Sequence[tuple[float, float]], *, higher_is_better: bool) -> list[tuple[float, float]]:
    """Return the times and scores that are better than all before them."""
    records = list(scored[:1])
    for time, score in scored[1:]:
        if (score > records[-1][1]) if higher_is_better else (score < records[-1][1]):
            records.append((time, score))
    return records
