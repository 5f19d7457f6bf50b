"""A team server in the test process, with clients and submission files for tests."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from harness.web.team.app import worker_config
from harness.web.team.context import TeamContext
from harness.web.team.scoring.worker import ScoringWorker
from harness.workspace import Workspace

HOME = "http://testserver"


@cache
def fast_hasher() -> PasswordHasher:
    """Return an Argon2 of the least cost."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class TeamServer:
    """A team server: its application, database URL, competition folder and workspace."""

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
        """Create a token of a team, which is created if missing, or of an admin if the name is None."""
        accounts, now = self.context.accounts, datetime.now(UTC)
        team = next((item for item in accounts.teams() if item.name == name), None)
        return accounts.add_token(None if name is None else team or accounts.add_team(name, now), now)

    def api_client(self, name: str | None, **headers: str) -> TestClient:
        """Return an API client with a token of a team, or of an admin if the name is None."""
        return self.anonymous_client({"Authorization": f"Bearer {self.token(name)}", **headers})

    def browser_client(self, name: str | None) -> TestClient:
        """Return a signed-in client that sends the Origin header of the site."""
        browser = self.anonymous_client({"Origin": HOME})
        assert browser.post("/sign-in", data={"token": self.token(name)}).status_code == 303
        return browser

    def anonymous_client(self, headers: dict[str, str] | None = None) -> TestClient:
        """Return a client without token and session."""
        return TestClient(self.app, HOME, raise_server_exceptions=False, follow_redirects=False, headers=headers)

    def submission_file(self, right: float = 1.0, task: str = "retrieval", *, mark: int = 0) -> bytes:
        """Return a CSV submission whose first share of queries is answered correctly; `mark` varies the bytes only."""
        column = {"retrieval": "images", "recognition": "landmarks"}[task]
        lines = (self.folder / f"{task}_solution.csv").read_text().splitlines()[1:]
        rows = [line.split(",") for line in lines]
        count = round(right * len(rows))
        unlabelled = (self.folder / "index.csv").read_text().splitlines()[1].partition(",")[0]
        wrong = unlabelled if task == "retrieval" else "0 0.1"
        answers = [
            f"{query},{_right_answer(truth, task) if number < count else wrong}"
            for number, (query, truth, _) in enumerate(rows)
        ]
        return "\n".join([f"id,{column}", *answers, *[""] * mark]).encode() + b"\n"

    def submit(self, client: TestClient, content: bytes, **query: Any) -> Any:
        """Submit a file through the API; returns the response."""
        return client.post("/api/v1/submissions", params={"competition": self.key, **query}, content=content)

    def score_all(self) -> int:
        """Score all queued submissions; returns their number."""
        worker, count = ScoringWorker(worker_config(self.app, self.url)), 0
        while worker.score_next():
            count += 1
        return count

    def submit_and_score(self, client: TestClient, content: bytes, **query: Any) -> dict[str, Any]:
        """Submit a file and score it; returns its JSON document."""
        document = self.submit(client, content, **query).json()
        self.score_all()
        scored: dict[str, Any] = client.get(f"/api/v1/submissions/{document['id']}").json()
        return scored

    def close_competition(self) -> None:
        """Set the deadline to now."""
        self.context.rules.set(self.key, deadline=datetime.now(UTC))


def form_token(browser: TestClient, path: str = "/submissions") -> str:
    """Return the CSRF token in the forms of a page."""
    return browser.get(path).text.partition('name="form_token" value="')[2].partition('"')[0]


def _right_answer(truth: str, task: str) -> str:
    if truth in ("None", ""):
        return ""
    return truth if task == "retrieval" else f"{truth} 0.9"
