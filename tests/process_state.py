"""What all tests of a process share, so that none may leave it changed: the order of tests must not matter."""

import csv
import logging
import os
import signal
import socket
import sys
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

_OWN = "LANDMARK_"  # libraries may add environment variables when they are imported, but not these
_KERAS = "KERAS_BACKEND"  # Keras and the conversion of a network set it when they load


@dataclass(frozen=True)
class ProcessState:
    """The state of a process at one time; reading it takes about 50 microseconds."""

    environment: dict[str, str]
    folder: str
    import_path: tuple[str, ...]
    csv_limit: int
    numpy_errors: dict[str, Any]
    disabled_logging: int
    logging_level: int
    signal_handlers: tuple[Any, ...]
    socket_timeout: float | None
    recursion_limit: int

    @classmethod
    def read(cls) -> "ProcessState":
        """Return the present state."""
        environment = dict(os.environ)
        environment.pop("PYTEST_CURRENT_TEST", None)
        return cls(
            environment, os.getcwd(), tuple(sys.path), csv.field_size_limit(), dict(np.geterr()),
            logging.root.manager.disable, logging.root.level, tuple(map(signal.getsignal, (signal.SIGINT, signal.SIGTERM))),
            socket.getdefaulttimeout(), sys.getrecursionlimit(),
        )  # fmt: skip

    def changes(self, now: "ProcessState") -> list[str]:
        """Return what differs now, a line for each.

        The limit of csv may rise, as reading a table raises it, and a solution in a file adds its folder to the path.
        """
        lines = [
            f"environment variable {name}: {self.environment.get(name)!r} became {now.environment.get(name)!r}"
            for name in sorted({*self.environment, *(name for name in now.environment if name.startswith(_OWN))})
            if name != _KERAS and self.environment.get(name) != now.environment.get(name)
        ]
        if now.csv_limit < self.csv_limit:
            lines.append(f"csv_limit: {self.csv_limit} became {now.csv_limit}")
        others = [field.name for field in fields(self) if field.name not in ("environment", "csv_limit", "import_path")]
        pairs = [(name, getattr(self, name), getattr(now, name)) for name in others]
        return lines + [f"{name}: {before!r} became {after!r}" for name, before, after in pairs if before != after]

    def restore_libraries(self) -> None:
        """Undo what a test may change: the import path, and the variable that names a loaded back end of Keras."""
        sys.path[:] = self.import_path
        if _KERAS in self.environment:
            os.environ[_KERAS] = self.environment[_KERAS]

    def restore(self) -> None:
        """Undo what changes most often, so that later tests do not fail, too."""
        os.environ.update(self.environment)
        for name in [name for name in os.environ if name.startswith(_OWN) and name not in self.environment]:
            del os.environ[name]
        os.chdir(self.folder)
        csv.field_size_limit(max(self.csv_limit, csv.field_size_limit()))
        np.seterr(**self.numpy_errors)
