"""Turn an uploaded file into a queued submission."""

from datetime import UTC, datetime

from harness.data.competition import Competition
from harness.data.ground_truth_files import COLUMNS, find_ground_truth
from harness.data.tables.compressed import open_decompressed
from harness.errors import DataError
from harness.web.context import Site
from harness.web.error_pages import http_error, not_found
from harness.web.team.context import TeamContext
from harness.web.team.upload.storage import ReceivedFile
from leaderboard.errors import TeamError
from leaderboard.safe_text import MAX_NAME_LENGTH, shorten
from leaderboard.team.accounts import Team
from leaderboard.team.rules import require_within_limits
from leaderboard.team.submissions import Submission, Upload
from metrics import Task

_HEADER_BYTES = 4_000


def find_competition(site: Site, name: str) -> Competition:
    """Return the competition with a key or name. Raises HTTP 404 if none matches, 409 if several do."""
    matches = [item for key, item in site.competitions.explicit.items() if name in (key, item.name)]
    if len(matches) > 1:
        raise http_error(409, f"several competitions are named {shorten(name)}; use a key")
    if not matches:
        raise not_found("no such competition")
    return matches[0]


def tasks_of(competition: Competition) -> list[Task]:
    """Return the tasks of a competition that have a ground truth."""
    return [task for task in COLUMNS if task in find_ground_truth(competition.folder)]


def require_quota(teams: TeamContext, team: Team, competition: Competition) -> None:
    """Raise TeamError if the team cannot submit to any task today; called before the upload is read."""
    now, rules = datetime.now(UTC), teams.rules.get(competition.key)
    days = [teams.submissions.daily_usage(team, competition.key, task, now) for task in tasks_of(competition)]
    if not days:
        raise http_error(409, "the competition has no ground truth, so submissions cannot be scored")
    require_within_limits(rules, max(days, key=lambda day: day.remaining(rules)), now)


def accept_upload(
    teams: TeamContext,
    team: Team,
    competition: Competition,
    received: ReceivedFile,
    file_name: str,
    message: str,
    links: tuple[str, ...] = (),
) -> Submission:
    """Queue the file and return its submission, or the team's earlier one with the same content.

    Raises TeamError and deletes the file if the rules do not allow the submission.
    """
    now = datetime.now(UTC)
    task = detect_task(teams, received.id, tasks_of(competition))
    name = plain_file_name(file_name)
    upload = Upload(received.id, competition.key, task, name, message, received.digest, received.size, links)
    try:
        submission = teams.submissions.add(team, upload, teams.rules.get(competition.key), now)
    except TeamError:
        teams.uploads.delete(received.id)
        raise
    if submission.id != received.id:
        teams.uploads.restore(submission.id, received.id)
    return submission


def detect_task(teams: TeamContext, submission_id: str, tasks: list[Task]) -> Task:
    """Return the task whose column the header of the file names, else the first of `tasks`; reads little of it."""
    try:
        with open_decompressed(teams.uploads.path(submission_id)) as stream:
            header = stream.read(_HEADER_BYTES).decode("utf-8", "replace").lower()
    except DataError:
        return tasks[0]
    names = [name.strip(' "\ufeff') for name in (header.splitlines() or [""])[0].split(",")]
    return next((task for task in tasks if COLUMNS[task] in names), tasks[0])


def plain_file_name(name: str) -> str:
    r"""Return the last part of a path, shortened and without unprintable characters.

    >>> plain_file_name("C:\\runs\\best\n.csv"), plain_file_name("../..")
    ('best\\n.csv', '..')
    """
    return shorten(name.replace("\\", "/").rpartition("/")[2]) or "submission.csv"


def valid_reason(message: str) -> str:
    """Return the stripped reason. Raises HTTP 422 if it is too long or not one printable line."""
    message = message.strip()
    if len(message) > MAX_NAME_LENGTH or not (message.isprintable() or not message):
        raise http_error(422, f"a reason must be one line of at most {MAX_NAME_LENGTH} characters")
    return message
