"""A board, its entries and what they got wrong as one file that opens from disk and asks nobody for anything."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from harness.web.assets import assets
from harness.web.board.page import Board, board_values
from harness.web.entry.page import entry_values
from harness.web.rendering import Frame, cut, page
from leaderboard.entry import Entry

SCRIPTS = "theme.js", "site.js", "board.js", "report.js"
STYLES = ("site.css",)


@dataclass(frozen=True)
class Answer:
    """What an entry answered to a query: its value there, facts in words, and images with their marks, best first.

    `images` are places among the report's images, -1 for one that could not be shown. A labelling has the name of the
    landmark instead, with its mark, and train photographs of it as `images`.
    """

    value: float | None
    says: str
    images: Sequence[int]
    marks: str  # a letter each: r right, w wrong, i ignored
    label: str = ""


@dataclass(frozen=True)
class ReportQuery:
    """A query: its id, its part, its photograph's place, what it shows, and the answers by entry."""

    id: str
    usage: str
    image: int
    shows: str
    answers: Mapping[int, Answer]


@dataclass(frozen=True)
class Task:
    """A task of the competition: its boards, its entries, and the queries that are shown, out of so many."""

    name: str
    metric: str
    boards: Sequence[Board]
    entries: Sequence[Entry]
    queries: Sequence[ReportQuery]
    counted: int
    table: str  # the board as CSV


@dataclass(frozen=True)
class Report:
    """A competition, its tasks, and its images as WebP files."""

    title: str
    says: str
    tasks: Sequence[Task]
    images: Sequence[bytes]
    parts: Sequence[str] = ("public", "private", "all")


def report_page(report: Report) -> str:
    """The report as one HTML document, the same for the same report."""
    scripts = [assets()[name].text for name in SCRIPTS]
    styles = [assets()[name].text for name in STYLES]
    values: dict[str, Any] = {
        "report": report,
        "policy": _policy(scripts, styles),
        "scripts": [Markup(script) for script in scripts],  # noqa: S704 (ours)
        "styles": [Markup(style) for style in styles],  # noqa: S704
        "icon": "data:image/svg+xml;base64," + b64encode(assets()["icon.svg"].content).decode(),
        "data": _data(report),
        "tasks": [_task(task, report.parts) for task in report.tasks],
    }
    return page("report.html", Frame(report.title), **values)


def _task(task: Task, parts: Sequence[str]) -> dict[str, Any]:
    """What the template shows of a task."""
    return {
        "task": task,
        "boards": [board_values(board) for board in task.boards],
        "entries": [entry_values(entry, parts) for entry in task.entries],
        "table": "data:text/csv;base64," + _encoded(task.table),
    }


def _policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """The policy that lets just these scripts and styles run, and nothing be fetched."""
    allowed = [" ".join(f"'sha256-{_digest(text)}'" for text in texts) for texts in (scripts, styles)]
    return (
        f"default-src 'none'; script-src {allowed[0]}; style-src {allowed[1]}; img-src data:; "
        "form-action 'none'; base-uri 'none'"
    )


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")


def _encoded(text: str) -> str:
    return b64encode(text.encode("utf-8", "backslashreplace")).decode("ascii")


def _data(report: Report) -> Markup:
    """What the script draws from, as JSON in which nothing can end the element that holds it."""
    tasks = {
        task.name: {
            "metric": task.metric,
            "entries": [[entry.id, cut(entry.identity, 60)] for entry in task.entries],
            "queries": [_query(query) for query in task.queries],
        }
        for task in report.tasks
    }
    document = {"tasks": tasks, "images": [b64encode(image).decode("ascii") for image in report.images]}
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 (escaped)


def _query(query: ReportQuery) -> list[Any]:
    answers = {
        number: [None if each.value is None else round(each.value, 6), each.says, list(each.images), each.marks]
        + ([each.label] if each.label else [])
        for number, each in query.answers.items()
    }
    return [query.id, query.usage, query.image, query.shows, answers]
