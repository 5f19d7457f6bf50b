"""Log runs to experiment trackers while others still go on, for `landmark run --log`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from harness.errors import HarnessError
from harness.export.entry_record import entry_record
from harness.export.registry import TrackerKind, open_tracker, parse_tracker
from harness.export.tracker import Tracker
from leaderboard import Entry
from leaderboard.safe_text import hide_credentials


class RunLog:
    """Stores each entry in the trackers of some targets such as `mlflow:URI`, as soon as its run has ended.

    All trackers are opened first: HarnessError for an unknown target, a missing package, or a server that does not
    answer. If a tracker fails later, `note` gets one line, and the runs go on without that tracker.
    """

    def __init__(self, targets: Sequence[str], note: Callable[[str], object]) -> None:
        parsed = [parse_tracker(target) for target in targets]
        self._trackers: dict[tuple[TrackerKind, str], Tracker] = {each: open_tracker(*each) for each in parsed}
        self._note = note

    def add(self, entry: Entry) -> None:
        """Store an entry in every tracker that has not failed."""
        record = entry_record(entry)
        for (kind, place), tracker in [*self._trackers.items()]:
            try:
                tracker.store(record)
            except HarnessError as error:
                del self._trackers[kind, place]
                quoted = shlex.quote(hide_credentials(place))
                option = "--to" if kind == "mlflow" else "--out"
                remedy = f"landmark export {kind} {option} {quoted} --on DIR adds all entries later"
                self._note(f"note: not logged: {error}; {remedy}")
