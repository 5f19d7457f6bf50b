"""The content of a message about a submission: public scores only."""

from collections.abc import Mapping
from typing import Any

from leaderboard import Entry
from leaderboard.rendering.format_cells import metric_label
from leaderboard.safe_text import make_printable
from leaderboard.team.submissions import Submission

MAX_REPORT = 20  # lines

Document = Mapping[str, Any]


def submission_document(submission: Submission, entry: Entry | None, competition: str, status: str) -> Document:
    """Return the JSON document of a submission to the competition of this name, without private scores."""
    return {
        "event": f"submission.{status}",
        "submission": submission.id,
        "team": submission.team,
        "competition": competition,
        "competition_key": submission.competition,
        "task": submission.task,
        "number": submission.number,
        "file_name": submission.file_name,
        "received": submission.received.isoformat(),
        "status": status,
        "metric": entry.metric if entry else None,
        "public_score": entry.score("public") if entry else None,
        "report": list(submission.report[:MAX_REPORT]),
    }


def mail_text(document: Document) -> tuple[str, str]:
    """Return the subject and the text of a mail about a document of `submission_document`."""
    name = f"{document['team']} #{document['number']}"
    score = document["public_score"]
    result = document["status"] if score is None else f"{document['status']}: {score:.5f}"
    lines = [
        f"Submission {name} to {document['competition']} ({document['task']})",
        f"File: {document['file_name']}, received {document['received'][:16].replace('T', ' ')} UTC",
        f"Status: {document['status']}",
        *([] if score is None else [f"Public {metric_label(document['metric'])}: {score:.5f}"]),
        *document["report"],
    ]
    return f"[landmark] {name} {result}", "\n".join(make_printable(line) for line in lines) + "\n"


def confirmation_text(code: str) -> tuple[str, str]:
    """Return the subject and the text of the mail that confirms an address."""
    text = (
        f"Code: {code}\n\nA team on a landmark server wants messages about its submissions at this "
        "address. Enter the code on the page Messages to confirm that; otherwise ignore this mail.\n"
    )
    return "[landmark] Confirm this address", text
