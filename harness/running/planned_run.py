"""A run before it starts: its job, and the key that covers everything its result depends on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from pkgutil import iter_modules

import metrics
from harness.code_digest import class_digest, imports_digest
from harness.data.competition import Competition
from harness.data.split import Split
from harness.running.environment import environment_facts
from harness.running.outcome import RunJob
from harness.running.versions import versions
from harness.solution.base import Solution, identity, solution_name
from harness.solution.spec import split_spec
from harness.workspace import Workspace

# These modules and all that they import are the code that a result depends on.
_METRICS = [f"metrics.{module.name}" for module in iter_modules(metrics.__path__) if not module.ispkg]
RESULT_MODULES = ("harness", "harness.running.runner", "harness.running.worker", "metrics", *_METRICS)


@dataclass(frozen=True)
class PlannedRun:
    """A solution on a split. `key` is a digest of everything that the result depends on.

    `name` is that of its variant in a TOML file, if it has one.
    """

    solution: str
    identity: str
    job: RunJob
    split: str
    key: str
    code_version: str
    notes: tuple[str, ...] = ()  # on its inputs
    name: str = ""


def plan_run(
    competition: Competition,
    workspace: Workspace,
    spec: str,
    solution: Solution,
    split: Split,
    *,
    fold: int | None,
    seed: int,
    queries: Sequence[int] | None,
) -> PlannedRun:
    """Return the run of a solution on a split: a fold, or the test images, or those of them in the rows `queries`."""
    name = split_spec(spec)[0]
    spec = spec.replace(name, str(Path(name).resolve()), 1) if name.endswith(".py") else spec
    rows = None if queries is None else tuple(queries)
    folder = str(competition.folder.resolve())
    job = RunJob(folder, str(workspace.folder), spec, solution.task, fold, seed, rows)
    code = sha256((class_digest(type(solution)) + imports_digest(*RESULT_MODULES)).encode()).hexdigest()
    facts = [
        identity(solution),
        job.task,
        split.name,
        seed,
        code,
        versions(),
        environment_facts(solution),
        *_data_digests(competition, solution, split),
    ]
    key = sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    notes = tuple(solution.input_notes(split.data, split.queries))
    return PlannedRun(solution_name(type(solution)), identity(solution), job, split.name, key, code, notes)


def _data_digests(competition: Competition, solution: Solution, split: Split) -> list[str]:
    """Return the digests of the competition's tables, of the three image sets of a run, and of further inputs."""
    fingerprints = [each.fingerprint for each in (split.data.train, split.data.index, split.queries)]
    return [competition.key, *fingerprints, *solution.input_digests(split.data, split.queries)]
