"""Submissions with the scores that the current user is allowed to see."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.web.context import Site
from harness.web.permissions import PARTS, Permissions
from leaderboard import Entry
from leaderboard.team.submissions import Submission

Scores = dict[str, dict[str, float | None]]


@dataclass(frozen=True)
class VisibleSubmission:
    """A submission, and the scores of its entry that the user may see: part -> metric -> score."""

    submission: Submission
    metric: str | None = None
    scores: Scores = field(default_factory=dict)

    @property
    def parts(self) -> list[str]:
        """Return the parts with visible scores: public, private, all."""
        return [part for part in PARTS if part in self.scores]

    @property
    def metrics(self) -> list[str]:
        """Return the metrics of the visible scores, the ranking metric first."""
        names = dict.fromkeys(name for part in self.parts for name in self.scores[part])
        return sorted(names, key=lambda name: name != self.metric)

    def score(self, part: str) -> float | None:
        """Return the score of a part by the ranking metric, None if there is none or it is not visible."""
        return self.scores.get(part, {}).get(self.metric or "")


def visible_submissions(
    site: Site, permissions: Permissions, submissions: Sequence[Submission]
) -> list[VisibleSubmission]:
    """Return submissions with those of their scores that the user may see."""
    entries = site.store.by_ids([item.entry for item in submissions if item.entry is not None])
    return [_visible(item, entries.get(item.entry or 0), permissions) for item in submissions]


def visible_scores(entry: Entry, permissions: Permissions) -> Scores:
    """Return those scores of an entry that the user may see."""
    parts = permissions.parts(entry.competition)
    return {part: dict(of) for part, of in entry.scores.items() if part in parts}


def _visible(submission: Submission, entry: Entry | None, permissions: Permissions) -> VisibleSubmission:
    if entry is None:
        return VisibleSubmission(submission)
    return VisibleSubmission(submission, entry.metric, visible_scores(entry, permissions))
