"""Images that are nearly the same, within and between the sets."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations_with_replacement

import numpy as np

from tools.data_page.analysis import Survey
from tools.data_page.collection import PARTS
from tools.data_page.figures import Pictures
from tools.data_page.galleries import Choice
from tools.data_page.html import Html, joined, table, tag
from tools.data_page.near_duplicates import DISTANCE, LIKENESS, NEIGHBOURS, Pairs
from tools.data_page.sections.landmarks import title_of


def duplicates(survey: Survey, choice: Choice, pictures: Pictures) -> Html:
    """Counts for each two sets, pairs with two labels, and pairs of each two sets."""
    conflicts = _conflicts(survey, choice.conflicts, pictures) if len(choice.conflicts) else Html()
    shown = joined(_between(survey, two, pairs, pictures) for two, pairs in choice.pairs.items())
    return joined([tag("p", _how(survey)), _counts(survey), conflicts, shown])


def _how(survey: Survey) -> str:
    return (
        f"Two images are near-duplicates where at most {DISTANCE} of the 64 bits of their DCT hashes differ and their "
        f"grey thumbnails of 32 × 32 pixels correlate by {LIKENESS} or more; {survey.pairs.candidates:,} pairs were "
        f"that near by their hash, and {len(survey.pairs):,} were alike as well. Exact ones are the same file byte by "
        f"byte. Of each image the {NEIGHBOURS} nearest are looked at. Found are copies resized, compressed, "
        "recoloured or cropped by little; not found are those that are turned, mirrored or cropped by much."
    )


def _counts(survey: Survey) -> Html:
    rows = []
    for one, other in combinations_with_replacement(range(len(PARTS)), 2):
        if len(survey.collection.sets[one]) and len(survey.collection.sets[other]):
            pairs = survey.between(one, other)
            images = len(np.unique(pairs.rows))
            rows.append((_title(one, other), f"{len(pairs):,}", f"{pairs.exact.sum():,}", f"{images:,}"))
    return table(("sets", "pairs", "of these exact", "images in them"), rows, "Near-duplicates")


def _conflicts(survey: Survey, chosen: Pairs, pictures: Pictures) -> Html:
    total = len(survey.conflicts)
    told = "Train images that are nearly the same and are labelled as different landmarks: one label may be wrong."
    heading = tag("h3", "One image, two labels ", tag("small", _of(len(chosen), total)))
    return joined([heading, tag("p", told), _pairs(survey, chosen, pictures)])


def _between(survey: Survey, two: tuple[int, int], chosen: Pairs, pictures: Pictures) -> Html:
    heading = tag("h3", f"{_title(*two)} ", tag("small", _of(len(chosen), len(survey.between(*two)))))
    return joined([heading, _pairs(survey, chosen, pictures)])


def _pairs(survey: Survey, chosen: Pairs, pictures: Pictures) -> Html:
    each = zip(chosen.rows.tolist(), chosen.distances.tolist(), chosen.likeness.tolist(), chosen.exact, strict=True)
    articles = [
        _pair(survey, rows, "the same file" if exact else f"{distance} bits apart, {likeness:.3f} alike", pictures)
        for rows, distance, likeness, exact in each
    ]
    return tag("div", *articles, class_="pairs")


def _pair(survey: Survey, rows: Iterable[int], told: str, pictures: Pictures) -> Html:
    figures = [pictures.figure(row, pictures.part(row), *_label(survey, row)) for row in rows]
    return tag("article", tag("p", told), tag("div", *figures, class_="row"))


def _label(survey: Survey, row: int) -> list[Html]:
    """The landmark of a train image."""
    return [title_of(survey, int(survey.labels[row]))] if row < len(survey.labels) else []


def _title(one: int, other: int) -> str:
    return f"Within {PARTS[one]}" if one == other else f"{PARTS[one].capitalize()} and {PARTS[other]}"


def _of(shown: int, total: int) -> str:
    return f"{total:,} pairs" if shown == total else f"{shown} of {total:,} pairs"
