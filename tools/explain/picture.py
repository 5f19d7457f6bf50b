"""Two photographs side by side with their matched points joined, drawn by matplotlib, an optional library."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from harness import ImageSet, new_figure, save_picture
from solutions.local.explanation import Explanation
from tools.data_page.thumbnails import Thumbnails

_INCHES, _GAP = 5.0, 0.04  # height of a photograph, and what is between two, as a share of it
_WIDEST = 16.0  # inches
_SHOWN = Thumbnails(height=640, quality=90)
_INLIERS, _OUTLIERS = "#0072b2", "#e69f00"  # told apart by people who see no red or no green, and by their strokes


def draw(explanation: Explanation, query: ImageSet, image: ImageSet, what: str, path: Path) -> None:
    """Write a picture of two sets of one image each; `what` names the descriptor in the caption."""
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
        axes.text(left, -0.015, name, va="bottom", fontsize=9, parse_math=False)
    figure.legend(loc="outside lower center", frameon=False, fontsize=9, ncols=2, title=_caption(explanation, what))
    save_picture(figure, path)


def _pixels(images: ImageSet) -> np.ndarray:
    file = images.describe_ragged(_SHOWN)[0].tobytes()
    with Image.open(BytesIO(file), formats=["WEBP"]) as opened:
        return np.asarray(opened.convert("RGB"))


def _join(axes: Any, lines: np.ndarray, inliers: np.ndarray) -> None:
    """Draw lines `(matches, 2, 2)`: outliers thin and dotted, above them inliers, solid on white."""
    from matplotlib.collections import LineCollection

    wrong, right = lines[~inliers], lines[inliers]
    axes.add_collection(LineCollection(wrong, colors=_OUTLIERS, linewidths=0.7, linestyles="dotted", label="outliers"))
    axes.add_collection(LineCollection(right, colors="white", linewidths=2.4, alpha=0.8))
    axes.add_collection(LineCollection(right, colors=_INLIERS, linewidths=1.2, label="inliers"))
    for ends, colour, marker in ((wrong, _OUTLIERS, "x"), (right, _INLIERS, "o")):
        style = {"marker": marker, "color": colour, "markersize": 3, "linestyle": "", "markeredgewidth": 0.7}
        axes.plot(*ends.reshape(-1, 2).T, **style)


def _caption(explanation: Explanation, what: str) -> str:
    return f"{what}: {explanation.n_inliers} inliers of {len(explanation.points)} matches"
