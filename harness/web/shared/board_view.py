"""View data of one tab of a board: table lines with interval bars, ties, notes, charts and reference scores."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.scoring.reference_scores import published_rows, sample_submission_scores
from harness.scoring.reported_metric import metric_family
from harness.web.charts.board_charts import COSTS, ScatterChart
from harness.web.data.board_cache import RankedBoard, Tab
from harness.web.data.ties import BoardTie
from harness.web.rendering import Link
from harness.web.shared.board_columns import (
    COLUMNS,
    FIXED,
    OTHER_PART,
    BoardColumn,
    RowContext,
    column_of,
    further_columns,
)
from harness.web.shared.board_context import TAB_NAMES, BoardContext
from harness.web.shared.board_figures import board_charts
from harness.web.shared.board_lines import BarScale, BoardLine, bar_scale, board_line, has_value
from harness.web.shared.board_query import PAGE_ROWS, BoardQuery, select_rows
from leaderboard.board import board_row
from leaderboard.references import (
    ReferenceRow,
    baseline_references,
    published_references,
    reference_rows,
)
from leaderboard.rendering.format_cells import metric_label
from leaderboard.storage.notes import EntryNote, SavedView
from metrics import metrics_of

MAX_TAG_LINKS = 20
EXPORT_FORMATS = {"csv": "CSV", "json": "JSON", "markdown": "Markdown", "latex": "LaTeX"}


@dataclass(frozen=True)
class BoardView:
    """One tab of a board.

    `lines` are the rows of the page, of `n_found` that match the query and `n_total`; `scale` is that of their bars.
    `further` are the names of the metric and parameter columns that the board offers. `ties` is None if they are not
    computed yet; `ties_address` returns them as JSON. `openable` are the entries whose pages the user may open,
    `is_partly_open` says that these may not be all. `links` lead to further pages about the board, `metrics` to this
    board by other metrics. `tags` are those of its entries with their numbers; notes are shown in local mode only, and
    can be changed if `can_write`.
    """

    title: str
    address: str
    tab: Tab
    tabs: Sequence[Link]
    other: str
    metric: str
    higher_is_better: bool
    caption: str
    query: BoardQuery
    lines: Sequence[BoardLine]
    scale: BarScale
    further: Sequence[str]
    n_found: int
    n_total: int
    ties: Mapping[int, BoardTie] | None
    ties_address: str
    openable: frozenset[int]
    is_partly_open: bool
    has_notes: bool
    can_write: bool
    tags: Sequence[tuple[str, int]]
    views: Sequence[SavedView]
    charts: Sequence[ScatterChart]
    references: Sequence[ReferenceRow] = ()
    links: Sequence[Link] = ()
    metrics: Sequence[Link] = ()

    fixed_columns = FIXED


def row_context(board: BoardContext, ranked: RankedBoard, tab: Tab) -> RowContext:
    """Return what the values of rows depend on besides them; without ties that are not computed yet."""
    site, permissions = board.page.site, board.page.permissions
    can_see_ties = permissions.can_see_ties(board.competition)
    ties = site.ties.cached(ranked.metric, tab, ranked.leaders(tab)) if can_see_ties else {}
    notes = {} if permissions.user_name else site.notes.find()
    scores = [score for row in ranked.standings if row.rank and (score := row.entry.scores.get(tab)) is not None]
    best = (max if ranked.metric.higher_is_better else min)(scores, default=None)
    return RowContext(tab, ties or {}, notes, best)


def visible_query(board: BoardContext, tab: Tab, query: BoardQuery) -> BoardQuery:
    """Return a query without an order by scores of another part that the user may not see."""
    is_hidden = query.sort in ("other", "move") and OTHER_PART[tab] not in board.visible_parts
    return replace(query, sort="") if is_hidden else query


def build_board_view(board: BoardContext, ranked: RankedBoard, tab: Tab, query: BoardQuery) -> BoardView:
    """Return the view of a tab of a board."""
    site, permissions = board.page.site, board.page.permissions
    context, query = row_context(board, ranked, tab), visible_query(board, tab, query)
    rows = select_rows(ranked.standings, tab, query, context)
    query = replace(query, page=min(query.page, max(1, -(-len(rows) // PAGE_ROWS))))
    page = rows[(query.page - 1) * PAGE_ROWS : query.page * PAGE_ROWS]
    entries = site.store.by_ids([standing.entry.id for standing in page])
    can_see_ties = permissions.can_see_ties(board.competition)
    openable = frozenset(number for number, entry in entries.items() if permissions.can_open(entry))
    scale = bar_scale(page, tab, higher_is_better=ranked.metric.higher_is_better, choice=query.bars)
    lines = [
        board_line(
            *(row, board_row(row, entries[row.entry.id], ranked.order, ranked.part), scale, context, query.columns),
            is_openable=row.entry.id in openable,
        )
        for row in page
    ]
    is_local = not permissions.user_name
    return BoardView(
        title=board.title,
        address=board.address(),
        tab=tab,
        tabs=board.tab_links(ranked, tab),
        other=OTHER_PART[tab] if OTHER_PART[tab] in board.visible_parts else "",
        metric=metric_label(ranked.metric.name),
        higher_is_better=ranked.metric.higher_is_better,
        caption=_caption(board, tab),
        query=query,
        lines=lines,
        scale=scale,
        further=further_columns(ranked),
        n_found=len(rows),
        n_total=len(ranked.standings),
        ties=site.ties.cached(ranked.metric, tab, ranked.leaders(tab)) if can_see_ties else {},
        ties_address=board.address(tab, "ties", by=query.by, metric=query.metric),
        openable=openable,
        is_partly_open=not is_local,
        has_notes=is_local,
        can_write=is_local and site.notes.can_write,
        tags=_tags(ranked, context.notes),
        views=site.notes.views(board.competition, board.task) if is_local else (),
        charts=board_charts(board, ranked, query, context),
        references=_references(board, ranked),
        links=board.further_links() if ranked.part == "public" else (),
        metrics=_metric_links(ranked, query),
    )


def _tags(ranked: RankedBoard, notes: Mapping[int, EntryNote]) -> list[tuple[str, int]]:
    """Return the tags of the board's rows with their numbers, the most frequent first."""
    if not notes:
        return []
    tags = (tag for row in ranked.standings if row.entry.id in notes for tag in notes[row.entry.id].tags)
    return Counter(tags).most_common(MAX_TAG_LINKS)


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


def _caption(board: BoardContext, tab: Tab) -> str:
    """Return the share of the queries that a part holds, in Kaggle's words."""
    shares = board.page.site.shares(board.competition, board.task)
    if tab not in shares or len(shares) < 2:
        return ""
    share = f"calculated on approximately {100 * shares[tab]:.2g} % of the queries"
    return share if tab == "private" else f"{share}; the final ranking uses the private part and may differ"


def board_values(board: BoardView) -> dict[str, Any]:
    """Return the values of the templates `board/board.html` and `_board_table.html`."""
    return {
        "board": board,
        "lines": board.lines,
        "low": board.scale.low,
        "high": board.scale.high,
        "pages": max(1, -(-board.n_found // PAGE_ROWS)),
        "columns": _columns_of(board),
        "all_columns": {name: column_of(name) for name in (*COLUMNS, *board.further) if name != "other" or board.other},
        "column_groups": {
            "Other metrics": [name for name in board.further if name.startswith("m:")],
            "Parameters": [name for name in board.further if name.startswith("p:")],
        },
        "export_formats": EXPORT_FORMATS,
        "tab_names": TAB_NAMES,
        "costs": COSTS,
    }


def _columns_of(board: BoardView) -> dict[str, BoardColumn]:
    """Return the chosen columns that have a value in any line, by name; that of ties also before they are computed."""
    waiting = {"tie"} if board.ties is None else set()
    names = [name for name in board.query.columns if name != "other" or board.other]
    return {name: column_of(name) for name in names if name in waiting or has_value(board.lines, name)}
