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
from leaderboard.medals import awards
from leaderboard.rendering.documents import latex_table, markdown_table
from leaderboard.rendering.export_columns import ExportColumn, FurtherColumn, export_columns
from leaderboard.rendering.format_cells import metric_label
from leaderboard.rendering.notes import row_notes
from leaderboard.safe_text import escape_formula, shorten

if TYPE_CHECKING:
    from rich.text import Text

Rows = Sequence[BoardRow | FoldRow]

_INTERVAL = ("low", "high")
COVERAGE = [f"coverage_{field.name}" for field in fields(Coverage)]


Format = Literal["table", "csv", "json", "markdown", "latex"]


class TableHeading(TypedDict):
    """Title, metric and caption of a table.

    `shares` are the parts' shares of all queries, as in {"public": 0.3, "private": 0.7}; `width` overrides the width of
    the terminal. `marked` are the identities whose rows have a star in the terminal. `medals` adds medals and
    percentiles. `every_column` is for Markdown and LaTeX, which otherwise have few. `further` are columns beside those
    of the rows; the terminal has none of them. `tied` are the identities that are marked as tied with the best.
    """

    title: str
    metric: str
    higher_is_better: bool
    shares: NotRequired[Mapping[str, float]]
    width: NotRequired[int]
    marked: NotRequired[Collection[str]]
    medals: NotRequired[bool]
    every_column: NotRequired[bool]
    further: NotRequired[Sequence[FurtherColumn]]
    tied: NotRequired[Collection[str]]


@overload
def render(rows: Rows, format: Literal["table"], **heading: Unpack[TableHeading]) -> "Text": ...
@overload
def render(rows: Rows, format: Literal["csv", "json", "markdown", "latex"], **heading: Unpack[TableHeading]) -> str: ...
@overload
def render(rows: Rows, format: Format, **heading: Unpack[TableHeading]) -> "Text | str": ...
def render(rows: Rows, format: str, **heading: Unpack[TableHeading]) -> "Text | str":
    r"""Render the rows: a rich Text for the terminal, or the text of a csv, json, markdown or latex file.

    Terminal, Markdown and LaTeX round scores to five digits, cut very long names, and have a title and Kaggle's
    caption; CSV and JSON have every column (CSV none for intervals that no row has) and keep every digit. JSON keeps
    names as they are; the others escape control characters, and CSV puts an apostrophe before a name that a spreadsheet
    would read as a formula.

    >>> print(render([], "csv", title="", metric="gap", higher_is_better=True)[:29])
    rank,private_rank,move,soluti
    """
    writers: dict[str, Callable[[Rows, TableHeading], Text | str]]
    writers = {"table": _table, "markdown": _markdown, "latex": _latex, "csv": _csv, "json": _json}
    return writers[format](rows, heading)


def _names(rows: Rows) -> list[str]:
    return [field.name for field in fields(rows[0] if rows else BoardRow)]


def _arrow(heading: TableHeading) -> str:
    return "↑" if heading["higher_is_better"] else "↓"


def _caption(heading: TableHeading) -> str:
    """Return the shares of the parts, in Kaggle's words."""
    shares = heading.get("shares", {})
    parts = [f"{shorten(part)}: approximately {100 * share:.3g} % of the queries" for part, share in shares.items()]
    final = ["the private part decides, and may order otherwise"] if {"public", "private"} <= set(shares) else []
    return "; ".join(parts + final)


def _table(rows: Rows, heading: TableHeading) -> "Text":
    from rich import get_console

    from leaderboard.rendering.columns import Marks
    from leaderboard.rendering.terminal import terminal_table

    captions = [caption] if (caption := _caption(heading)) else []
    width, marked = heading.get("width") or get_console().width, heading.get("marked", ())
    medals = heading.get("medals", False)
    marks = Marks(marked, heading.get("tied", ()))
    return terminal_table(rows, _title(heading), captions, _arrow(heading), width, marks, medals=medals)


def _title(heading: TableHeading) -> str:
    return f"{shorten(heading['title'])}: {shorten(metric_label(heading['metric']))} {_arrow(heading)}"


def _notes(rows: Rows, heading: TableHeading) -> list[str]:
    return [*row_notes(rows), *([caption] if (caption := _caption(heading)) else [])]


def _columns(rows: Rows, heading: TableHeading) -> list[ExportColumn]:
    metric = f"{shorten(metric_label(heading['metric']))} {_arrow(heading)}"
    every, medals = heading.get("every_column", False), heading.get("medals", False)
    higher_is_better = heading["higher_is_better"]
    columns = export_columns(rows, metric, every=every, medals=medals, higher_is_better=higher_is_better)
    return columns + [column.as_export_column() for column in heading.get("further", ())]


def _markdown(rows: Rows, heading: TableHeading) -> str:
    return markdown_table(_columns(rows, heading), _title(heading), _notes(rows, heading))


def _latex(rows: Rows, heading: TableHeading) -> str:
    return latex_table(_columns(rows, heading), _title(heading), _notes(rows, heading))


def _csv(rows: Rows, heading: TableHeading) -> str:
    file = StringIO()
    names = [name for name in _names(rows) if name not in _INTERVAL or not _lack_intervals(rows)]
    columns = [flat for name in names for flat in (COVERAGE if name == "coverage" else [name])]
    extra = ["medal", "top_percent"] if heading.get("medals") else []
    extra += [escape_formula(column.name) for column in heading.get("further", ())]
    writer = csv.DictWriter(file, columns + extra, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for place, (row, award) in enumerate(zip(rows, _awards(rows, heading), strict=True)):
        further = _further(heading, place, escape_formula)
        writer.writerow({name: _exact(value) for name, value in (*_flat(row), *award.items(), *further.items())})
    return file.getvalue()


def _further(heading: TableHeading, place: int, name_of: Callable[[str], str] = str) -> dict[str, object]:
    """Return the values of the further columns in a row."""
    return {name_of(column.name): column.values[place] for column in heading.get("further", ())}


def _lack_intervals(rows: Rows) -> bool:
    """Return whether there are scores but no intervals, as by any metric but that which entries are scored with."""
    has_score = any(getattr(row, "rank", None) is not None for row in rows)
    return has_score and all(getattr(row, name, None) is None for row in rows for name in _INTERVAL)


def _awards(rows: Rows, heading: TableHeading) -> list[dict[str, object]]:
    """Return the fields of the award of each row, no fields without `medals`."""
    if not heading.get("medals"):
        return [{}] * len(rows)
    none = dict.fromkeys(("medal", "top_percent"))
    return [asdict(award) if award else none for award in awards(rows)]  # type: ignore[arg-type]


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


def _json(rows: Rows, heading: TableHeading) -> str:
    records = [
        asdict(row) | award | _further(heading, place)
        for place, (row, award) in enumerate(zip(rows, _awards(rows, heading), strict=True))
    ]
    return json.dumps(records, default=datetime.isoformat, indent=2) + "\n"
