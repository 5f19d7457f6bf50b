"""The layer of the stores that belongs to the plug-ins of one folder.

A process of a plug-in only reads the stores that all solutions share. What is missing there it computes and writes into
its own layer, the folder in LANDMARK_OWN_STORE. Without that variable a process writes the shared stores.
"""

import os
from pathlib import Path

OWN_STORE = "LANDMARK_OWN_STORE"


def own_store() -> Path | None:
    """Return the folder of the own layer; None if this process writes the shared stores."""
    folder = os.environ.get(OWN_STORE)
    return Path(folder) if folder else None
