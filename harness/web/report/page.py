"""Render a report as one HTML file that opens from disk and fetches nothing."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from harness.web.assets import assets
from harness.web.permissions import PARTS
from harness.web.rendering import PageLayout, render_template
from harness.web.shared.board_view import BoardView, board_values
from harness.web.shared.entry_tables import entry_values
from leaderboard.entry import Entry
from leaderboard.safe_text import shorten

SCRIPTS = "theme.js", "site.js", "board.js", "report.js"
STYLES = "site.css", "report.css"


@dataclass(frozen=True)
class ReportAnswer:
    """The answer of an entry to a query; `images` are numbers of the report's images, best first, -1 for a missing one.

    For recognition they are train photos of the landmark `label`, and there is one mark.
    """

    value: float | None
    facts: str
    images: Sequence[int]
    marks: str  # one letter each: r right, w wrong, i ignored
    label: str = ""


@dataclass(frozen=True)
class ReportQuery:
    """A query: its id, part, image number, landmarks as a phrase, and the answers by entry."""

    id: str
    usage: str
    image: int
    shows: str
    answers: Mapping[int, ReportAnswer]


@dataclass(frozen=True)
class ReportSection:
    """A task of the competition: its boards, its entries, and some of the `n_scored` queries."""

    task: str
    metric: str
    boards: Sequence[BoardView]
    entries: Sequence[Entry]
    queries: Sequence[ReportQuery]
    n_scored: int
    csv: str  # the board


@dataclass(frozen=True)
class HtmlReport:
    """A competition with its sections, and its images as AVIF or WebP files."""

    title: str
    description: str
    sections: Sequence[ReportSection]
    images: Sequence[bytes]


def report_page(report: HtmlReport) -> str:
    """Return the report as an HTML document; equal reports give equal documents."""
    scripts = [assets()[name].text for name in SCRIPTS]
    styles = [assets()[name].text for name in STYLES]
    values: dict[str, Any] = {
        "report": report,
        "parts": PARTS,
        "policy": _security_policy(scripts, styles),
        "scripts": [Markup(script) for script in scripts],  # noqa: S704 (our own files)
        "styles": [Markup(style) for style in styles],  # noqa: S704
        "icon": "data:image/svg+xml;base64," + b64encode(assets()["icon.svg"].content).decode(),
        "data": _json_data(report),
        "sections": [_section_values(section) for section in report.sections],
    }
    return render_template("report/report.html", PageLayout(report.title), **values)


def _section_values(section: ReportSection) -> dict[str, Any]:
    csv = b64encode(section.csv.encode("utf-8", "backslashreplace")).decode("ascii")
    return {
        "section": section,
        "boards": [board_values(board) for board in section.boards],
        "entries": [entry_values(entry, PARTS) for entry in section.entries],
        "csv": "data:text/csv;base64," + csv,
    }


def _security_policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Return the Content-Security-Policy that allows these scripts and styles, and fetches nothing."""
    allowed = [" ".join(f"'sha256-{_digest(text)}'" for text in texts) for texts in (scripts, styles)]
    return (
        f"default-src 'none'; script-src {allowed[0]}; style-src {allowed[1]}; img-src data:; "
        "form-action 'none'; base-uri 'none'"
    )


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")


def _json_data(report: HtmlReport) -> Markup:
    """Return the data of the script as JSON that cannot close its <script> element."""
    tasks = {
        section.task: {
            "metric": section.metric,
            "entries": [[entry.id, shorten(entry.identity, 60)] for entry in section.entries],
            "queries": [_query_data(query) for query in section.queries],
        }
        for section in report.sections
    }
    document = {"tasks": tasks, "images": [b64encode(image).decode("ascii") for image in report.images]}
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 (escaped)


def _query_data(query: ReportQuery) -> list[Any]:
    answers = {
        entry: [
            None if answer.value is None else round(answer.value, 6),
            answer.facts,
            list(answer.images),
            answer.marks,
            *([answer.label] if answer.label else []),
        ]
        for entry, answer in query.answers.items()
    }
    return [query.id, query.usage, query.image, query.shows, answers]
