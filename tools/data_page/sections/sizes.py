"""How large images are, in pixels and in bytes, and how they are stored."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np

from tools.data_page.analysis import Survey
from tools.data_page.charts import bars, discs
from tools.data_page.collection import PARTS
from tools.data_page.html import Html, joined, table, tag

_MEGAPIXELS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
_KILOBYTES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_ASPECTS = (0.5, 0.7, 0.8, 0.95, 1.05, 1.3, 1.4, 1.6, 2)
_TURNS = {
    1: "upright, or not told",
    2: "mirrored",
    3: "to be turned round",
    4: "mirrored and turned",
    5: "mirrored and turned",
    6: "to be turned right",
    7: "mirrored and turned",
    8: "to be turned left",
}


def sizes(survey: Survey) -> Html:
    """Widths and heights as a cloud, and histograms of what else the files' heads tell."""
    known = survey.headers[survey.headers["width"] > 0]
    if not len(known):
        return tag("p", "No file has a head that tells a size.")
    says = f"Widths and heights of {len(known):,} images in pixels, both logarithmic; the dashed line is square."
    cloud = discs(known["width"], known["height"], "width", "height", says)
    caption = f"{says} Images are turned upright; a disc is as large as its size is frequent."
    return joined(
        [
            tag("div", tag("figure", cloud, tag("figcaption", caption)), _summary(survey), class_="pair"),
            tag("div", *_histograms(known), class_="grid"),
        ]
    )


def _summary(survey: Survey) -> Html:
    rows = [
        _of_part(PARTS[part], found)
        for part in range(len(PARTS))
        if len(found := survey.headers[survey.collection.rows_of(part)])
    ]
    head = ("set", "median", "smallest", "largest", "kB", "turned")
    return table(head, rows, "Width × height in pixels; median size of files; images turned by EXIF")


def _of_part(name: str, header: np.ndarray) -> list[str]:
    known = header[header["width"] > 0]
    if not len(known):
        return [name, *5 * "–"]
    order = np.argsort(known["width"].astype(np.int64) * known["height"], kind="stable")
    smallest, largest = known[order[0]], known[order[-1]]
    middle = np.median(known["width"]), np.median(known["height"])
    ends = [f"{each['width']} × {each['height']}" for each in (smallest, largest)]
    turned = f"{(known['orientation'] > 1).sum():,}"
    return [name, f"{middle[0]:.0f} × {middle[1]:.0f}", *ends, f"{np.median(known['bytes']) / 1000:,.0f}", turned]


def _histograms(known: np.ndarray) -> list[Html]:
    pixels = known["width"].astype(np.int64) * known["height"]
    counted = {
        "Megapixels": _binned(pixels / 1e6, _MEGAPIXELS),
        "Width by height": _binned(known["width"] / known["height"], _ASPECTS),
        "Kilobytes": _binned(known["bytes"] / 1e3, _KILOBYTES),
        "Format": _ordered(known["format"]),
        "Colour mode": _ordered(known["mode"]),
        "EXIF orientation": _ordered(np.array([_TURNS[each] for each in known["orientation"].tolist()])),
    }
    heads = {"Megapixels": "megapixels", "Width by height": "ratio", "Kilobytes": "kilobytes"}
    return [
        tag("div", tag("h3", title), bars((heads.get(title, "kind"), "images", "share"), rows, len(known)))
        for title, rows in counted.items()
    ]


def _binned(values: np.ndarray, edges: tuple[float, ...]) -> list[tuple[str, int]]:
    """Counts between edges, empty bins at both ends left out.

    >>> _binned(np.array([1, 2, 2, 7]), (1, 2, 3, 5))
    [('1 to 2', 1), ('2 to 3', 2), ('3 to 5', 0), ('from 5', 1)]
    """
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    inner = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    names = [f"below {edges[0]:g}", *inner, f"from {edges[-1]:g}"]
    there = np.flatnonzero(counts)
    return [(names[bin_], int(counts[bin_])) for bin_ in range(there[0], there[-1] + 1)]


def _ordered(values: np.ndarray) -> list[tuple[str, int]]:
    """How often each value is there, the most frequent first, ties by name."""
    return sorted(Counter(values.tolist()).items(), key=lambda item: (-item[1], item[0]))
