"""Who is looking, and what they may see: the one place that decides it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request

from leaderboard import Entry

PARTS = ("public", "private", "all")


class Viewer:
    """Someone at the machine itself, who may see everything. Others are kinds of this that say less."""

    name = ""  # shown on top of each page

    def parts(self, competition: str) -> tuple[str, ...]:  # noqa: ARG002 (others look at it)
        """Return the parts whose scores may be seen on a competition's boards, of `PARTS`, in their order."""
        return PARTS

    def sees_truth(self, competition: str) -> bool:  # noqa: ARG002
        """Return whether answers may be shown as right or wrong, query by query."""
        return True

    def sees_ties(self, competition: str) -> bool:  # noqa: ARG002
        """Return whether it may be told who cannot be told from the first, which is made from what each query got."""
        return True

    def opens(self, entry: Entry) -> bool:  # noqa: ARG002
        """Return whether the page of an entry, its log and its file may be seen, and not only its row on the board."""
        return True


ViewerOf = Callable[[Request], Viewer]


def anyone(_request: Request) -> Viewer:
    """Return the viewer of a site that only this machine reaches."""
    return Viewer()
