"""Images of landmarks of all sizes, pairs that match beside one that does not, and images of the other sets."""

from __future__ import annotations

from tools.data_page.analysis import Survey
from tools.data_page.collection import PARTS
from tools.data_page.figures import Pictures
from tools.data_page.galleries import Choice, Gallery, Match
from tools.data_page.html import Html, joined, tag
from tools.data_page.sections.landmarks import title_of


def shown(survey: Survey, choice: Choice, pictures: Pictures) -> Html:
    """The galleries, drawn by chance."""
    parts = [_size_class(survey, name, galleries, pictures) for name, galleries in choice.landmarks.items()]
    if choice.matches:
        parts.append(_matches(survey, choice.matches, pictures))
    parts += [_of_part(PARTS[part], pictures, rows.tolist()) for part, rows in choice.parts.items() if len(rows)]
    return joined(parts)


def _size_class(survey: Survey, name: str, galleries: list[Gallery], pictures: Pictures) -> Html:
    heading = {"largest": "The largest landmarks", "middle": "Landmarks in the middle"}.get(name, "The smallest")
    return joined([tag("h3", heading), *(_gallery(survey, each, pictures) for each in galleries)])


def _gallery(survey: Survey, gallery: Gallery, pictures: Pictures) -> Html:
    of = f"{len(gallery.rows)} of {gallery.count:,} train images"
    title = tag("h4", title_of(survey, gallery.landmark), " ", tag("small", of))
    return joined([title, _row(pictures, gallery.rows.tolist())])


def _matches(survey: Survey, matches: list[Match], pictures: Pictures) -> Html:
    told = "Left two train images of one landmark, right one of another: what a solution has to tell apart."
    return joined(
        [
            tag("h3", "Matching and not matching"),
            tag("p", told),
            tag("div", *(_match(survey, each, pictures) for each in matches), class_="pairs matches"),
        ]
    )


def _match(survey: Survey, match: Match, pictures: Pictures) -> Html:
    same = tag("div", *(pictures.figure(row) for row in match.rows), class_="same")
    other = pictures.figure(match.other_row, title_of(survey, match.other))
    title = tag("h4", title_of(survey, match.landmark))
    return tag("article", title, tag("div", same, other, class_="row"), class_="match")


def _of_part(name: str, pictures: Pictures, rows: list[int]) -> Html:
    told = {"index": "Images to search", "test": "Queries"}[name]
    by_chance = tag("small", f"{len(rows)} by chance, with a landmark or without")
    return joined([tag("h3", f"{told} ", by_chance), _row(pictures, rows)])


def _row(pictures: Pictures, rows: list[int]) -> Html:
    if not rows:
        return tag("p", "None of its images can be decoded.")
    return tag("div", *(pictures.figure(row) for row in rows), class_="row")
