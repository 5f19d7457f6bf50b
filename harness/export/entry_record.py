"""An entry in the terms of experiment trackers: parameters, metrics, tags and the submission file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from harness.errors import HarnessError
from harness.solution.spec import split_spec
from leaderboard import Entry
from leaderboard.safe_text import make_printable, shorten

KEY_TAG = "landmark.key"
_MAX_VALUE = 500  # characters that every tracker takes
_NOT_IN_NAMES = re.compile(r"[^\w.\- /]")


@dataclass(frozen=True)
class EntryRecord:
    """An entry for a tracker. `key` is the same at every export of the entry, and differs between workspaces.

    Names consist of letters, digits and `_ - . /`; `map@100` is `map_at_100`. Times are UTC.
    """

    key: str
    experiment: str
    name: str
    failed: bool
    started: datetime
    ended: datetime
    parameters: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]
    submission: Path | None


def entry_record(entry: Entry, *, private: bool = True) -> EntryRecord:
    """Return the record of an entry with all its scores; without `private`, not those of private and of all queries."""
    hidden = () if private else ("private", "all")
    submission = Path(entry.submission) if entry.submission else None
    return EntryRecord(
        key=_key(entry),
        experiment=_printable(entry.competition_name) or "competition",
        name=_printable(entry.identity) or f"entry {entry.id}",
        failed=entry.status == "failed",
        started=entry.created - timedelta(seconds=entry.cost.wall_s or 0),
        ended=entry.created,
        parameters=_parameters(entry),
        metrics=dict(_metrics(entry, hidden)),
        tags=_tags(entry),
        submission=submission if submission and submission.is_file() else None,
    )


def tracker_name(text: str) -> str:
    """Return a name that every tracker accepts.

    >>> tracker_name("public/map@100")
    'public/map_at_100'
    """
    segments = _NOT_IN_NAMES.sub("_", text.replace("@", "_at_"))[:200].split("/")
    return "/".join(segment if segment.strip(". ") else "_" for segment in segments)  # no path such as ../a


def _key(entry: Entry) -> str:
    """Return the digest of what identifies an entry in any workspace."""
    facts = entry.competition, entry.run_key, entry.created.isoformat(), str(entry.id)
    return sha256("\n".join(facts).encode(errors="backslashreplace")).hexdigest()[:20]


def _parameters(entry: Entry) -> dict[str, str]:
    """Return solution, task, split and seed, and the parameters that differ from the defaults."""
    try:
        arguments = split_spec(entry.identity)[1]
    except HarnessError:  # an uploaded file may have any name
        arguments = {}
    own = {"solution": entry.solution, "task": entry.task, "split": entry.split, "seed": str(entry.seed)}
    chosen = {tracker_name(f"parameter/{name}"): repr(value) for name, value in arguments.items()}
    return {name: _printable(value) for name, value in (own | chosen).items()}


def _metrics(entry: Entry, hidden: Collection[str]) -> Iterator[tuple[str, float]]:
    """Yield scores, bounds of intervals, costs and numbers of queries by name, without the scores of hidden parts."""
    for part in entry.scores.keys() - hidden:
        scores = entry.scores[part].items()
        yield from ((tracker_name(f"{part}/{name}"), score) for name, score in scores if score is not None)
    for part in entry.intervals.keys() - hidden:
        names = (tracker_name(f"{part}/{entry.metric}_{bound}") for bound in ("low", "high"))
        yield from zip(names, entry.intervals[part], strict=True)
    yield from _costs(entry)


def _costs(entry: Entry) -> Iterator[tuple[str, float]]:
    for stage in entry.stages:
        yield tracker_name(f"seconds/{stage.name}"), stage.wall_s
    totals = zip(("seconds/total", "cpu_seconds/total", "peak_memory_mb"), entry.cost, strict=True)
    yield from ((name, value) for name, value in totals if value is not None)
    if entry.coverage:
        yield from ((f"queries/{name}", float(count)) for name, count in vars(entry.coverage).items())


def _tags(entry: Entry) -> dict[str, str]:
    facts = {
        "landmark.entry": str(entry.id),
        "landmark.competition": entry.competition,
        "landmark.status": entry.status,
        "landmark.reason": entry.reason,
        "landmark.metric": entry.metric,
        "landmark.device": entry.device,
        "landmark.code": entry.code_version,
        "landmark.run_key": entry.run_key,
        **{f"version.{name}": version for name, version in entry.versions.items()},
    }
    return {KEY_TAG: _key(entry)} | {tracker_name(name): _printable(value) for name, value in facts.items() if value}


def _printable(text: str) -> str:
    return shorten(make_printable(text), _MAX_VALUE)
