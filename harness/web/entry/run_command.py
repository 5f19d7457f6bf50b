"""The command that runs an entry again, with twice the limit if it exceeded one."""

import shlex

from harness.running.run_options import limit_options, run_options
from harness.web.context import PageContext
from leaderboard import Entry


def run_command(context: PageContext, entry: Entry) -> str:
    """Return the command; empty for an uploaded file. Teams see no local path in it."""
    if not entry.stages and not entry.log:
        return ""
    competition = context.site.competitions.find(entry.competition)
    is_local = competition is not None and not context.permissions.user_name
    folder = str(competition.folder) if competition and is_local else entry.competition_name
    options = [*run_options(entry), *limit_options(entry.reason or "")]
    return shlex.join(["landmark", "run", entry.identity, "--on", folder, *options])
