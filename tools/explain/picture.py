"""Local matches drawn between two photographs, by matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
from PIL import Image

from harness import COLOURS, ImageSet, new_figure, save_picture
from harness.data.source_files import id_with_file
from leaderboard.safe_text import shorten
from solutions.local.explanation import Explanation
from tools.data_page.thumbnails import WebpThumbnails
from tools.explain.small_png import shrink_png

_INCHES, _GAP = 3.2, 0.04  # height of a photograph, and the gap as a share of it
_WIDEST = 8.0  # inches
_THINNEST = 0.6  # points: at least a pixel at the 150 dots per inch of a figure
_LONGEST_LABEL, _PER_INCH = 40, 13  # letters of a name; letters of the caption that an inch has room for
_THUMBNAILS = WebpThumbnails(height=480, quality=90)
_INLIERS, _OUTLIERS = COLOURS[0], COLOURS[6]


def draw_matches(
    explanation: Explanation, query: ImageSet, image: ImageSet, what: str, path: Path, files: Mapping[str, str]
) -> None:
    """Write a picture of the matches of two sets of one image each; `what` names the method in the caption.

    `files` has the file that an image was imported from, by image id, where it is known.
    """
    pixels = [_pixels(each) for each in (query, image)]
    wide, other = (each.shape[1] / each.shape[0] for each in pixels)
    inches = min(_INCHES, _WIDEST / (wide + _GAP + other))
    figure = new_figure((wide + _GAP + other) * inches, inches + 0.9)
    axes = figure.subplots()
    axes.imshow(pixels[0], extent=(0, wide, 1, 0))
    axes.imshow(pixels[1], extent=(wide + _GAP, wide + _GAP + other, 1, 0))
    axes.set(xlim=(0, wide + _GAP + other), ylim=(1, 0), aspect="equal")
    axes.axis("off")
    x = explanation.points[:, ::2] * (wide, other) + (0, wide + _GAP)
    _join(axes, np.stack([x, explanation.points[:, 1::2]], axis=2), explanation.inliers)
    for name, left in ((explanation.query, 0.0), (explanation.image, wide + _GAP)):
        label = shorten(id_with_file(name, files), _LONGEST_LABEL)
        axes.text(left, -0.015, label, va="bottom", fontsize=9, parse_math=False)
    caption = _caption(explanation, what, int(_PER_INCH * figure.get_figwidth()))
    figure.legend(loc="outside lower center", frameon=False, fontsize=9, ncols=2, title=caption, title_fontsize=9)
    save_picture(figure, path)
    shrink_png(path)


def _pixels(images: ImageSet) -> np.ndarray:
    file = images.describe_ragged(_THUMBNAILS)[0].tobytes()
    with Image.open(BytesIO(file), formats=["WEBP"]) as photo:
        return np.asarray(photo.convert("RGB"))


def _join(axes: Any, lines: np.ndarray, inliers: np.ndarray) -> None:
    """Draw lines `(matches, 2, 2)`: outliers thin and dotted, inliers above them and solid on white."""
    from matplotlib.collections import LineCollection

    outliers, inlying = lines[~inliers], lines[inliers]
    axes.add_collection(
        LineCollection(outliers, colors=_OUTLIERS, linewidths=_THINNEST, linestyles="dotted", label="outliers")
    )
    axes.add_collection(LineCollection(inlying, colors="white", linewidths=2.2, alpha=0.8))
    axes.add_collection(LineCollection(inlying, colors=_INLIERS, linewidths=1.1, label="inliers"))
    for ends, colour, marker in ((outliers, _OUTLIERS, "x"), (inlying, _INLIERS, "o")):
        style = {"marker": marker, "color": colour, "markersize": 3, "linestyle": "", "markeredgewidth": 0.7}
        axes.plot(*ends.reshape(-1, 2).T, **style)


def _caption(explanation: Explanation, what: str, letters: int) -> str:
    """Return the caption in lines of so many letters."""
    line = f"{what}: {explanation.n_inliers} inliers of {len(explanation.points)} matches"
    return "\n".join([line, *wrap(advice(explanation), letters)])


def advice(explanation: Explanation) -> str:
    """Return what a result without inliers means and what to try; empty if there are inliers."""
    if explanation.n_inliers:
        return ""
    if not len(explanation.points):
        return "no descriptors match: the photographs share no detail; try --local delf, which matches larger regions"
    return "no transform explains several matches: a different place or a very different view; try --local delf"
