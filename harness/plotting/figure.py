"""Create and save matplotlib figures reproducibly. Part of the plug-in API."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from harness.atomic_files import atomic_path, require_writable
from harness.errors import HarnessError
from harness.installation import install_command

COLOURS = "#0072b2", "#d55e00", "#009e73", "#000000", "#cc79a7", "#56b4e9", "#e69f00"  # Okabe and Ito
_FORMATS = (".png", ".svg", ".pdf")


def require_picture(path: Path) -> None:
    """Raise HarnessError if no picture can be written to `path`. Call it before long work begins."""
    if path.suffix.lower() not in _FORMATS:
        raise HarnessError(f"{path}: a picture's name ends in {', '.join(_FORMATS)}")
    require_writable(path)
    if find_spec("matplotlib") is None:
        raise HarnessError(f"pictures need matplotlib; install it with: {install_command('plots')}")


def new_figure(width: float, height: float) -> Any:
    """Return an empty figure; width and height are in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_picture(figure: Any, path: Path) -> None:
    """Write the picture atomically in the format of its suffix; equal pictures give equal bytes.

    Fonts are embedded: as TrueType in PDF, as outlines in SVG.
    """
    from matplotlib import rc_context

    kind = path.suffix[1:].lower()
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
    fonts: Any = {"pdf.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": "landmark"}
    with atomic_path(path) as temporary, rc_context(fonts):
        figure.savefig(temporary, dpi=150, format=kind, metadata=undated)
