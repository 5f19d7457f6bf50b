"""The folder of the user's cache, which may be deleted at any time."""

import os
from pathlib import Path

VARIABLE = "LANDMARK_CACHE"


def user_cache_folder() -> Path:
    """Return LANDMARK_CACHE, else XDG_CACHE_HOME/landmark, else ~/.cache/landmark; it need not exist."""
    shared = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(os.environ.get(VARIABLE) or os.path.join(shared, "landmark")).expanduser().absolute()
