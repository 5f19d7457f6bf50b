"""View data of one tab of a board: table lines with interval bars, ties, charts and reference scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.scoring.reference_scores import published_rows, sample_submission_scores
from harness.scoring.reported_metric import metric_family
from harness.web.charts.axes import padded_range
from harness.web.charts.board_charts import COSTS, ChartSource, ScatterChart, cost_chart, time_chart
from harness.web.data.board_cache import RankedBoard, Tab, rank_on_tab
from harness.web.data.ties import BoardTie
from harness.web.rendering import Link
from harness.web.shared.board_context import TAB_NAMES, BoardContext
from harness.web.shared.board_query import COLUMNS, PAGE_ROWS, BoardQuery, select_rows
from leaderboard.board import BoardRow, board_row
from leaderboard.references import ReferenceRow, baseline_references, published_references, reference_rows
from leaderboard.rendering.format_cells import metric_label
from metrics import metrics_of

OTHER_PART = {"public": "private", "private": "public", "all": ""}


@dataclass(frozen=True)
class BoardView:
    """One tab of a board.

    `rows` are those of the page, of `n_found` that match the query and `n_total`. `intervals` are those of the tab's
    scores, by entry. `ties` is None if they are not computed yet; `ties_address` returns them as JSON. `openable` are
    the entries whose pages the user may open, `is_partly_open` says that these may not be all. `links` lead to
    further pages about the board, `metrics` to this board by other metrics.
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
    metrics: Sequence[Link] = ()


@dataclass(frozen=True)
class IntervalBar:
    """Positions of a score and its interval, from 0 to 100."""

    low: float
    high: float
    score: float


@dataclass(frozen=True)
class BoardLine:
    """A row with its rank, scores, interval and tie on the tab."""

    row: BoardRow
    rank: int | None
    score: float | None
    other: float | None
    bar: IntervalBar | None
    low: float | None
    high: float | None
    tie: BoardTie | None
    is_openable: bool


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
        intervals={
            number: entry.intervals[tab]
            for number, entry in entries.items()
            if tab in entry.intervals and entry.metric == ranked.metric.name
        },
        n_found=len(rows),
        n_total=len(ranked.standings),
        ties=site.ties.cached(ranked.metric, tab, ranked.leaders(tab)) if can_see_ties else {},
        ties_address=board.address(tab, "ties", by=query.by, metric=query.metric),
        openable=frozenset(number for number, entry in entries.items() if permissions.can_open(entry)),
        is_partly_open=bool(permissions.user_name),
        charts=_charts(board, ranked, tab, query),
        references=_references(board, ranked),
        links=board.further_links() if ranked.part == "public" else (),
        metrics=_metric_links(ranked, query),
    )


def _metric_links(ranked: RankedBoard, query: BoardQuery) -> list[Link]:
    """Return links to the board by each metric of complete rankings, such as mAP M, mAP H and mAP E."""
    family = metric_family(ranked.metric)
    names = [] if family == metrics_of(ranked.metric.task) else [each.name for each in family]
    return [Link(metric_label(name), query.query(metric=name, page=1), name == ranked.metric.name) for name in names]


def _references(board: BoardContext, ranked: RankedBoard) -> list[ReferenceRow]:
    """Return the unranked reference scores on the parts that the user may see."""
    competition = board.page.site.competitions.find(board.competition)
    samples = sample_submission_scores(competition, board.task) if competition else []
    baselines = baseline_references(ranked.summaries, board.competition_name)
    published = published_rows(competition, board.task) if competition else published_references(ranked.metric.name)
    return reference_rows([*samples, *baselines, *published], board.visible_parts)


def _charts(board: BoardContext, ranked: RankedBoard, tab: Tab, query: BoardQuery) -> list[ScatterChart]:
    def draw() -> list[ScatterChart]:
        metric, higher_is_better = metric_label(ranked.metric.name), ranked.metric.higher_is_better
        best = ChartSource([row.entry for row in ranked.standings], tab, metric, higher_is_better)
        charts = cost_chart(best, query.cost), time_chart(ChartSource(ranked.summaries, tab, metric, higher_is_better))
        return [chart for chart in charts if chart and len(chart.dots) > 1]

    latest = ranked.summaries[-1].id if ranked.summaries else 0
    key = (board.competition, board.task, ranked.metric.name, tab, query.by, query.cost, len(ranked.summaries), latest)
    return board.page.site.charts.get(key, draw)


def _caption(board: BoardContext, tab: Tab) -> str:
    """Return the share of the queries that a part holds, in Kaggle's words."""
    shares = board.page.site.shares(board.competition, board.task)
    if tab not in shares or len(shares) < 2:
        return ""
    share = f"calculated on approximately {100 * shares[tab]:.2g} % of the queries"
    return share if tab == "private" else f"{share}; the final ranking uses the private part and may differ"


def board_values(board: BoardView) -> dict[str, Any]:
    """Return the values of the templates `board/board.html` and `_board_table.html`."""
    low, high = _scale(board)
    return {
        "board": board,
        "lines": [_line(board, number, low, high) for number in range(len(board.rows))],
        "low": low,
        "high": high,
        "pages": max(1, -(-board.n_found // PAGE_ROWS)),
        "columns": {name: COLUMNS[name] for name in board.query.columns if name != "other" or board.other},
        "all_columns": COLUMNS,
        "tab_names": TAB_NAMES,
        "costs": COSTS,
    }


def _score(row: BoardRow, part: str) -> float | None:
    value: float | None = getattr(row, f"score_{part}") if part else None
    return value


def _scale(board: BoardView) -> tuple[float, float]:
    """Return the scores at both ends of the interval bars."""
    scores = [score for row in board.rows if (score := _score(row, board.tab)) is not None]
    ends = [end for row in board.rows for end in board.intervals.get(row.entry_id or 0, ())]
    low, high = padded_range([*scores, *ends]) if scores else (0.0, 1.0)
    return max(0.0, low) if min([*scores, 0]) >= 0 else low, high


def _line(board: BoardView, number: int, start: float, end: float) -> BoardLine:
    row = board.rows[number]
    entry = row.entry_id or 0
    score = _score(row, board.tab)
    low, high = board.intervals.get(entry, (None, None))
    percent: Callable[[float], float] = lambda value: round(100 * (value - start) / (end - start), 1)
    bar = None
    if score is not None:
        ends = percent(score if low is None else low), percent(score if high is None else high)
        bar = IntervalBar(*ends, percent(score))
    tie = (board.ties or {}).get(entry)
    openable = row.entry_id in board.openable
    return BoardLine(row, board.ranks[number], score, _score(row, board.other), bar, low, high, tie, openable)
