"""Names of rows of a leaderboard, and what is said of rows under a table."""

from collections.abc import Sequence

from leaderboard.board import BoardRow
from leaderboard.folds import FoldRow
from leaderboard.rendering.format_cells import format_cell

_NAMED = 5  # rows in a note, at most


def row_name(row: BoardRow | FoldRow) -> str:
    """The identity of a row, with the solution if it has another name; safe to show."""
    solution, identity = format_cell("solution", row.solution), format_cell("identity", row.identity)
    return identity if identity.startswith(solution) else f"{solution}: {identity}"


def row_notes(rows: Sequence[BoardRow | FoldRow]) -> list[str]:
    """Why rows are not ranked, and which queries lack an answer; rows of the same reason share a note."""
    names: dict[str, list[str]] = {}
    for row in rows:
        for reason in (_reason(row), _lacking(row)):
            if reason:
                names.setdefault(reason, []).append(row_name(row))
    return [f"{_listing(of)}: {reason}" for reason, of in names.items()]


def _listing(names: Sequence[str]) -> str:
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more])


def _reason(row: BoardRow | FoldRow) -> str:
    reason = format_cell("reason", row.reason)
    if isinstance(row, BoardRow) and row.status == "unscored":
        return f"not scored: {reason or 'no ground truth'}"
    if isinstance(row, BoardRow) and row.status == "failed":
        return f"failed: {reason}" if reason else "failed"
    return reason


def _lacking(row: BoardRow | FoldRow) -> str:
    coverage = row.coverage if isinstance(row, BoardRow) else None
    if coverage is None or coverage.answered == coverage.queries:
        return ""
    lacks = [f"{count} {what}" for what, count in (("empty", coverage.empty), ("failed", coverage.failed)) if count]
    return ", ".join([f"{coverage.answered} of {coverage.queries} queries answered", *lacks])
