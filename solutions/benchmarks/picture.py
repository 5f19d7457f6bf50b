"""Recall against speed, and speed against size, drawn by matplotlib, an optional library."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from harness import HarnessError
from solutions.benchmarks.measuring import K, Measured, Results
from solutions.hashing.searchers.scan import Scan

_FORMATS = (".png", ".svg", ".pdf")
_INCHES = (4.6, 3.9)  # of a panel
_LEGEND_INCHES = 3.0
_COLOURS = (
    "black",
    "#0072b2",
    "#56b4e9",
    "#009e73",
    "#7a9a01",
    "#d55e00",
    "#cc79a7",
    "#8e4585",
    "#e69f00",
    "#7f7f7f",
    "#8b5a2b",
)
_MARKERS = "osPDvX^<>dp"


def check(path: Path) -> None:
    """Raises HarnessError where no picture could be drawn to `path`, before anything is measured."""
    if path.suffix.lower() not in _FORMATS:
        raise HarnessError(f"{path}: a picture's name ends in {', '.join(_FORMATS)}")
    if not path.parent.is_dir():
        raise HarnessError(f"{path.parent}: there is no such folder")
    if find_spec("matplotlib") is None:
        raise HarnessError("matplotlib is not installed, which draws pictures; pip install 'landmark[plots]' brings it")


def draw(results: Results, path: Path) -> None:
    """Write a picture with a column for each kind of codes: above recall and speed, below speed and size."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    kinds = list(dict.fromkeys(each.codes for each in results.measured))
    figure = Figure((_INCHES[0] * len(kinds) + _LEGEND_INCHES, _INCHES[1] * 2), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, len(kinds), squeeze=False, sharey="all")
    styles = _styles(results)
    for column, codes in enumerate(kinds):
        own = [each for each in results.measured if each.codes == codes]
        _recall_and_speed(panels[0, column], codes, own, styles)
        _speed_and_size(panels[1, column], own, styles)
    for row in panels:
        row[0].set_ylabel("queries/s on one core")
    handles = dict(zip(*reversed(panels[1, 0].get_legend_handles_labels()), strict=True))
    figure.legend(handles.values(), handles.keys(), loc="outside right upper", frameon=False)
    _save(figure, path)


def _styles(results: Results) -> dict[str, dict[str, Any]]:
    """Colour and marker of each searcher, exact ones with a line, the others dashed."""
    exact = {each.searcher: each.exact for each in results.measured}
    return {
        name: {
            "color": _COLOURS[number % len(_COLOURS)],
            "marker": _MARKERS[number % len(_MARKERS)],
            "linestyle": "-" if exact[name] else "--",
            "linewidth": 2.2 if name == Scan().name else 1.2,
            "zorder": 3 if name == Scan().name else 2,
            "markeredgecolor": "white",
            "markeredgewidth": 0.5,
            "label": name,
        }
        for number, name in enumerate(exact)
    }


def _recall_and_speed(panel: Any, codes: str, measured: list[Measured], styles: dict[str, dict[str, Any]]) -> None:
    """A marker for each searcher at the largest size."""
    n = max(each.n for each in measured)
    for each in measured:
        if each.n == n:
            panel.plot([each.recall], [each.queries_per_s], markersize=9, **styles[each.searcher])
    panel.set_title(f"{codes}: {n:,} codes", parse_math=False)  # a folder may have dollars in its name
    panel.set(xlabel=f"recall@{K}", yscale="log")
    panel.set_xlim(-0.04, 1.04)
    panel.grid(which="major", alpha=0.3)


def _speed_and_size(panel: Any, measured: list[Measured], styles: dict[str, dict[str, Any]]) -> None:
    """A line for each searcher."""
    for name, style in styles.items():
        own = [each for each in measured if each.searcher == name]
        panel.plot([each.n for each in own], [each.queries_per_s for each in own], markersize=5, **style)
    panel.set(xlabel="codes searched", xscale="log", yscale="log")
    panel.grid(which="major", alpha=0.3)


def _save(figure: Any, path: Path) -> None:
    """Write the picture whole or not at all."""
    temporary = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        figure.savefig(temporary, dpi=150)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
