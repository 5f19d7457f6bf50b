"""A JSON file in a run's folder, where its solution may have left anything."""

import json
from pathlib import Path
from typing import Any

from harness.running.run_folder import RunFileError, open_run_file

MAX_BYTES = 32_000_000


def read_json(path: Path) -> Any:
    """Return the content of a JSON file; None for a missing, irregular, too large or damaged one."""
    try:
        with open_run_file(path, MAX_BYTES) as file:
            return json.loads(file.read(MAX_BYTES))
    except (RunFileError, OSError, ValueError, RecursionError):
        return None
