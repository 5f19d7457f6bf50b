"""A run before it starts: its job, and the key that covers everything its result depends on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from pkgutil import iter_modules

import metrics
from harness.code_digest import class_digest, imports_digest
from harness.data.competition import Competition
from harness.data.split import Split
from harness.digest_cache import workspace_digests
from harness.running.description.descriptions import SolutionDescriptions
from harness.running.description.inputs import input_facts
from harness.running.environment import environment_facts
from harness.running.outcome import RunJob
from harness.running.versions import versions
from harness.solution.description import ConfiguredSolution
from harness.solution.registry import RegisteredSolution, find_solution
from harness.solution.spec import split_spec
from harness.workspace import Workspace

# These modules and all that they import are the code that a result depends on.
_METRICS = [f"metrics.{module.name}" for module in iter_modules(metrics.__path__) if not module.ispkg]
RESULT_MODULES = (
    "harness",
    "harness.running.runner",
    "harness.running.job_execution",
    "harness.running.worker",
    "metrics",
    *_METRICS,
)


@dataclass(frozen=True)
class PlannedRun:
    """A solution on a split. `key` is a digest of `facts`: of all that the result depends on and that is known before.

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
    facts: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    inputs: Split = field(repr=False, compare=False, kw_only=True)  # without the ground truth


def plan_run(
    competition: Competition,
    workspace: Workspace,
    configured: ConfiguredSolution,
    descriptions: SolutionDescriptions,
    split: Split,
    *,
    fold: int | None,
    seed: int,
    queries: Sequence[int] | None,
) -> PlannedRun:
    """Return the run of a solution on a split: a fold, or the test images, or those of them in the rows `queries`."""
    spec, name = configured.spec, split_spec(configured.spec)[0]
    solution = find_solution(name, workspace.register)
    spec = spec.replace(name, str(Path(name).resolve()), 1) if name.endswith(".py") else spec
    rows = None if queries is None else tuple(queries)
    folder = str(competition.folder.resolve())
    job = RunJob(folder, str(workspace.folder), spec, configured.task, fold, seed, rows)
    code = sha256((_code_digest(configured, solution) + imports_digest(*RESULT_MODULES)).encode()).hexdigest()
    inputs = input_facts(configured, solution, job, split, descriptions.limits, descriptions.sandbox)
    facts = {
        "solution": configured.identity,
        "task": job.task,
        "split": split.name,
        "seed": str(seed),
        "the code": code,
        **versions(),
        **environment_facts(configured.values, workspace_digests(workspace.folder)),
        **_data_digests(competition, split),
        "the inputs": sha256(json.dumps([*inputs.digests]).encode()).hexdigest(),
    }
    key = sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return PlannedRun(
        configured.name,
        configured.identity,
        job,
        split.name,
        key,
        code,
        inputs.notes,
        facts=facts,
        inputs=replace(split, ground_truth=None),
    )


def _code_digest(configured: ConfiguredSolution, solution: RegisteredSolution) -> str:
    """Return the digest of a solution's code: of a built-in one now, of a plug-in as its own process computed it."""
    return class_digest(solution.load()) if solution.is_built_in else configured.solution.code


def _data_digests(competition: Competition, split: Split) -> dict[str, str]:
    """Return the digests of the competition's tables and of the three image sets of a run."""
    images = {"train": split.data.train, "index": split.data.index, "test": split.queries}
    fingerprints = {f"the {part} images": each.fingerprint for part, each in images.items()}
    return {"the tables": competition.key, **fingerprints}
