"""Blend answers: find the inputs, choose weights, fuse, validate and write the submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.blending.fusion import FusionMethod, fuse_answers, normalise_weights
from harness.blending.inputs import BlendInput, find_inputs, load_answers
from harness.blending.weights import FoldWeights, find_weights, fold_answers
from harness.data.competition import Competition
from harness.delivery.final_file import FinalFile, write_final_file
from harness.delivery.sidecar import file_sha256
from harness.errors import SubmissionError
from harness.running.versions import versions
from harness.submissions.list_length import whole_index_lists
from harness.submissions.read_write import write_submission
from harness.temporary_files import temporary_folder
from harness.workspace import Workspace
from metrics import Task


@dataclass(frozen=True)
class Blend:
    """A blend before it is computed. Weights need not sum to 1; `fold_weights` is None if they were given."""

    inputs: tuple[BlendInput, ...]
    weights: tuple[float, ...]
    method: FusionMethod
    k: float
    fold_weights: FoldWeights | None = None

    @property
    def task(self) -> Task:
        """Return the task of the inputs."""
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

    Raises HarnessError for unknown names, and for weights or tasks that do not fit them.
    """
    if len(names) < 2:
        raise SubmissionError(f"{len(names)} answers cannot be blended; name two or more")
    inputs = find_inputs(names, competition, workspace, task)
    fold_weights = None
    if weights == "folds":
        answers = fold_answers(inputs, competition, workspace)
        fold_weights = find_weights([each.name for each in inputs], answers, method, k)
    numbers = fold_weights.weights if fold_weights else _parse_weights(weights, len(inputs))
    normalise_weights(numbers, len(inputs))
    return Blend(tuple(inputs), tuple(numbers), method, k, fold_weights)


def write_blend(blend: Blend, out: Path, competition: Competition) -> tuple[FinalFile, int]:
    """Write the blended submission and its sidecar; return the file and the number of answered queries."""
    with whole_index_lists(blend.task == "retrieval" and competition.ranks_whole_index):
        answer = fuse_answers(load_answers(blend.inputs, competition), blend.weights, blend.method, blend.k)
    facts = {
        "competition": competition.name,
        "competition_key": competition.key,
        "task": blend.task,
        "blend": blend.method,
        "k": blend.k,
        "ingredients": [_input_facts(each, weight) for each, weight in zip(blend.inputs, blend.weights, strict=True)],
        "weights_found_on_folds": blend.fold_weights is not None,
        "versions": versions(),
    }
    with temporary_folder() as folder:
        source = Path(folder) / "blend.csv"
        write_submission(answer, source)
        return write_final_file(source, out, competition, blend.task, facts), int(answer.answered.sum())


def _parse_weights(weights: str, count: int) -> list[float]:
    if weights == "equal":
        return [1.0] * count
    try:
        return [float(each) for each in weights.split(",")]
    except ValueError:
        raise SubmissionError(
            f"{weights!r} are not weights; write equal, folds, or a number for each answer: 0.6,0.4"
        ) from None


def _input_facts(each: BlendInput, weight: float) -> dict[str, object]:
    return {
        "name": each.name,
        "weight": weight,
        "sha256": file_sha256(each.path),
        "entry": each.entry and each.entry.id,
        "run_key": each.entry and each.entry.run_key,
    }
