"""The board of a cross-validation as a page."""

from collections.abc import Sequence

from harness.web.rendering import Frame, Link, address, page
from leaderboard.folds import FoldRow

Run = tuple[str, str, int]  # identity, split, entry


def folds_page(
    frame: Frame,
    title: str,
    tabs: Sequence[Link],
    deals: Sequence[Link],
    rows: Sequence[FoldRow],
    runs: Sequence[Run] = (),
) -> str:
    """The page of the rows over one deal of folds; `deals` lead to the others, `runs` to the entries on each fold."""
    links: dict[str, list[Link]] = {}
    for identity, split, entry in sorted(runs):
        fold = split.partition(" ")[2].partition("/")[0]
        links.setdefault(identity, []).append(Link(fold, address("e", entry)))
    return page("folds.html", frame, title=title, tabs=tabs, deals=deals, rows=rows, links=links)
