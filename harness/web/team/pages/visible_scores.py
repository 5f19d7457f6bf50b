"""What is told of submissions to who may know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.web.context import Site
from harness.web.permissions import Viewer
from leaderboard import Entry
from leaderboard.team.submissions import Submission

Scores = dict[str, dict[str, float | None]]


@dataclass(frozen=True)
class Told:
    """A submission, and the scores of its entry that the viewer may see: part -> metric -> score."""

    submission: Submission
    metric: str | None = None
    scores: Scores = field(default_factory=dict)

    def score(self, part: str) -> float | None:
        """Return the score that ranks, None where there is none to be seen."""
        return self.scores.get(part, {}).get(self.metric or "")


def told(site: Site, viewer: Viewer, submissions: Sequence[Submission]) -> list[Told]:
    """Return submissions with as many of their scores as the viewer may see."""
    entries = site.store.numbered([each.entry for each in submissions if each.entry is not None])
    return [_told(each, entries.get(each.entry or 0), viewer) for each in submissions]


def seen_scores(entry: Entry, viewer: Viewer) -> Scores:
    """Return the scores of an entry that the viewer may see."""
    parts = viewer.parts(entry.competition)
    return {part: dict(of) for part, of in entry.scores.items() if part in parts}


def _told(submission: Submission, entry: Entry | None, viewer: Viewer) -> Told:
    return Told(submission) if entry is None else Told(submission, entry.metric, seen_scores(entry, viewer))
