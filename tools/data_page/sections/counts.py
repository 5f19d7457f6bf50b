"""How many images there are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.data_page.analysis import Survey
from tools.data_page.collection import PARTS
from tools.data_page.html import Html, joined, table, tag

_SHOWS = {"train": "labelled, to learn from", "index": "to search", "test": "queries"}


def counts(survey: Survey) -> Html:
    """A row for each set: images listed, missing, broken, and how much room they take."""
    rows = [_row(survey, part) for part in range(len(PARTS))]
    head = ("set", "images", "missing", "broken", "MB")
    return joined(
        [
            *(tag("p", each) for each in _told(survey)),
            table(head, rows, "Images in the tables; missing have no file, broken cannot be decoded"),
        ]
    )


def _row(survey: Survey, part: int) -> list[object]:
    rows = survey.collection.rows_of(part)
    header = survey.headers[rows]
    missing, broken = int((~header["file"]).sum()), int(survey.broken[rows].sum())
    megabytes = header["bytes"].sum() / 1e6
    name = PARTS[part]
    return [
        tag("span", f"{name} ", tag("small", _SHOWS[name])),
        f"{len(rows):,}",
        _flagged(missing),
        _flagged(broken),
        f"{megabytes:,.1f}",
    ]


def _flagged(count: int) -> object:
    return tag("strong", f"{count:,}") if count else "0"


def _told(survey: Survey) -> Iterator[str]:
    yield f"Tasks: {' and '.join(survey.tasks) or 'none'}."
    yield "Which queries show a landmark, and which one, is ground truth; this page was made without reading it."
    if wrong := int((~survey.usable).sum()):
        yield f"{wrong:,} images are missing or broken; landmark data check names them."
    if shared := _shared_ids(survey):
        yield f"{shared:,} ids are in more than one set."


def _shared_ids(survey: Survey) -> int:
    ids = np.concatenate([images.ids for images in survey.collection.sets])
    return len(ids) - len(set(ids))
