"""The lines of a leaderboard of teams: ranks, scores with intervals, and the line of the user's own team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from harness.web.charts.axes import padded_range
from harness.web.data.board_cache import RankedBoard, Tab, rank_on_tab
from harness.web.data.ties import BoardTie
from harness.web.shared.board_context import BoardContext
from harness.web.team.competition_context import CompetitionContext
from harness.web.team.initials import TeamInitials, team_initials
from leaderboard import Entry
from leaderboard.board import Standing
from leaderboard.storage.entry_summaries import EntrySummary
from metrics import Metric

PAGE_ROWS = 100


@dataclass(frozen=True)
class ScoreBar:
    """Positions of a score and of the ends of its interval, from 0 to 100."""

    low: float
    high: float
    score: float


@dataclass(frozen=True)
class TeamLine:
    """A team on the board. `initials` is None for an entry that is no team's; `entry` is None if it may not be opened.

    `other` is the score on the other part if that is visible, `interval` that of the score if there is one.
    """

    rank: int | None
    move: int | None
    name: str
    initials: TeamInitials | None
    is_own: bool
    score: float | None
    other: float | None
    interval: tuple[float, float] | None
    bar: ScoreBar | None
    tie: BoardTie | None
    submissions: int
    last: datetime
    entry: int | None


@dataclass(frozen=True)
class TeamBoard:
    """A page of the board. `own_page` is the page with the own team's line and `own_rank` its rank, None without one.

    `other` is the other part if it is visible, else empty. `ties_address` returns the ties as JSON if they are not
    computed yet, and is empty if they are, or may not be seen.
    """

    tab: Tab
    other: str
    metric: Metric
    lines: Sequence[TeamLine]
    page: int
    search: str
    n_found: int
    n_total: int
    own_page: int | None
    own_rank: int | None
    has_ties: bool
    ties_address: str


def build_team_board(
    board: BoardContext, ranked: RankedBoard, tab: Tab, competition: CompetitionContext, search: str, page: int
) -> TeamBoard:
    """Return a page of the board with the teams whose names contain the words of `search`."""
    words, own = search.casefold().split(), competition.team.name if competition.team else None
    ordered = _ordered(ranked, tab)
    matches = [row for row in ordered if all(word in row.entry.solution.casefold() for word in words)]
    rows = matches[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    other = next((part for part in ("private", "public") if part != tab and part in board.visible_parts), "")
    place = next((number for number, row in enumerate(ordered) if row.entry.solution == own), None)
    can_see_ties = board.page.permissions.can_see_ties(board.competition)
    ties = board.page.site.ties.cached(ranked.metric, tab, ranked.leaders(tab)) if can_see_ties else {}
    return TeamBoard(
        tab=tab,
        other=other if tab != "all" and ranked.part == "public" else "",
        metric=ranked.metric,
        lines=_lines(board, ranked, tab, rows, competition, ties or {}),
        page=page,
        search=search,
        n_found=len(matches),
        n_total=len(ordered),
        own_page=None if place is None else place // PAGE_ROWS + 1,
        own_rank=None if place is None else rank_on_tab(ordered[place], tab),
        has_ties=can_see_ties and len(ordered) > 1 and ties != {},
        ties_address=board.address(tab, "ties") if can_see_ties and ties is None else "",
    )


def _ordered(ranked: RankedBoard, tab: Tab) -> list[Standing[EntrySummary]]:
    """Return the standings by their rank on the tab, unranked ones last."""
    return sorted(ranked.standings, key=lambda row: rank_on_tab(row, tab) or len(ranked.standings) + 1)


def _lines(
    board: BoardContext,
    ranked: RankedBoard,
    tab: Tab,
    rows: Sequence[Standing[EntrySummary]],
    competition: CompetitionContext,
    ties: dict[int, BoardTie],
) -> list[TeamLine]:
    entries = board.page.site.store.by_ids([row.entry.id for row in rows])
    intervals = {number: _interval(entry, tab, ranked.metric.name) for number, entry in entries.items()}
    names = {team.name for team in competition.teams.accounts.teams()}
    scores = [score for row in rows if (score := row.entry.score(tab)) is not None]
    low, high = padded_range([*scores, *(end for ends in intervals.values() for end in ends or ())] or [0.0, 1.0])
    both = {"public", "private"} <= set(board.visible_parts)
    return [
        TeamLine(
            rank=rank_on_tab(row, tab),
            move=row.rank - row.private_rank if both and row.rank and row.private_rank else None,
            name=row.entry.solution,
            initials=team_initials(row.entry.solution) if row.entry.solution in names else None,
            is_own=competition.team is not None and row.entry.solution == competition.team.name,
            score=row.entry.score(tab),
            other=row.entry.score("private" if tab == "public" else "public") if both else None,
            interval=intervals[row.entry.id],
            bar=_bar(row.entry.score(tab), intervals[row.entry.id], low, high),
            tie=ties.get(row.entry.id),
            submissions=row.entries,
            last=row.last,
            entry=row.entry.id if board.page.permissions.can_open(entries[row.entry.id]) else None,
        )
        for row in rows
    ]


def _interval(entry: Entry, tab: Tab, metric: str) -> tuple[float, float] | None:
    return entry.intervals.get(tab) if entry.metric == metric else None


def _bar(score: float | None, interval: tuple[float, float] | None, low: float, high: float) -> ScoreBar | None:
    if score is None:
        return None
    ends = interval or (score, score)
    first, last, middle = (round(100 * (value - low) / (high - low), 1) for value in (*ends, score))
    return ScoreBar(first, last, middle)
