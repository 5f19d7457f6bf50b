"""Run the team server and its workers."""

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.errors import HarnessError
from harness.installation import install_command
from harness.web.server import allowed_hosts, open_socket, serve_forever
from harness.workspace import Workspace

CONNECTIONS = 8  # to the database


def serve_teams(
    workspace: Workspace,
    folders: Sequence[Path],
    location: str,
    where: tuple[str, int],
    largest_mb: int,
    say: Callable[[str], None],
    proxies: Sequence[str] = (),
) -> None:
    """Serve teams until interrupted; `location` is the database, `where` host and port, `proxies` are trusted.

    Raises HarnessError without a competition, if the address cannot be bound, or if a package is not installed.
    """
    if not folders:
        raise HarnessError("a team server needs --on DIR: a competition that teams submit to")
    try:
        from harness.web.team.app import create_team_app, delete_partial_uploads, worker_config
        from harness.web.team.context import UploadLimits
        from harness.web.team.scoring.supervisor import running_workers
        from leaderboard.storage.database import Database
    except ModuleNotFoundError as error:
        raise HarnessError(
            f"teams need {error.name}, which is not installed; install it with: {install_command('serving', 'teams')}"
        ) from None
    limits = UploadLimits(largest_mb * 10**6, 4 * largest_mb * 10**6)
    with open_socket(*where) as (listener, address):
        app = create_team_app(
            workspace, folders, database=Database(location, CONNECTIONS), hosts=allowed_hosts(where[0]), limits=limits
        )
        delete_partial_uploads(app)
        with running_workers(worker_config(app, location)):
            say(f"{address} serves teams that sign in with a token (create one: landmark team add); Ctrl+C stops it")
            serve_forever(app, listener, proxies)
