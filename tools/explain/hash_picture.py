"""Two photographs, their hashes in black and white, and the bits that differ, by matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from harness import COLOURS, HarnessError, ImageSet, new_figure, save_picture
from harness.data.images.decode import UndecodableError, decode
from tools.explain.hash_comparison import HashComparison, geometric_mean
from tools.explain.small_png import shrink_png

_PANELS = 2.7, 2.0  # inches: width of a photograph and side of a hash, for one kind and for several
_CAPTION = 0.62  # inches above and below each row
_TALLEST = 1.4  # height by width of a photograph
_LONGEST_ID = 40  # letters
_LINE = 32  # digits
_PHOTO_SIDE = 480  # pixels
_DIFFERENT, _EQUAL = COLOURS[1], "#e8e8e8"
_HUES = ("red", "yellow", "green", "cyan", "blue", "magenta")
_COLOURS = ("black", "grey", *(f"{strength} {hue}" for strength in ("faint", "bright") for hue in _HUES))


def draw_hashes(
    comparisons: Sequence[HashComparison], query: ImageSet, image: ImageSet, path: Path, *, upright: bool = False
) -> None:
    """Write a picture of two sets of one image each, with a row for each kind of hash.

    White is a bit of 1, black of 0. The photographs are turned as they were hashed.
    """
    photos = [_pixels(each, upright=upright) for each in (query, image)]
    tallest = max(photo.shape[0] / photo.shape[1] for photo in photos)
    heights = [min(_TALLEST, tallest), *map(_relative_height, comparisons)]
    panel = _PANELS[len(comparisons) > 1]
    figure = new_figure(3 * panel + 0.6, sum(heights) * panel + _CAPTION * len(heights))
    axes = figure.subplots(len(heights), 3, height_ratios=heights, squeeze=False)
    for place, (photo, each) in enumerate(zip(photos, (query, image), strict=True)):
        axes[0, place].imshow(photo)
        axes[0, place].set_title(str(each.ids[0])[:_LONGEST_ID], fontsize=9, parse_math=False)
        axes[0, place].axis("off")
    _write_legend(axes[0, 2], comparisons)
    for row, comparison in zip(axes[1:], comparisons, strict=True):
        _draw_row(row, comparison)
    save_picture(figure, path)
    shrink_png(path)


def _pixels(images: ImageSet, *, upright: bool) -> np.ndarray:
    path = images.paths[0]
    try:
        return decode(path or "", mode="RGB", reduce_to=_PHOTO_SIDE, upright=upright)
    except UndecodableError as error:
        raise HarnessError(f"{images.ids[0]}: the image cannot be decoded: {error}") from None


def _relative_height(comparison: HashComparison) -> float:
    """Return the height of a hash by its width, within limits."""
    rows, columns = _grid(comparison, comparison.query).shape
    return float(min(1.0, max(0.25, rows / columns)))


def _grid(comparison: HashComparison, bits: np.ndarray) -> np.ndarray:
    """Return the bits as they are drawn: the shares of a colour hash side by side."""
    return bits.T if comparison.kind == "colour" else bits


def _write_legend(axes: Any, comparisons: Sequence[HashComparison]) -> None:
    lines = [f"{each.label}: {each.distance} of {each.query.size}" for each in comparisons]
    if len(comparisons) > 1:
        lines.append(f"geometric mean: {geometric_mean([each.distance for each in comparisons]):.1f}")
    text = "\n".join(["Hamming distance", *lines, "", "white 1, black 0", "orange: the bits differ"])
    axes.text(0.5, 0.5, text, ha="center", va="center", fontsize=9, transform=axes.transAxes, parse_math=False)
    axes.axis("off")


def _draw_row(row: Any, comparison: HashComparison) -> None:
    """Draw the hashes of both images and the bits that differ."""
    black_and_white = ("#000000", "#ffffff")
    for axes, bits, text in zip(row, (comparison.query, comparison.image), comparison.texts, strict=False):
        _draw_bits(axes, comparison, bits, black_and_white)
        axes.set_xlabel(_digits(text), fontsize=7, family="monospace", parse_math=False)
    row[0].set_ylabel(comparison.label.replace(" (", "\n("), fontsize=8, parse_math=False)
    _draw_bits(row[2], comparison, comparison.differing, (_EQUAL, _DIFFERENT))
    row[2].set_xlabel(f"{comparison.distance} of {comparison.query.size} bits differ", fontsize=8)


def _digits(text: str) -> str:
    """Return hexadecimal digits in at most two lines."""
    lines = wrap(text, _LINE)
    return "\n".join(lines if len(lines) <= 2 else [lines[0], "…"])


def _draw_bits(axes: Any, comparison: HashComparison, bits: np.ndarray, colours: tuple[str, str]) -> None:
    from matplotlib.colors import ListedColormap

    grid = _grid(comparison, bits)
    axes.pcolormesh(grid, cmap=ListedColormap(colours), vmin=0, vmax=1, edgecolors="#b0b0b0", linewidth=0.4)
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.invert_yaxis()
    axes.tick_params(length=0, labelsize=6)
    axes.spines[:].set(color="#808080", linewidth=0.6)
    if comparison.kind == "colour":
        axes.set_xticks(np.arange(len(_COLOURS)) + 0.5, _COLOURS, rotation=90)
