"""Record in the worker what a run reads, and write it to the run's folder.

Start it before a solution is imported; what harness reads itself is in the run's key or in the stores.
"""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from harness.atomic_files import write_atomically
from harness.running.dependencies.file_reads import FileReads, file_stat, names_digest, native_files
from harness.running.dependencies.module_lookups import ModuleLookups, imported_files, top_level_files
from harness.running.dependencies.variable_reads import VariableReads

READS = "reads.json"  # in a run's folder, from the end of the worker until the parent has added digests


class DependencyRecorder:
    """Notes what this process reads from its start on."""

    def __init__(self) -> None:
        self._files, self._variables, self._modules = FileReads(), VariableReads(), ModuleLookups()
        self._folder, self._started_ns = "", time.time_ns()

    def start(self) -> None:
        """Note everything that is read from now on. It cannot be undone."""
        with suppress(OSError):  # the current folder was deleted
            self._folder = os.getcwd()
        self._files.start()
        self._variables.start()
        self._modules.start()

    def save(self, folder: Path) -> None:
        """Write what was read to the folder of the run, at its end."""
        reads = {
            "started_ns": self._started_ns,
            "complete": self._files.complete,
            "folder": self._folder,
            "changed_folder": self._files.changed_folder,
            "search_path": [path for path in sys.path if isinstance(path, str)],
            "top_levels": top_level_files(),
            "modules": sorted(imported_files()),
            "absent": {name: [] if "." not in name else places for name, places in self._modules.absent.items()},
            "files": self._files.files,
            "written": sorted(self._files.written),
            "native": {path: file_stat(path) for path in native_files()},
            "folders": {path: names_digest(path) for path in sorted(self._files.folders)},
            "variables": {name: os.environ.get(name) for name in sorted(self._variables.names)},
            "settings": keras_settings(),
        }
        write_atomically(folder / READS, json.dumps(reads))


def keras_settings() -> dict[str, str]:
    """Return the back end and the number formats that Keras uses in this process; {} if it is not imported."""
    names = ("backend", "floatx", "epsilon", "image_data_format")
    config = sys.modules.get("keras.src.backend.config")
    try:
        return {name: str(getattr(config, name)()) for name in names} if config else {}
    except Exception:  # noqa: BLE001 (another version of Keras)
        return {}
