"""Execute one run in its own process: load, fit, answer chunk by chunk, write."""

import random
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from harness.cpu_budget import cores, limit_cores
from harness.data.image_set import ImageSet
from harness.data.split import Split
from harness.data.store.use_record import save_uses
from harness.errors import SolutionError
from harness.progress import send_progress_to, track
from harness.running.answer_file import load_answer, save_answer
from harness.running.dependencies.recorder import DependencyRecorder
from harness.running.failure_reason import failure_reason
from harness.running.outcome import Outcome, RunJob
from harness.running.resource_usage import StageRecorder
from harness.running.run_folder import ANSWER, CHUNKS, RunFileError
from harness.running.run_progress import send_progress
from harness.running.versions import run_versions, versions
from harness.solution.base import Retrieval, Solution
from harness.solution.registry import load_solution
from harness.submissions.answer import Answer, concatenate_answers
from harness.submissions.finalise import finalise, validate_answer
from harness.submissions.list_length import whole_index_lists
from harness.supervision.messages import send_message
from harness.workspace import Workspace
from leaderboard import Coverage

_CHUNK = 1024  # queries in a chunk, at most
_MIN_SAVED_S = 0.1  # the answer of a faster chunk is not saved: to compute it again takes no longer than to read it
_SIMILARITIES = 1 << 26  # query-index pairs of a chunk, at most


def execute(job: RunJob, split: Split, folder: Path, sandbox: str) -> None:
    """Execute a job in its folder and write the outcome there, also if the solution fails.

    `sandbox` says what keeps the process from other files; the outcome names it.
    """
    random.seed(job.seed)
    np.random.seed(job.seed % 2**32)  # noqa: NPY002 (some solutions use the global generator)
    recorder = StageRecorder()
    send_message(f"start {time.process_time()} {sandbox}")  # before a line of the solution
    reads = DependencyRecorder(folder)
    reads.start()
    with send_progress_to(send_progress):
        outcome = _run(job, split, folder, recorder, reads)
    replace(outcome, versions={**(outcome.versions or versions()), "sandbox": sandbox}).save(folder)
    send_message("done")


def _run(job: RunJob, split: Split, folder: Path, recorder: StageRecorder, reads: DependencyRecorder) -> Outcome:
    try:
        with recorder.measure("load"):
            solution = load_solution(job.spec, Workspace(Path(job.workspace)).register)
        with whole_index_lists(split.ranks_whole_index):
            answer = _write_answer(solution, split, folder, recorder, reads)
        reads.save()
        save_uses(folder)
    except BaseException as error:  # noqa: BLE001 (a solution may raise anything; the entry names it)
        traceback.print_exc()
        return Outcome(failure_reason(error), tuple(recorder.stages))
    return _outcome(answer, split, recorder)


def _write_answer(
    solution: Solution, split: Split, folder: Path, recorder: StageRecorder, reads: DependencyRecorder
) -> Answer:
    """Fit the solution, ask it for all answers, and write them to the folder; return them.

    The parent writes the submission, when it has checked the answer.
    """
    with recorder.measure("fit"):
        solution.fit(split.data)
    with recorder.measure("rank" if isinstance(solution, Retrieval) else "recognise"):
        answer = answer_all(solution, split, folder / CHUNKS, reads.save)
    with recorder.measure("write"):
        answer = finalise(answer, split.data)
        save_answer(folder / ANSWER, answer)
    return answer


def answer_all(
    solution: Solution, split: Split, chunk_folder: Path, save_reads: Callable[[], object] = lambda: None
) -> Answer:
    """Return the answer to all queries. Slow chunks are saved, so that an interrupted run can resume.

    `save_reads` is called before a chunk is saved: it stores what the answer depends on.
    """
    chunk_folder.mkdir(exist_ok=True)
    queries, index = split.queries, split.data.index
    n, size = len(queries), solution.chunk or _chunk_size(len(queries), len(index))
    chunks = [slice(start, min(start + size, n)) for start in range(0, max(1, n), size)]  # an empty one of no queries
    with threadpool_limits(limits=1 if len(chunks) > 1 else None):
        results = Parallel(n_jobs=cores(), prefer="threads", return_as="generator")(
            delayed(_answer_chunk)(
                *(solution, queries[chunk], index, chunk_folder / f"{chunk.start}-{chunk.stop}.npz"),
                n_chunks=len(chunks),
                save_reads=save_reads,
            )
            for chunk in chunks
        )
        what = "ranking" if isinstance(solution, Retrieval) else "recognising"
        return concatenate_answers(list(track(results, what, len(queries), weigh=lambda answer: len(answer.query_ids))))


def _chunk_size(n_queries: int, n_index: int) -> int:
    """Return the queries per chunk: few enough to use every core and to hold a similarity matrix in memory."""
    per_core = -(-n_queries // (4 * cores()))
    return max(1, min(_CHUNK, per_core, max(16, _SIMILARITIES // max(1, n_index))))


def _answer_chunk(
    solution: Solution,
    queries: ImageSet,
    index: ImageSet,
    path: Path,
    *,
    n_chunks: int,
    save_reads: Callable[[], object],
) -> Answer:
    with suppress(RunFileError):  # it is missing, or damaged
        return load_answer(path, queries.ids, index.ids)
    started = time.monotonic()
    with limit_cores(1 if n_chunks > 1 else cores()):
        answer = validate_answer(ask(solution, queries), queries, index, solution.task)
    if time.monotonic() - started > _MIN_SAVED_S:
        save_reads()
        save_answer(path, answer)
    return answer


def ask(solution: Solution, queries: ImageSet) -> object:
    """Return what the solution answers to the queries; raise SolutionError with the reason if it fails."""
    try:
        return solution.rank(queries) if isinstance(solution, Retrieval) else solution.recognise(queries)  # type: ignore[attr-defined]
    except Exception as error:
        raise SolutionError(failure_reason(error)) from error  # the main thread does not see the frames of this thread


def _outcome(answer: Answer, split: Split, recorder: StageRecorder) -> Outcome:
    undecodable_queries = split.queries.found_undecodable
    undecodable = sorted(split.data.train.found_undecodable | split.data.index.found_undecodable | undecodable_queries)
    failed = ~answer.answered & np.array([query in undecodable_queries for query in answer.query_ids], bool)
    counts = int(answer.answered.sum()), int((~answer.answered & ~failed).sum()), int(failed.sum())
    coverage = Coverage(len(failed), *counts)
    stages, examples = tuple(recorder.stages), tuple(undecodable[:20])
    return Outcome(None, stages, coverage, len(undecodable), examples, run_versions())
