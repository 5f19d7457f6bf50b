"""Access control: which scores, answers and entries the user of a request may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from leaderboard import Entry

if TYPE_CHECKING:
    from fastapi import Request

PARTS = ("public", "private", "all")
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")
ANY_NAME, ANY_ADDRESS = "*", "any IP address"  # in the place of a host


class Permissions:
    """Permissions of a local user, who may see everything. Subclasses restrict them."""

    user_name = ""  # shown at the top of each page
    menu: Sequence[tuple[str, str]] = ()  # text and address of further menu entries
    form_token: str = ""  # CSRF token of the user's session, empty without sign-in

    def parts(self, competition: str) -> tuple[str, ...]:  # noqa: ARG002 (subclasses use it)
        """Return the parts of `PARTS`, in their order, whose scores may be seen on a competition's boards."""
        return PARTS

    def can_see_truth(self, competition: str) -> bool:  # noqa: ARG002
        """Return whether the user may see, query by query, which answers are right."""
        return True

    def can_see_ties(self, competition: str) -> bool:  # noqa: ARG002
        """Return whether the user may see which entries tie with the best one (derived from per-query scores)."""
        return True

    def can_open(self, entry: Entry) -> bool:  # noqa: ARG002
        """Return whether the user may open the page, log and file of an entry, and not only see its row."""
        return True


PermissionsOf = Callable[["Request"], Permissions]


def local_user(_request: Request) -> Permissions:
    """Return the permissions of a local user, for a site that only this machine reaches."""
    return Permissions()
