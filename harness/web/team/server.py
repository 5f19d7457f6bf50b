"""Running the team server with its worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.errors import HarnessError
from harness.web.server import hosts_of, listening, serve_forever
from harness.workspace import Workspace

KEPT = 8  # connections


def serve_teams(
    workspace: Workspace,
    folders: Sequence[Path],
    location: str,
    where: tuple[str, int],
    largest_mb: int,
    say: Callable[[str], None],
) -> None:
    """Answer teams, and score what they hand in, until someone ends it.

    Raises HarnessError without a competition, where nobody may listen, and without what serves pages.
    """
    if not folders:
        raise HarnessError("a team server needs --on DIR: a competition that teams hand in to")
    try:
        from harness.web.team.app import create_team_app, forget_parts, orders
        from harness.web.team.context import Limits
        from harness.web.team.scoring.supervisor import working
        from leaderboard.storage.database import Database
    except ModuleNotFoundError as error:
        raise HarnessError(
            f"{error.name} is not installed, and teams need it: pip install 'landmark[serving,teams]'"
        ) from None
    limits = Limits(largest_mb * 10**6, 4 * largest_mb * 10**6)
    with listening(*where) as (listener, address):
        app = create_team_app(
            workspace, folders, database=Database(location, KEPT), hosts=hosts_of(where[0]), limits=limits
        )
        forget_parts(app)
        with working(orders(app, location)):
            say(f"{address} lets teams in by their tokens (landmark team add makes some); Ctrl+C ends it")
            serve_forever(app, listener)
