"""A solution with a known optimum for tests of tuning, and instant runs of it with computed scores."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from harness.running import planned_run
from harness.running.description import descriptions
from harness.running.description.describe import describe
from harness.running.outcome import Outcome
from harness.running.planned_run import PlannedRun
from harness.running.runner import Runner, RunResult
from harness.solution.spec import split_spec
from leaderboard import Entry, Stage
from tests.factories.entries import make_entry

SLOPE = '''"""The best parameters are x = 0.3 and the good kind."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, TrainingData


@dataclass
class Slope(Retrieval):
    x: Annotated[float, Span(0, 1)] = 0.9  # distance from 0.3 lowers the score
    kind: Literal["good", "bad"] = "bad"
    n: Annotated[int | None, Among(None, 4, 5)] = None  # 5 fails, 4 is refused with the bad kind
    other: int = 3  # has no effect

    def __post_init__(self) -> None:
        if self.n == 4 and self.kind == "bad":
            raise ValueError("n=4 is for the good kind")

    def fit(self, data: TrainingData) -> None:
        self.index = data.index
        if self.n == 5:
            raise ValueError("five is too much")

    def rank(self, queries: ImageSet) -> Ranking:
        order = np.roll(np.arange(len(self.index)), int(10 * abs(self.x - 0.3)))
        return Ranking.from_positions(np.tile(order, (len(queries), 1)), queries.ids, self.index.ids)
'''
DEFAULTS = {"x": 0.9, "kind": "bad"}
QUERIES = 20


def write_slope(folder: Path) -> Path:
    """Write the solution `slope` and return its path."""
    path = folder / "slope.py"
    path.write_text(SLOPE, encoding="utf-8")
    return path


def query_scores(spec: str, split: str) -> np.ndarray:
    """Return the score of each query of a split."""
    values = DEFAULTS | split_spec(spec)[1]
    noise = np.random.default_rng(list(split.encode())).normal(0, 0.05, QUERIES)
    return 0.9 - abs(values["x"] - 0.3) - 0.2 * (values["kind"] == "bad") + noise


class QuickRuns:
    """Replaces `Runner.run`. `executed` lists the runs without an entry; after `stop` of them it raises an interrupt."""

    def __init__(self) -> None:
        self.executed: list[PlannedRun] = []
        self.stop: int | None = None

    def __call__(
        self, runner: Runner, runs: Sequence[PlannedRun], jobs: int | None = None, listeners: object = None
    ) -> Iterator[RunResult]:
        for run in runs if jobs in (None, 1) else runs[::-1]:
            entry = runner.entries.find(run.key)
            if entry is None and len(self.executed) == self.stop:
                raise KeyboardInterrupt
            if entry is None:
                self.executed.append(run)
            stored = entry or self.add_entry(runner, run)
            yield RunResult(stored, Outcome(None), executed=entry is None, key=run.key)

    def add_entry(self, runner: Runner, run: PlannedRun) -> Entry:
        entry = make_entry(
            run.identity,
            competition=runner.competition.key,
            competition_name=runner.competition.name,
            task=run.job.task,
            split=run.split,
            solution=run.solution,
            seed=run.job.seed,
            stages=(Stage("rank", 0.5, 0.5, 1.0),),
            run_key=run.key,
            created=datetime.now(UTC),
        )
        if split_spec(run.job.spec)[1].get("n") == 5:
            return runner.entries.add(replace(entry, status="failed", reason="five is too much"))
        values = query_scores(run.job.spec, run.split)
        scores = {"map@100": float(values.mean()), "mean_first_hit@100": float(100 - 99 * values.mean())}
        per_query = {"map@100": values, "mean_first_hit@100": 100 - 99 * values}
        return runner.entries.add(
            replace(entry, scores={"all": scores}), per_query, [f"q{number}" for number in range(QUERIES)]
        )


@pytest.fixture
def quick_runs(monkeypatch: pytest.MonkeyPatch) -> QuickRuns:
    """Replace `Runner.run` by runs with computed scores, and describe `slope.py` in this process."""
    runs = QuickRuns()
    monkeypatch.setattr(descriptions, "describe_plugin", lambda solution, specs, *_: [*describe(solution, specs)])
    monkeypatch.setattr(planned_run, "imports_digest", lambda *names: "the same")
    monkeypatch.setattr(Runner, "run", lambda self, *args, **named: runs(self, *args, **named))
    monkeypatch.setattr(Runner, "reusable_key", lambda self, run: run.key if self.entries.find(run.key) else None)
    return runs
