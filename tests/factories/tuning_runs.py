"""A solution to tune whose optimum is known, and runs of it that are scored without running."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from harness.running import runner as run
from harness.running.outcome import Outcome
from harness.running.runner import PlannedRun, Runner, RunResult
from harness.solution.spec import split_spec
from leaderboard import Entry, Stage
from tests.factories.entries import make_entry

SLOPE = '''"""Best at x = 0.3, of the good kind."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, TrainingData


@dataclass
class Slope(Retrieval):
    x: Annotated[float, Span(0, 1)] = 0.9  # along the slope
    kind: Literal["good", "bad"] = "bad"
    n: Annotated[int | None, Among(None, 4, 5)] = None  # 5 fails, 4 is refused with the bad kind
    other: int = 3  # of no meaning

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
    """Return the path of the solution."""
    path = folder / "slope.py"
    path.write_text(SLOPE, encoding="utf-8")
    return path


def height(spec: str, split: str) -> np.ndarray:
    """Return what each query of a split gets."""
    values = DEFAULTS | split_spec(spec)[1]
    noise = np.random.default_rng(list(split.encode())).normal(0, 0.05, QUERIES)
    return 0.9 - abs(values["x"] - 0.3) - 0.2 * (values["kind"] == "bad") + noise


class QuickRuns:
    """Takes the place of `Runner.run`; `asked` are the runs that were no repetition, `stop` is after how many it ends."""

    def __init__(self) -> None:
        self.asked: list[PlannedRun] = []
        self.stop: int | None = None

    def __call__(
        self, runner: Runner, runs: Sequence[PlannedRun], jobs: int | None = None, watch: object = None
    ) -> Iterator[RunResult]:
        for each in runs if jobs in (None, 1) else runs[::-1]:
            found = runner.entries.find(each.key)
            if found is None and len(self.asked) == self.stop:
                raise KeyboardInterrupt
            if found is None:
                self.asked.append(each)
            yield RunResult(found or self.entered(runner, each), Outcome(None), executed=found is None)

    def entered(self, runner: Runner, of: PlannedRun) -> Entry:
        entry = make_entry(
            of.identity,
            competition=runner.competition.key,
            competition_name=runner.competition.name,
            task=of.job.task,
            split=of.split,
            solution=of.solution,
            seed=of.job.seed,
            stages=(Stage("rank", 0.5, 0.5, 1.0),),
            run_key=of.key,
            created=datetime.now(UTC),
        )
        if split_spec(of.job.spec)[1].get("n") == 5:
            return runner.entries.add(replace(entry, status="failed", reason="five is too much"))
        values = height(of.job.spec, of.split)
        scores = {"map@100": float(values.mean()), "mean_first_hit@100": float(100 - 99 * values.mean())}
        kept = {"map@100": values, "mean_first_hit@100": 100 - 99 * values}
        return runner.entries.add(
            replace(entry, scores={"all": scores}), kept, [f"q{number}" for number in range(QUERIES)]
        )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> QuickRuns:
    """Runs on folds that take no time."""
    runs = QuickRuns()
    monkeypatch.setattr(run, "imports_digest", lambda *names: "the same")
    monkeypatch.setattr(Runner, "run", lambda self, *args, **named: runs(self, *args, **named))
    return runs
