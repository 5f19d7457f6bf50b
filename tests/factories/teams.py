"""A team server in this process, and what tests do with it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from harness.web.team.app import worker_config
from harness.web.team.context import TeamContext
from harness.web.team.scoring.worker import ScoringWorker
from harness.workspace import Workspace

HOME = "http://testserver"


@dataclass
class TeamServer:
    """A team server, and what tests do with it."""

    app: FastAPI
    url: str
    folder: Path
    workspace: Workspace

    @property
    def context(self) -> TeamContext:
        teams: TeamContext = self.app.state.teams
        return teams

    @property
    def key(self) -> str:
        """The key of the competition."""
        return str(next(iter(self.app.state.site.competitions.explicit)))

    def token(self, name: str | None) -> str:
        """A new token of a team, which is made where missing; of an admin where it has no name."""
        accounts, now = self.context.accounts, datetime.now(UTC)
        team = next((each for each in accounts.teams() if each.name == name), None)
        return accounts.add_token(None if name is None else team or accounts.add_team(name, now), now)

    def api_client(self, name: str | None, **headers: str) -> TestClient:
        """A client of the API with a token of a team."""
        return self.anonymous_client({"Authorization": f"Bearer {self.token(name)}", **headers})

    def browser_client(self, name: str | None) -> TestClient:
        """A browser that has signed in, and whose requests come from the site's own pages."""
        browser = self.anonymous_client({"Origin": HOME})
        assert browser.post("/sign-in", data={"token": self.token(name)}).status_code == 303
        return browser

    def anonymous_client(self, headers: dict[str, str] | None = None) -> TestClient:
        """A client that nobody knows."""
        return TestClient(self.app, HOME, raise_server_exceptions=False, follow_redirects=False, headers=headers)

    def submission_file(self, right: float = 1.0, task: str = "retrieval", *, mark: int = 0) -> bytes:
        """A submission file that answers the first share of the queries rightly; each `mark` makes another file."""
        column = {"retrieval": "images", "recognition": "landmarks"}[task]
        lines = (self.folder / f"{task}_solution.csv").read_text().splitlines()[1:]
        rows = [line.split(",") for line in lines]
        count = round(right * len(rows))
        nobody = (self.folder / "index.csv").read_text().splitlines()[1].partition(",")[0]
        wrong = nobody if task == "retrieval" else "0 0.1"
        said = [
            f"{query},{_said(truth, task) if place < count else wrong}" for place, (query, truth, _) in enumerate(rows)
        ]
        return "\n".join([f"id,{column}", *said, *[""] * mark]).encode() + b"\n"

    def submit(self, program: TestClient, content: bytes, **query: Any) -> Any:
        """What the API answers to a file."""
        return program.post("/api/v1/submissions", params={"competition": self.key, **query}, content=content)

    def score_all(self) -> int:
        """How many submissions the worker has scored, until none waited."""
        worker, count = ScoringWorker(worker_config(self.app, self.url)), 0
        while worker.score_next():
            count += 1
        return count

    def submit_and_score(self, program: TestClient, content: bytes, **query: Any) -> dict[str, Any]:
        """The document of a file that was handed in and scored."""
        made = self.submit(program, content, **query).json()
        self.score_all()
        found: dict[str, Any] = program.get(f"/api/v1/submissions/{made['id']}").json()
        return found

    def close_competition(self) -> None:
        """Let the competition be over."""
        self.context.rules.set(self.key, deadline=datetime.now(UTC))


def _said(truth: str, task: str) -> str:
    if truth in ("None", ""):
        return ""
    return truth if task == "retrieval" else f"{truth} 0.9"
