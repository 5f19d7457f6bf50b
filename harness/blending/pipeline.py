"""A blend from beginning to end: found, weighed, fused, held to what the site accepts, and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.blending.fusion import FusionMethod, fuse_answers, normalise_weights
from harness.blending.inputs import BlendInput, find_inputs, load_answers
from harness.blending.weights import FoldWeights, find_weights, fold_answers
from harness.data.competition import Competition
from harness.delivery.final_file import FinalFile, write_final_file
from harness.delivery.sidecar import file_sha256
from harness.errors import SubmissionError
from harness.running.versions import versions
from harness.submissions.read_write import write_submission
from harness.workspace import Workspace
from metrics import Task


@dataclass(frozen=True)
class Blend:
    """What a blend is made of. `found` says how its weights were found, where they were; they need not sum to 1."""

    inputs: tuple[BlendInput, ...]
    weights: tuple[float, ...]
    method: FusionMethod
    k: float
    fold_weights: FoldWeights | None = None

    @property
    def task(self) -> Task:
        """Return the task that all ingredients answer."""
        return self.inputs[0].task


def plan_blend(
    names: Sequence[str],
    competition: Competition,
    workspace: Workspace,
    method: FusionMethod,
    weights: str = "equal",
    k: float = 60.0,
    task: Task | None = None,
) -> Blend:
    """Return the blend of files and finished runs; `weights` is `equal`, `folds`, or numbers such as `0.6,0.4`.

    Raises HarnessError for names, weights and tasks that do not go together.
    """
    if len(names) < 2:
        raise SubmissionError(f"{len(names)} answers cannot be blended; name two or more")
    parts = find_inputs(names, competition, workspace, task)
    found = None
    if weights == "folds":
        found = find_weights([each.name for each in parts], fold_answers(parts, competition, workspace), method, k)
    numbers = found.weights if found else _numbers(weights, len(parts))
    normalise_weights(numbers, len(parts))
    return Blend(tuple(parts), tuple(numbers), method, k, found)


def write_blend(blend: Blend, out: Path, competition: Competition) -> tuple[FinalFile, int]:
    """Write the blended submission and its sidecar; return what was written and how many queries are answered."""
    answer = fuse_answers(load_answers(blend.inputs, competition), blend.weights, blend.method, blend.k)
    facts = {
        "competition": competition.name,
        "competition_key": competition.key,
        "task": blend.task,
        "blend": blend.method,
        "k": blend.k,
        "ingredients": [_facts(part, weight) for part, weight in zip(blend.inputs, blend.weights, strict=True)],
        "weights_found_on_folds": blend.fold_weights is not None,
        "versions": versions(),
    }
    with TemporaryDirectory() as folder:
        source = Path(folder) / "blend.csv"
        write_submission(answer, source)
        return write_final_file(source, out, competition, blend.task, facts), int(answer.has_answer.sum())


def _numbers(weights: str, count: int) -> list[float]:
    if weights == "equal":
        return [1.0] * count
    try:
        return [float(each) for each in weights.split(",")]
    except ValueError:
        raise SubmissionError(
            f"{weights!r} are no weights; write equal, folds, or a number for each answer: 0.6,0.4"
        ) from None


def _facts(part: BlendInput, weight: float) -> dict[str, object]:
    return {
        "name": part.name,
        "weight": weight,
        "sha256": file_sha256(part.path),
        "entry": part.entry and part.entry.id,
        "run_key": part.entry and part.entry.run_key,
    }
