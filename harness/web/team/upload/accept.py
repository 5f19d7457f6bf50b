"""From a file that was received to a submission that waits for its score."""

from __future__ import annotations

from datetime import UTC, datetime

from harness.data.competition import Competition
from harness.data.ground_truth import COLUMNS, find_ground_truth
from harness.data.tables.rows import open_blocks
from harness.errors import DataError
from harness.web.context import Site
from harness.web.error_pages import not_found
from harness.web.team.context import Teams
from harness.web.team.refusals import refused
from harness.web.team.upload.storage import Received
from leaderboard.errors import TeamError
from leaderboard.safe_text import LONGEST, short
from leaderboard.team.accounts import Team
from leaderboard.team.limits import require_allowed
from leaderboard.team.submissions import Submission, Upload
from metrics import Task


def contest(site: Site, name: str) -> Competition:
    """Return the competition of a key or a name; raises a refusal where none or several have it."""
    found = [each for key, each in site.competitions.named.items() if name in (key, each.name)]
    if len(found) > 1:
        raise refused(409, f"several competitions are called {short(name)}; use the key of one")
    if not found:
        raise not_found("there is no such competition to hand in to")
    return found[0]


def tasks_of(competition: Competition) -> list[Task]:
    """Return the tasks that can be scored."""
    return [task for task in COLUMNS if task in find_ground_truth(competition.folder)]


def require_room(teams: Teams, team: Team, competition: Competition) -> None:
    """Raise TeamError where a team may hand in nothing more today, before it sends what nobody would keep."""
    now, rules = datetime.now(UTC), teams.rules.of(competition.key)
    days = [teams.submissions.today(team, competition.key, task, now) for task in tasks_of(competition)]
    if not days:
        raise refused(409, "the competition has no ground truth, so nothing can be scored")
    require_allowed(rules, max(days, key=lambda day: day.left(rules)), now)


def hand_in(
    teams: Teams, team: Team, competition: Competition, received: Received, file_name: str, message: str
) -> Submission:
    """Return the submission of a file, or the one that the team has made of the very same file.

    Raises TeamError, and keeps nothing, where the rules do not allow it.
    """
    now = datetime.now(UTC)
    task = told_task(teams, received.id, tasks_of(competition))
    upload = Upload(received.id, competition.key, task, file_name, message, received.digest, received.size)
    try:
        found = teams.submissions.add(team, upload, teams.rules.of(competition.key), now)
    except TeamError:
        teams.uploads.drop(received.id)
        raise
    if found.id != received.id:
        teams.uploads.drop(received.id)
    return found


def told_task(teams: Teams, submission_id: str, tasks: list[Task]) -> Task:
    """Return the task that the first line of a file names, else the first of the competition."""
    try:
        header, _ = open_blocks(teams.uploads.path(submission_id))
    except DataError:
        return tasks[0]
    names = [name.strip().lower() for name in header]
    return next((task for task in tasks if COLUMNS[task] in names), tasks[0])


def plain_name(name: str) -> str:
    r"""Return what a file is called, without folders and without what cannot be printed.

    >>> plain_name("C:\\runs\\best\n.csv"), plain_name("../..")
    ('best\\n.csv', '..')
    """
    return short(name.replace("\\", "/").rpartition("/")[2]) or "submission.csv"


def require_message(message: str) -> str:
    """Return a message without what stands around it; raises a refusal for what is no line of text."""
    message = message.strip()
    if len(message) > LONGEST or not (message.isprintable() or not message):
        raise refused(422, f"a message is one line of at most {LONGEST} characters")
    return message
