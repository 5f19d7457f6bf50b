"""View data of one tab of a board: rows, intervals, ties, charts and reference scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.scoring.sample_scores import sample_submission_scores
from harness.web.charts.board_charts import ChartSource, ScatterChart, cost_chart, time_chart
from harness.web.data.board_cache import RankedBoard, Tab, rank_on_tab
from harness.web.data.ties import BoardTie
from harness.web.rendering import Link, metric_label
from harness.web.shared.board_context import BoardContext
from harness.web.shared.board_query import PAGE_ROWS, BoardQuery, select_rows
from leaderboard.board import BoardRow, board_row
from leaderboard.references import ReferenceRow, baseline_references, published_references, reference_rows

OTHER_PART = {"public": "private", "private": "public", "all": ""}


@dataclass(frozen=True)
class BoardView:
    """One tab of a board.

    `rows` are those of the page, of `n_found` that match the query and `n_total`. `intervals` are those of the tab's
    scores, by entry. `ties` is None if they are not computed yet; `ties_address` returns them as JSON. `openable` are
    the entries whose pages the user may open, `is_partly_open` says that these may not be all. `links` lead to
    further pages about the board.
    """

    title: str
    tab: Tab
    tabs: Sequence[Link]
    other: str
    metric: str
    higher_is_better: bool
    caption: str
    query: BoardQuery
    rows: Sequence[BoardRow]
    ranks: Sequence[int | None]
    intervals: Mapping[int, tuple[float, float]]
    n_found: int
    n_total: int
    ties: Mapping[int, BoardTie] | None
    ties_address: str
    openable: frozenset[int]
    is_partly_open: bool
    charts: Sequence[ScatterChart]
    references: Sequence[ReferenceRow] = ()
    links: Sequence[Link] = ()


def build_board_view(board: BoardContext, ranked: RankedBoard, tab: Tab, query: BoardQuery) -> BoardView:
    """Return the view of a tab of a board."""
    site, permissions = board.page.site, board.page.permissions
    rows = select_rows(ranked.standings, tab, query)
    page = rows[(query.page - 1) * PAGE_ROWS : query.page * PAGE_ROWS]
    entries = site.store.by_ids([standing.entry.id for standing in page])
    can_see_ties = permissions.can_see_ties(board.competition)
    return BoardView(
        title=board.title,
        tab=tab,
        tabs=board.tab_links(ranked, tab),
        other=OTHER_PART[tab] if OTHER_PART[tab] in board.visible_parts else "",
        metric=metric_label(ranked.metric.name),
        higher_is_better=ranked.metric.higher_is_better,
        caption=_caption(board, tab),
        query=query,
        rows=[board_row(row, entries[row.entry.id], ranked.order, ranked.part) for row in page],
        ranks=[rank_on_tab(row, tab) for row in page],
        intervals={number: entry.intervals[tab] for number, entry in entries.items() if tab in entry.intervals},
        n_found=len(rows),
        n_total=len(ranked.standings),
        ties=site.ties.cached(ranked.metric, tab, ranked.leaders(tab)) if can_see_ties else {},
        ties_address=board.address(tab, "ties", by=query.by),
        openable=frozenset(number for number, entry in entries.items() if permissions.can_open(entry)),
        is_partly_open=bool(permissions.user_name),
        charts=_charts(board, ranked, tab, query),
        references=_references(board, ranked),
        links=board.further_links() if ranked.part == "public" else (),
    )


def _references(board: BoardContext, ranked: RankedBoard) -> list[ReferenceRow]:
    """Return the unranked reference scores on the parts that the user may see."""
    competition = board.page.site.competitions.find(board.competition)
    samples = sample_submission_scores(competition, board.task) if competition else []
    references = [*samples, *baseline_references(ranked.summaries, board.competition_name)]
    visible = [reference for reference in references if reference.part in board.visible_parts]
    return reference_rows([*visible, *published_references(ranked.metric.name)])


def _charts(board: BoardContext, ranked: RankedBoard, tab: Tab, query: BoardQuery) -> list[ScatterChart]:
    def draw() -> list[ScatterChart]:
        metric, higher_is_better = metric_label(ranked.metric.name), ranked.metric.higher_is_better
        best = ChartSource([row.entry for row in ranked.standings], tab, metric, higher_is_better)
        charts = cost_chart(best, query.cost), time_chart(ChartSource(ranked.summaries, tab, metric, higher_is_better))
        return [chart for chart in charts if chart and len(chart.dots) > 1]

    latest = ranked.summaries[-1].id if ranked.summaries else 0
    key = (board.competition, board.task, tab, query.by, query.cost, len(ranked.summaries), latest)
    return board.page.site.charts.get(key, draw)


def _caption(board: BoardContext, tab: Tab) -> str:
    """Return the share of the queries that a part holds, in Kaggle's words."""
    shares = board.page.site.shares(board.competition, board.task)
    if tab not in shares or len(shares) < 2:
        return ""
    share = f"calculated on approximately {100 * shares[tab]:.2g} % of the queries"
    return share if tab == "private" else f"{share}; the final ranking uses the private part and may differ"
