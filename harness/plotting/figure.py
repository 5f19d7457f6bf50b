"""Pictures of results, drawn by matplotlib, an optional library."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from harness.atomic_files import atomic_path, require_writable
from harness.errors import HarnessError

_FORMATS = (".png", ".svg", ".pdf")


def require_picture(path: Path) -> None:
    """Raise HarnessError where no picture could be drawn to `path`: to be asked before anything long begins."""
    if path.suffix.lower() not in _FORMATS:
        raise HarnessError(f"{path}: a picture's name ends in {', '.join(_FORMATS)}")
    require_writable(path)
    if find_spec("matplotlib") is None:
        raise HarnessError("matplotlib is not installed, which draws pictures; pip install 'landmark[plots]' brings it")


def new_figure(width: float, height: float) -> Any:
    """Return an empty figure of so many inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_picture(figure: Any, path: Path) -> None:
    """Write the picture whole or not at all, in the format of its suffix, the same bytes for the same picture.

    Letters lie in the file: as TrueType in PDF, as outlines in SVG.
    """
    from matplotlib import rc_context

    kind = path.suffix[1:].lower()
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
    with (
        atomic_path(path) as temporary,
        rc_context({"pdf.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": "landmark"}),
    ):
        figure.savefig(temporary, dpi=150, format=kind, metadata=undated)
