"""Pictures of results, drawn by matplotlib, an optional library."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from harness.errors import HarnessError

_FORMATS = (".png", ".svg", ".pdf")


def require_picture(path: Path) -> None:
    """Raise HarnessError where no picture could be drawn to `path`: to be asked before anything long begins."""
    if path.suffix.lower() not in _FORMATS:
        raise HarnessError(f"{path}: a picture's name ends in {', '.join(_FORMATS)}")
    if not path.parent.is_dir():
        raise HarnessError(f"{path.parent}: there is no such folder")
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
    """Write the picture whole or not at all, in the format of its suffix."""
    temporary = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        figure.savefig(temporary, dpi=150)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
