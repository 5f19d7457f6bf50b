"""The charts of a board: those of the rows that match its search and filters, cached until there are new entries."""

from harness.web.charts.board_charts import ChartOptions, ChartSource, ScatterChart, cost_chart, time_chart
from harness.web.charts.zoom import Zoom
from harness.web.data.board_cache import RankedBoard
from harness.web.shared.board_columns import RowContext
from harness.web.shared.board_context import BoardContext
from harness.web.shared.board_query import BoardQuery, filter_rows
from leaderboard.board import Standing
from leaderboard.references import is_baseline
from leaderboard.rendering.format_cells import metric_label
from leaderboard.seeds import SeedSpread
from leaderboard.storage.entry_summaries import EntrySummary


def board_charts(
    board: BoardContext, ranked: RankedBoard, query: BoardQuery, context: RowContext
) -> list[ScatterChart]:
    """Return the charts of the rows that match the search and the filters."""

    def draw() -> list[ScatterChart]:
        metric, higher_is_better = metric_label(ranked.metric.name), ranked.metric.higher_is_better
        options = ChartOptions(query.x, query.y, Zoom.read(query.zoom))
        best = [row.entry for row in filter_rows(ranked.standings, query, context)]
        every = _matching_entries(ranked, query, context)
        charts = (
            cost_chart(ChartSource(best, context.tab, metric, higher_is_better, options), query.cost),
            time_chart(ChartSource(every, context.tab, metric, higher_is_better, options)),
        )
        return [chart for chart in charts if chart and (len(chart.dots) > 1 or query.is_filtered or query.zoom)]

    if query.tag or query.star:  # notes may change at any time
        return draw()
    latest = ranked.summaries[-1].id if ranked.summaries else 0
    state = query.by, query.cost, query.search, query.which, query.x, query.y, query.zoom
    key = (board.competition, board.task, ranked.metric.name, context.tab, state, len(ranked.summaries), latest)
    return board.page.site.charts.get(key, draw)


def _matching_entries(ranked: RankedBoard, query: BoardQuery, context: RowContext) -> list[EntrySummary]:
    """Return all entries but baselines that match the search and the filters."""
    every = [summary for summary in ranked.summaries if not is_baseline(summary)]
    if not query.is_filtered:
        return every
    spread = SeedSpread(1, None, None)
    rows = [Standing(1 if entry.status == "scored" else None, None, entry, 1, entry.created, spread) for entry in every]
    return [row.entry for row in filter_rows(rows, query, context)]
