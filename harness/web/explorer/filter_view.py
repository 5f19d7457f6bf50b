"""The explorer's filters as its page shows them: what can be chosen, and links that drop what is chosen."""

from dataclasses import dataclass
from typing import Any

from harness.web.data.entry_analysis import EntryAnalysis
from harness.web.data.query_hits import HITS
from harness.web.data.slices import Groups
from harness.web.explorer.filters import QueryFilter, can_filter_hits
from harness.web.rendering import Link

MAX_CHOICES = 300  # landmarks in a list; of more, only the chosen one is shown


@dataclass(frozen=True)
class FilterOptions:
    """What the form offers: parts, landmarks (number, name and queries), hits, and slices by group."""

    parts: tuple[str, ...]
    landmarks: list[tuple[int, str, int]]
    hits: dict[str, str]
    slices: dict[str, list[tuple[str, int]]]
    has_files: bool
    has_landmarks: bool


def filter_options(analysis: EntryAnalysis, groups: Groups) -> FilterOptions:
    """Return what can be chosen among an entry's queries."""
    return FilterOptions(
        analysis.truth.parts,
        _landmarks(analysis),
        HITS if can_filter_hits(analysis) else {},
        {
            group: [(name, int(mask.sum())) for name, mask in masks]
            for group, masks in groups.items()
            if group != "part"
        },
        bool(analysis.photos.files),
        bool(analysis.landmarks and len(analysis.landmarks.ids)),
    )


def filter_chips(analysis: EntryAnalysis, query_filter: QueryFilter, n_selected: int | None) -> list[Link]:
    """Return a link for each filter without a field of the form, which drops it."""
    name = analysis.photos.name
    texts: dict[str, Any] = {
        "landmark": query_filter.landmark is not None and f"shows {name(query_filter.landmark)}",
        "answered": query_filter.answered is not None and f"wrong answer: {name(query_filter.answered)}",
        "selection": query_filter.selection and f"{n_selected} chosen on the map",
    }
    return [Link(text, query_filter.query(page=1, **{key: _NONE[key]})) for key, text in texts.items() if text]


_NONE: dict[str, Any] = {"landmark": None, "answered": None, "selection": ""}


def _landmarks(analysis: EntryAnalysis) -> list[tuple[int, str, int]]:
    """Return the landmarks of the queries, by name; none if they are too many for a list."""
    landmarks = analysis.landmarks
    if landmarks is None or len(landmarks.ids) > MAX_CHOICES:
        return []
    counts = zip(landmarks.ids.tolist(), landmarks.counts.tolist(), strict=True)
    return sorted(((number, analysis.photos.name(number), count) for number, count in counts), key=lambda row: row[1])
