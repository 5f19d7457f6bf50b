"""The board of a cross-validation as a page."""

from collections.abc import Sequence

from leaderboard.folds import FoldRow
from leaderboard.pages.rendering import Frame, Link, page


def folds_page(frame: Frame, title: str, tabs: Sequence[Link], deals: Sequence[Link], rows: Sequence[FoldRow]) -> str:
    """The page of the rows over one deal of folds; `deals` lead to the others."""
    return page("folds.html", frame, title=title, tabs=tabs, deals=deals, rows=rows)
