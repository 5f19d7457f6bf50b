"""Charts of the benchmark, by matplotlib: recall against speed, and speed against index size."""

from pathlib import Path
from typing import Any

from harness import COLOURS, new_figure, save_picture
from solutions.hashing.search.index_structures.scan import Scan
from tools.searcher_benchmark.measuring import BenchResults, K, Measurement

_INCHES = (4.6, 3.9)  # of a panel
_LEGEND_INCHES = 3.0
_COLOURS = (COLOURS[3], *COLOURS[:3], *COLOURS[4:], "#7a9a01", "#8e4585", "#7f7f7f", "#8b5a2b")  # black first
_MARKERS = "osPDvX^<>dp"


def draw_benchmark(results: BenchResults, path: Path) -> None:
    """Write a picture with a column for each kind of codes: recall and speed above, speed and size below."""
    kinds = list(dict.fromkeys(each.codes for each in results.measured))
    figure = new_figure(_INCHES[0] * len(kinds) + _LEGEND_INCHES, _INCHES[1] * 2)
    panels = figure.subplots(2, len(kinds), squeeze=False, sharey="all")
    styles = _styles(results)
    for column, codes in enumerate(kinds):
        own = [each for each in results.measured if each.codes == codes]
        _recall_and_speed(panels[0, column], codes, own, styles)
        _speed_and_size(panels[1, column], own, styles)
    for row in panels:
        row[0].set_ylabel("queries/s on one core")
    _add_legend(figure, panels[1, 0])
    save_picture(figure, path)


def _add_legend(figure: Any, panel: Any) -> None:
    """Name the searchers beside the panels, the last drawn first."""
    handles = dict(zip(*reversed(panel.get_legend_handles_labels()), strict=True))
    figure.legend(handles.values(), handles.keys(), loc="outside right upper", frameon=False)


def _styles(results: BenchResults) -> dict[str, dict[str, Any]]:
    """Return the line style of each searcher: solid if exact, else dashed."""
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


def _recall_and_speed(panel: Any, codes: str, measured: list[Measurement], styles: dict[str, dict[str, Any]]) -> None:
    """Draw a marker for each searcher at the largest size."""
    n = max(each.n for each in measured)
    for each in measured:
        if each.n == n:
            panel.plot([each.recall], [each.queries_per_s], markersize=9, **styles[each.searcher])
    panel.set_title(f"{codes}: {n:,} codes", parse_math=False)  # a folder's name may contain dollars
    panel.set(xlabel=f"recall@{K}", yscale="log")
    panel.set_xlim(-0.04, 1.04)
    panel.grid(which="major", alpha=0.3)


def _speed_and_size(panel: Any, measured: list[Measurement], styles: dict[str, dict[str, Any]]) -> None:
    """Draw a line for each searcher."""
    for name, style in styles.items():
        own = [each for each in measured if each.searcher == name]
        panel.plot([each.n for each in own], [each.queries_per_s for each in own], markersize=5, **style)
    panel.set(xlabel="codes searched", xscale="log", yscale="log")
    panel.grid(which="major", alpha=0.3)
