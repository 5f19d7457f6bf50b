"""The figures at the head of an entry's page: rank, scores with intervals, and cost; or how far a failed run came."""

import re
from collections.abc import Sequence

from harness.data.competition import TASKS
from harness.data.split import TEST
from harness.web.context import PageContext
from harness.web.data.board_cache import RankedBoard
from leaderboard import Entry
from leaderboard.entry import total_cost
from leaderboard.rendering.format_cells import metric_label

Figure = tuple[str, str, str]  # name, value, small addition
_STEP = re.compile(r" (while|after) ([^()]{1,60}?)(?: \((\d+) of (\d+)\))?$")
_RUN_PARTS = {"other", "run"}  # stages that are none of the solution's


def headline(context: PageContext, entry: Entry, parts: Sequence[str]) -> list[Figure]:
    """Return the figures of an entry; scores only of the parts, which the user may see."""
    figures = _rank(context, entry) + _scores(entry, parts) if entry.status == "scored" else [_stage(entry)]
    if entry.coverage and entry.status != "failed":
        figures.append(("queries answered", f"{entry.coverage.answered:,}", f"of {entry.coverage.queries:,}"))
    return [*filter(None, figures), *_cost(entry)]


def scored_parts(entry: Entry, visible: Sequence[str]) -> list[str]:
    """Return the visible parts with scores of an entry; only "all" if public and private are not both there.

    >>> from tests.factories.entries import make_entry
    >>> scored_parts(make_entry(public=0.3), ("public", "private", "all"))
    ['public']
    """
    scored = [part for part in visible if any(score is not None for score in entry.scores.get(part, {}).values())]
    return ["all"] if len(scored) == 2 and "all" in scored and "all" in entry.intervals else scored


def status_of(entry: Entry) -> str:
    """Return the status of an entry as pages call it.

    >>> from tests.factories.entries import make_entry
    >>> status_of(make_entry(reason="timed out after 6 s (--timeout)")), status_of(make_entry())
    ('timed out', 'scored')
    """
    return "timed out" if (entry.reason or "").startswith("timed out after") else entry.status


def _rank(context: PageContext, entry: Entry) -> list[Figure | None]:
    """Return the rank on the board of solutions, or else of parameters, and the private rank beside a public one."""
    task = next((name for name in TASKS if name == entry.task), None)
    if task is None or entry.split != TEST or not context.permissions.can_see_ties(entry.competition):
        return []  # a rank would reveal what a Ladder withholds
    visible = context.permissions.parts(entry.competition)
    for by, what in (("solution", "solutions"), ("identity", "sets of parameters")):
        board = context.site.boards.ranked(entry.competition, task, by)  # type: ignore[arg-type]
        if figures := _rank_on(board, entry, what, visible):
            return figures
    return []


def _rank_on(board: RankedBoard, entry: Entry, what: str, visible: Sequence[str]) -> list[Figure | None]:
    standing = next((each for each in board.standings if each.entry.id == entry.id and each.rank), None)
    if standing is None or standing.rank is None or board.part not in visible:
        return []
    total = f"of {sum(each.rank is not None for each in board.standings):,} {what}"
    if board.part != "public" or "private" not in visible or standing.private_rank is None:
        return [("rank" if board.part == "all" else f"{board.part} rank", str(standing.rank), total)]
    move = standing.rank - standing.private_rank
    text = f"▲ {move} from public" if move > 0 else f"▼ {-move} from public" if move < 0 else "as on the public part"
    return [("public rank", str(standing.rank), total), ("private rank", str(standing.private_rank), text)]


def _scores(entry: Entry, parts: Sequence[str]) -> list[Figure | None]:
    """Return the score on each part with half of its 95 % interval; all queries only if there are no parts."""
    separate = [part for part in parts if part != "all"] or list(parts)
    figures: list[Figure | None] = []
    for part in separate:
        score, interval = entry.score(part, entry.metric or ""), entry.intervals.get(part)
        if score is not None:
            half = f"± {(interval[1] - interval[0]) / 2:.4f}" if interval else ""
            name = metric_label(entry.metric or "")
            figures.append((f"{name}, {part}" if len(separate) > 1 else name, f"{score:.4f}", half))
    return figures


def _stage(entry: Entry) -> Figure | None:
    """Return which stage a failed run has reached."""
    if entry.status != "failed":
        return None
    if step := _STEP.search(entry.reason or ""):
        text = f"{int(step[3]):,} of {int(step[4]):,}" if step[3] else ""
        return "stage reached", step[2] if step[1] == "while" else f"after {step[2]}", text
    names = [stage.name for stage in entry.stages if stage.name not in _RUN_PARTS]
    return ("stage reached", names[-1], "") if names else None


def _cost(entry: Entry) -> list[Figure]:
    if not entry.stages:
        return []
    cost = total_cost(entry.stages)
    is_after_start = entry.status == "failed" and [stage.name for stage in entry.stages] == ["run"]
    name = "time after start" if is_after_start else "time and memory"  # a limit of time counts the start, too
    return [(name, f"{cost.wall_s:,.1f} s", f"{cost.peak_mb:,.0f} MB")]
