"""What the API answers with."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from harness.web.team.pages.visible_scores import Scores, Told


class MemberDocument(BaseModel):
    """Who a token lets in; `team` is null for an admin."""

    team: str | None


class CompetitionDocument(BaseModel):
    """A competition: its rules, and how many files the team may hand in today, by task."""

    key: str
    name: str
    tasks: list[str]
    deadline: datetime | None
    over: bool
    daily_limit: int
    left_today: dict[str, int]
    largest_file: int


class RowDocument(BaseModel):
    """A row of a board: ranks count from 1; what may not be seen yet is null."""

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
    """Where a team ends, from 1, and its private score."""

    rank: int
    team: str
    score: float


class EntryDocument(BaseModel):
    """An entry that may be opened, with the scores that may be seen: part -> metric -> score."""

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
    """A file that was handed in; `report` says line by line what is wrong with it, `scores` is empty until it has some.

    `status` is queued, running, scored, rejected or failed. `hidden` says why it is on no board.
    """

    id: str
    team: str
    competition: str
    task: str
    number: int
    file_name: str
    message: str
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
    def of(cls, told: Told) -> SubmissionDocument:
        """Return the document of a submission."""
        values = vars(told.submission)
        named = {name: values[name] for name in cls.model_fields if name in values}
        return cls(
            **{**named, "report": list(told.submission.report)},
            sha256=told.submission.digest,
            final=told.submission.chosen,
            metric=told.metric,
            scores=told.scores,
        )
