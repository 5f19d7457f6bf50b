"""What an experiment tracker does, and what the trackers share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Protocol

from harness.errors import HarnessError
from harness.export.entry_record import EntryRecord
from harness.installation import install_command
from leaderboard.safe_text import hide_credentials, shorten


class Tracker(Protocol):
    """Stores records of entries; `view` is the command or the address that shows them."""

    view: str

    def store(self, record: EntryRecord) -> bool:
        """Add an entry and return True, or update it and return False; raise HarnessError, in one line."""


def require_package(module: str, tracker: str) -> None:
    """Raise HarnessError, with the command that installs it, if the package of a tracker is missing."""
    if find_spec(module) is None:
        raise HarnessError(f"{tracker} needs {module}: {install_command('trackers')}")


@contextmanager
def one_line_errors(what: str, *kinds: type[Exception]) -> Iterator[None]:
    """Raise errors of these kinds, and those of files, as a HarnessError of one line without passwords of URLs."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, (OSError, *kinds)):
            raise
        text = (isinstance(error, OSError) and error.strerror) or str(error)
        message = shorten(hide_credentials(" ".join(text.split())), 240)
        raise HarnessError(f"{hide_credentials(what)}: {message or type(error).__name__}") from None
