"""Leaderboards as terminal tables, Markdown, CSV and JSON."""

import csv
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict, Unpack, overload

from leaderboard.board import BoardRow
from leaderboard.entry import Coverage
from leaderboard.folds import FoldRow
from leaderboard.rendering.format_cells import NUMBER_FORMATTERS, SCORE_FORMATTERS, format_cell, metric_label
from leaderboard.safe_text import escape_formula, escape_markdown, shorten

if TYPE_CHECKING:
    from rich.text import Text

Rows = Sequence[BoardRow] | Sequence[FoldRow]

COVERAGE = [f"coverage_{field.name}" for field in fields(Coverage)]
HEADINGS = {
    "rank": "#",
    "private_rank": "private #",
    "move": "Δ",
    "wall_s": "wall s",
    "cpu_s": "CPU s",
    "peak_mb": "peak MB",
}


class TableHeading(TypedDict):
    """Title, metric and caption of a table.

    `shares` are the parts' shares of all queries, as in {"public": 0.3, "private": 0.7}; `width` overrides the width of
    the terminal. `marked` are the identities whose rows have a star in the terminal.
    """

    title: str
    metric: str
    higher_is_better: bool
    shares: NotRequired[Mapping[str, float]]
    width: NotRequired[int]
    marked: NotRequired[Collection[str]]


@overload
def render(rows: Rows, format: Literal["table"], **heading: Unpack[TableHeading]) -> "Text": ...
@overload
def render(rows: Rows, format: Literal["csv", "json", "markdown"], **heading: Unpack[TableHeading]) -> str: ...
def render(rows: Rows, format: str, **heading: Unpack[TableHeading]) -> "Text | str":
    r"""Render all columns of the rows: a rich Text for the terminal, or the text of a csv, json or markdown file.

    Table and Markdown round scores to five digits, cut very long names, and have a title and Kaggle's caption; CSV and
    JSON keep every digit. JSON keeps names as they are; the others escape control characters, and CSV puts an
    apostrophe before a name that a spreadsheet would read as a formula.

    >>> print(render([], "csv", title="", metric="gap", higher_is_better=True)[:29])
    rank,private_rank,move,soluti
    """
    writers: dict[str, Callable[[Rows, TableHeading], Text | str]]
    writers = {"table": _table, "markdown": _markdown, "csv": _csv, "json": _json}
    return writers[format](rows, heading)


def _names(rows: Rows) -> list[str]:
    return [field.name for field in fields(rows[0] if rows else BoardRow)]


def _arrow(heading: TableHeading) -> str:
    return "↑" if heading["higher_is_better"] else "↓"


def _headings(rows: Rows, heading: TableHeading) -> dict[str, str]:
    """Return the columns and their headings; score columns have the metric and an arrow to the better in theirs."""
    names = {name: HEADINGS.get(name, name.replace("_", " ")) for name in _names(rows) if name != "metric"}
    metric = f"{shorten(metric_label(heading['metric']))} {_arrow(heading)}"
    scores = {name: f"{name.removeprefix('score_')} {metric}" for name in names if name in SCORE_FORMATTERS}
    return names | scores


def _caption(heading: TableHeading) -> str:
    """Return the shares of the parts, in Kaggle's words."""
    shares = heading.get("shares", {})
    parts = [f"{shorten(part)}: approximately {100 * share:.3g} % of the queries" for part, share in shares.items()]
    final = ["the private part decides, and may order otherwise"] if {"public", "private"} <= set(shares) else []
    return "; ".join(parts + final)


def _table(rows: Rows, heading: TableHeading) -> "Text":
    from rich import get_console

    from leaderboard.rendering.terminal import terminal_table

    title = f"{shorten(heading['title'])}: {shorten(metric_label(heading['metric']))} {_arrow(heading)}"
    captions = [caption] if (caption := _caption(heading)) else []
    width = heading.get("width") or get_console().width
    return terminal_table(rows, title, captions, _arrow(heading), width, heading.get("marked", ()))


def _markdown(rows: Rows, heading: TableHeading) -> str:
    headings = _headings(rows, heading)
    lines = [
        [escape_markdown(text) for text in headings.values()],
        ["---:" if name in NUMBER_FORMATTERS else "---" for name in headings],
    ]
    lines += [[escape_markdown(format_cell(name, getattr(row, name))) for name in headings] for row in rows]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    caption = _caption(heading)
    title = f"**{escape_markdown(shorten(heading['title']))}**\n\n"
    return title + table + (f"\n{escape_markdown(caption)}\n" if caption else "")


def _csv(rows: Rows, _heading: TableHeading) -> str:
    file = StringIO()
    names = [flat for name in _names(rows) for flat in (COVERAGE if name == "coverage" else [name])]
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _exact(value) for name, value in _flat(row)} for row in rows)
    return file.getvalue()


def _flat(row: BoardRow | FoldRow) -> Iterator[tuple[str, Any]]:
    """Yield (column, value); the coverage gives several columns."""
    for name, value in vars(row).items():
        if name == "coverage":
            yield from zip(COVERAGE, vars(value).values() if value else [None] * len(COVERAGE), strict=True)
        else:
            yield name, value


def _exact(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else escape_formula(value) if isinstance(value, str) else repr(value)


def _json(rows: Rows, _heading: TableHeading) -> str:
    return json.dumps([asdict(row) for row in rows], default=datetime.isoformat, indent=2) + "\n"
