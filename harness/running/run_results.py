"""What a run has left in its folder when all its processes have ended: checked, completed and stored by the parent."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.data.split import Split
from harness.data.store.use_record import FILE as DESCRIPTORS
from harness.errors import SubmissionError
from harness.running.answer_file import load_answer
from harness.running.dependencies.recorder import READS
from harness.running.measured_stages import measured_stages
from harness.running.outcome import Outcome, run_file_digest
from harness.running.run_folder import ANSWER, CHUNKS, JOB, LOCK, LOG, OUTCOME, SUBMISSION, RunFileError, remove_all
from harness.running.versions import versions
from harness.submissions.answer import Answer, Ranking
from harness.submissions.finalise import finalise
from harness.submissions.list_length import whole_index_lists
from harness.submissions.read_write import write_submission
from harness.supervision.process_end import ProcessEnd
from leaderboard import Coverage
from metrics import Task

_RESULTS = frozenset({OUTCOME, ANSWER, LOG, JOB, CHUNKS, LOCK, READS, DESCRIPTORS})
_BEFORE = frozenset({CHUNKS, LOCK, READS})


def prepare_folder(folder: Path) -> None:
    """Remove what an earlier attempt has left in a run's folder, except answers to chunks and what they depend on."""
    remove_all(folder, but=_BEFORE)


def collect_outcome(folder: Path, task: Task, split: Split, end: ProcessEnd) -> Outcome | None:
    """Return the outcome of a run whose processes have ended, and store it; None if it left none.

    The answer is checked, the submission is written from it, and costs are those that were measured. A run that left
    files that are no valid ones has failed, with the reason. A file that cannot be written is a failure of the place.
    """
    remove_all(folder, but=_RESULTS)
    if not (folder / OUTCOME).exists():
        return None
    try:
        outcome = Outcome.load(folder)
        if outcome.reason is None:
            outcome = _finish(outcome, folder, _final_answer(folder, task, split))
    except RunFileError as error:
        outcome = Outcome(f"left no valid outcome: {error}")
    except SubmissionError as error:
        return Outcome(str(error), kind="place")
    own_versions = versions() | ({"sandbox": end.note} if end.note else {})
    stages = measured_stages(outcome.stages, end)
    outcome = replace(outcome, stages=stages, versions={**outcome.versions, **own_versions})
    try:
        outcome.save(folder)
    except OSError as error:
        return Outcome(f"{folder / OUTCOME}: cannot be written: {error.strerror}", kind="place")
    return outcome


def _final_answer(folder: Path, task: Task, split: Split) -> Answer:
    """Return the answer of a finished run; RunFileError unless it is one that a run writes after all checks."""
    answer = load_answer(folder / ANSWER, split.queries.ids, split.data.index.ids)
    if answer.task != task:
        raise RunFileError(f"{ANSWER} has an answer to the other task, {answer.task}")
    try:
        with whole_index_lists(split.ranks_whole_index):
            final = finalise(answer, split.data)
    except SubmissionError as error:
        raise RunFileError(f"{ANSWER}: {error}") from None
    if (
        isinstance(answer, Ranking)
        and isinstance(final, Ranking)
        and not np.array_equal(answer.positions, final.positions)
    ):
        raise RunFileError(f"{ANSWER} has rankings with gaps, with the query itself, or of another length")
    return answer


def _finish(outcome: Outcome, folder: Path, answer: Answer) -> Outcome:
    """Return the outcome with what follows from the answer, and write the submission; SubmissionError if that fails."""
    write_submission(answer, folder / SUBMISSION)
    return replace(
        outcome,
        coverage=_coverage(answer, outcome.coverage),
        digest=run_file_digest(folder / SUBMISSION),
        answer_digest=run_file_digest(folder / ANSWER),
        examples=outcome.examples[:20],
    )


def _coverage(answer: Answer, reported: Coverage | None) -> Coverage:
    """Return the coverage of an answer; only the number of failed queries is the word of the run."""
    n_queries, answered = len(answer.query_ids), int(answer.answered.sum())
    failed = min(reported.failed if reported else 0, n_queries - answered)
    return Coverage(n_queries, answered, n_queries - answered - failed, failed)
