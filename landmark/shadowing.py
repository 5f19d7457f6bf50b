"""Notice files of the user that hide the packages of this project, such as a `metrics.py` beside a notebook."""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("harness", "leaderboard", "metrics", "solutions", "tools")


def require_own_packages() -> None:
    """Raise ImportError, in one line, if Python finds another module in the place of a package of this project.

    For `python -m landmark` it is SystemExit with that line, so that no traceback is printed.
    """
    root = Path(__file__).resolve().parents[1]
    for name in _PACKAGES:
        origin = _origin(name)
        if origin is None or origin.resolve().parent != root / name:
            what = f"{origin} hides the package {name!r} of landmark" if origin else f"landmark's {name!r} is missing"
            remedy = "rename it, or start Python in another folder" if origin else "install landmark again"
            message = f"{what}; {remedy}{', and restart' if name in sys.modules else ''}"
            if getattr(sys, "argv", [])[:1] == ["-m"]:  # `python -m landmark` imports the package: no traceback
                raise SystemExit(f"error: {message}")
            raise ImportError(message, name=name)


def load_own_packages() -> None:
    """Import the packages of this project, so that no file written later can hide them; ImportError as above."""
    require_own_packages()
    for name in _PACKAGES:
        import_module(name)


def _origin(name: str) -> Path | None:
    """Return the file that `import name` reads or has read; None if there is none."""
    try:
        spec = find_spec(name)
    except ValueError:  # a module without a spec is in its place
        return Path(getattr(sys.modules[name], "__file__", None) or name)
    return Path(spec.origin) if spec and spec.origin else None
