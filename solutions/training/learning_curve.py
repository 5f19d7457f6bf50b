"""Draw the learning curve of a training with matplotlib, an optional library."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from harness import COLOURS, new_figure, save_picture

_INCHES = (6.4, 3.8)
_LOSS, _GAP = COLOURS[:2]


def can_draw() -> bool:
    """Return whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw_learning_curve(history: np.ndarray, title: str, path: Path) -> None:
    """Write a figure of `history` `(epochs, 2)`: mean loss and validation GAP, NaN if there is none."""
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(*_INCHES)
    epochs, left = np.arange(1, len(history) + 1), figure.subplots()
    left.set_title(title, fontsize="medium", parse_math=False)
    left.set_xlabel("epoch")
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    _plot_line(left, epochs, history[:, 0], "mean loss in training", _LOSS)
    if not np.isnan(history[:, 1]).all():
        right = left.twinx()
        _plot_line(right, epochs, history[:, 1], "GAP on held-out images", _GAP)
        right.set_ylim(0, 1)
        best = int(np.nanargmax(history[:, 1]))
        right.plot(epochs[best], history[best, 1], "o", color=_GAP, clip_on=False)
    save_picture(figure, path)


def _plot_line(axes: Any, epochs: np.ndarray, values: np.ndarray, name: str, colour: str) -> None:
    axes.plot(epochs, values, color=colour)
    axes.set_ylabel(name, color=colour)
    axes.set_ylim(bottom=0)
