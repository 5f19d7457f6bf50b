"""The comparison of entries as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from harness.api.notebook_view import NotebookView, ViewTable
from harness.comparing.compare import EntryComparison
from leaderboard.rendering.format_cells import metric_label

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, repr=False)
class ComparisonView(NotebookView):
    """Entries compared query by query, the best first."""

    competition: str
    result: EntryComparison

    @property
    def table(self) -> DataFrame:
        """Return a DataFrame with score, 95 % interval and probability of being best of each entry, best first.

        `tied` marks those that do not differ significantly from the best.
        """
        from pandas import DataFrame

        comparison = self.result.comparison
        rows = [
            {
                "solution": name,
                "score": score,
                "low": comparison.intervals[name][0],
                "high": comparison.intervals[name][1],
                "p_best": comparison.p_first[name],
                "tied": name in comparison.tied,
                "source": self.result.sources[name],
            }
            for name, score in comparison.scores.items()
        ]
        return DataFrame(rows)

    @property
    def pairs(self) -> DataFrame:
        """Return a DataFrame with the paired test of each two entries; see `metrics.PairComparison`."""
        from pandas import DataFrame

        return DataFrame([asdict(pair) for pair in self.result.comparison.pairs])

    @property
    def queries(self) -> DataFrame:
        """Return a DataFrame with the queries on which each two entries differ most, and both values."""
        from pandas import DataFrame

        pairs = zip(self.result.comparison.pairs, self.result.largest_differences, strict=True)
        rows = [(pair.better, pair.worse, *query) for pair, largest in pairs for query in largest]
        return DataFrame(rows, columns=["better", "worse", "id", "value_better", "value_worse"])

    def view_tables(self) -> Sequence[ViewTable]:
        """Return the ranking, and the tests of pairs."""
        result, comparison = self.result, self.result.comparison
        arrow = "↑" if result.metric.higher_is_better else "↓"
        metric = f"{metric_label(result.metric.name)} {arrow}"
        title = f"{self.competition}, {result.task}: {metric}, {comparison.queries} queries ({result.part})"
        several = len(comparison.tied) > 1
        rows = [
            [
                "=" if several and name in comparison.tied else "",
                name,
                score,
                "{:.5f}–{:.5f}".format(*comparison.intervals[name]),
                f"{100 * comparison.p_first[name]:.1f} %",
                result.sources[name],
            ]
            for name, score in comparison.scores.items()
        ]
        notes = ["=: not significantly different from the best (p >= 0.05, Holm)"] if several else []
        pair_rows = [
            [
                f"{pair.better} − {pair.worse}",
                f"{pair.difference:+.5f}",
                f"{pair.low:+.5f} to {pair.high:+.5f}",
                f"{pair.p_holm:.2g}",
                f"{pair.wins}/{pair.ties}/{pair.losses}",
            ]
            for pair in comparison.pairs
        ]
        pair_headings = ["pair", "difference", "95 % interval", "p (Holm)", "wins/ties/losses"]
        return [
            ViewTable(title, ["", "solution", "score", "95 % interval", "P(best)", "from"], rows, notes),
            ViewTable("paired permutation tests", pair_headings, pair_rows),
        ]
