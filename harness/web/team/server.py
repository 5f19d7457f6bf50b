"""Run the team server and its workers."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread

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
    webhook_networks: Sequence[str] = (),
) -> None:
    """Serve teams until interrupted; `location` is the database, `where` host and port, `proxies` are trusted.

    `webhook_networks` are private networks that webhooks may reach; the mail server is in the environment.
    Raises HarnessError without a competition, if the address cannot be bound, or if a package is not installed.
    """
    if not folders:
        raise HarnessError("a team server needs --on DIR: a competition that teams submit to")
    try:
        from harness.web.team.app import create_team_app, delete_partial_uploads, notifier_of, worker_config
        from harness.web.team.context import UploadLimits
        from harness.web.team.messages.config import read_config
        from harness.web.team.messages.notifier import running_notifier
        from harness.web.team.scoring.supervisor import running_workers
        from leaderboard.storage.database import Database
    except ModuleNotFoundError as error:
        raise HarnessError(
            f"teams need {error.name}, which is not installed; install it with: {install_command('serving', 'teams')}"
        ) from None
    messages = read_config(os.environ, webhook_networks)
    limits = UploadLimits(largest_mb * 10**6, 4 * largest_mb * 10**6)
    with open_socket(*where) as (listener, address):
        database, hosts = Database(location, CONNECTIONS), allowed_hosts(where[0])
        app = create_team_app(workspace, folders, database=database, hosts=hosts, limits=limits, messages=messages)
        delete_partial_uploads(app)
        Thread(target=app.state.site.warm, daemon=True).start()
        with running_workers(worker_config(app, location)), running_notifier(notifier_of(app)):
            say(f"{address} serves teams that sign in with a token (create one: landmark team add); Ctrl+C stops it")
            serve_forever(app, listener, proxies)
