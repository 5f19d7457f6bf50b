"""Response schemas of the JSON API."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from harness.web.team.visible_scores import Scores, VisibleSubmission


class MemberDocument(BaseModel):
    """The owner of a token; `team` is null for an admin."""

    team: str | None


class CompetitionDocument(BaseModel):
    """A competition: its rules, and the number of submissions the team has left today, by task."""

    key: str
    name: str
    tasks: list[str]
    deadline: datetime | None
    over: bool
    daily_limit: int
    left_today: dict[str, int]
    largest_file: int


class RowDocument(BaseModel):
    """A row of a leaderboard. Ranks count from 1; values that are not visible yet are null."""

    rank: int | None
    private_rank: int | None
    solution: str
    metric: str
    score_public: float | None
    score_private: float | None
    score_all: float | None
    entries: int
    last: datetime
    entry: int | None


class ResultDocument(BaseModel):
    """The final rank of a team, from 1, and its private score."""

    rank: int
    team: str
    score: float


class EntryDocument(BaseModel):
    """An entry that the member may open, with its visible scores: part -> metric -> score."""

    id: int
    competition: str
    task: str
    solution: str
    identity: str
    status: str
    metric: str | None
    scores: Scores
    created: datetime


class SubmissionDocument(BaseModel):
    """A submission. `report` lists the faults of its file, one per line; `scores` is empty until it is scored.

    `status` is queued, running, scored, rejected (the file has faults) or failed (scoring it took too much time or
    memory). In a queued one `report` says why it is scored again. `hidden` is why the leaderboard omits it.
    `message` is the team's description of it and `links` are web addresses; only the team and admins see them.
    """

    id: str
    team: str
    competition: str
    task: str
    number: int
    file_name: str
    message: str
    links: list[str]
    sha256: str
    size: int
    received: datetime
    status: str
    report: list[str]
    final: bool
    hidden: str | None
    metric: str | None
    scores: Scores

    @classmethod
    def of(cls, visible: VisibleSubmission) -> Self:
        """Return the response for a submission."""
        submission = visible.submission
        further = {"sha256": submission.digest, "final": submission.chosen}
        return cls.model_validate(vars(submission) | further | {"metric": visible.metric, "scores": visible.scores})
