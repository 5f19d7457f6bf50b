"""Record in the worker what a run reads, and write it to the run's folder.

Start it before a solution is imported; what harness reads itself is in the run's key or in the stores.
"""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from harness.atomic_files import write_atomically
from harness.running.dependencies.file_reads import FileReads, file_stat, names_digest, native_files
from harness.running.dependencies.json_file import read_json
from harness.running.dependencies.module_lookups import ModuleLookups, imported_files, top_level_files
from harness.running.dependencies.settings import keras_configuration
from harness.running.dependencies.variable_reads import VariableReads, native_variables

READS = "reads.json"  # in a run's folder, from the end of the worker until the parent has added digests


class DependencyRecorder:
    """Notes what this process reads from its start on, and writes it to the folder of its run."""

    def __init__(self, folder: Path) -> None:
        self._files, self._variables = FileReads(_temporary_folder(folder)), VariableReads()
        self._modules = ModuleLookups()
        self._run, self._lock = folder, Lock()
        self._earlier = read_json(folder / READS)  # of an interrupted run that is resumed
        self._folder, self._started_ns = "", time.time_ns()

    def start(self) -> None:
        """Note everything that is read from now on. It cannot be undone."""
        with suppress(OSError):  # the current folder was deleted
            self._folder = os.getcwd()
        self._files.start()
        self._variables.start()
        self._modules.start()

    def save(self) -> None:
        """Write what was read so far to the folder of the run."""
        with self._lock:
            write_atomically(self._run / READS, json.dumps(merge_reads(self._earlier, self._reads())))

    def _reads(self) -> dict[str, object]:
        names = self._variables.names | native_variables(os.environ)
        return {
            "started_ns": self._started_ns,
            "complete": self._files.complete,
            "unseen": self._files.unseen,
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
            "variables": {name: os.environ.get(name) for name in sorted(names)},
            "settings": keras_configuration() if "keras" in sys.modules else {},
        }


def merge_reads(earlier: Any, reads: dict[str, Any]) -> dict[str, Any]:
    """Return what two processes of a run have read; the second one alone if the first one is None."""
    if earlier is None:
        return reads
    merged = dict(reads)
    try:
        for name in ("files", "native", "folders", "absent", "variables", "settings", "top_levels"):
            merged[name] = {**reads[name], **earlier[name]}
        for name in ("modules", "written", "search_path"):
            merged[name] = list(dict.fromkeys([*earlier[name], *reads[name]]))
        merged["started_ns"] = min(earlier["started_ns"], reads["started_ns"])
        merged["unseen"] = bool(earlier["unseen"]) or reads["unseen"]
        merged["complete"] = bool(earlier["complete"]) and reads["complete"]
    except (KeyError, TypeError):
        merged["complete"] = False
    return merged


def _temporary_folder(folder: Path) -> tuple[str, ...]:
    """Return how paths of temporary files begin if their folder is one of the run; each run has another one."""
    path = os.environ.get("TMPDIR", "")
    is_own = path and os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep)
    return (path.rstrip(os.sep) + os.sep,) if is_own else ()
