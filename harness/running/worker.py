"""Execute one run in its own process: load, fit, answer chunk by chunk, write.

`python -m harness.running.worker FOLDER` reads the job from the folder. The process ends with its parent, and its
standard output goes to the log of the run.
"""

import errno
import json
import os
import random
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from harness.atomic_files import write_atomically
from harness.cpu_budget import cores, limit_cores
from harness.data.competition import Competition
from harness.data.image_set import ImageSet
from harness.data.split import Split, fold_split, load_folds, own_split
from harness.errors import HarnessError, SolutionError
from harness.progress import ProgressListener, send_progress_to, track
from harness.running.outcome import (
    ANSWER,
    CHUNKS,
    JOB,
    PROGRESS,
    SUBMISSION,
    Outcome,
    RunJob,
    load_answer,
    save_answer,
    submission_digest,
)
from harness.running.process_tree import end_with_parent
from harness.running.resource_usage import StageRecorder
from harness.running.sandbox import block_file_access, tables_to_block
from harness.running.versions import run_versions
from harness.solution.base import Retrieval, Solution
from harness.solution.registry import load_solution
from harness.submissions.answer import Answer, concatenate_answers
from harness.submissions.finalise import finalise, validate_answer
from harness.submissions.list_length import whole_index_lists
from harness.submissions.read_write import write_submission
from harness.workspace import Workspace
from leaderboard import Coverage

_CHUNK = 1024  # queries in a chunk, at most
_MIN_SAVED_S = 0.1  # the answer of a faster chunk is not saved: to compute it again takes no longer than to read it
_LIBRARY = {"site-packages", f"python{sys.version_info.major}.{sys.version_info.minor}"}  # path parts of installed code
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_SIMILARITIES = 1 << 26  # query-index pairs of a chunk, at most


def main(folder: Path) -> None:
    """Execute the job in a folder and write the outcome there, also if the solution fails."""
    job = RunJob(**json.loads((folder / JOB).read_text(encoding="utf-8")))
    end_with_parent()
    random.seed(job.seed)
    np.random.seed(job.seed % 2**32)  # noqa: NPY002 (some solutions use the global generator)
    recorder = StageRecorder()
    with send_progress_to(_progress_writer(folder)):
        _run(job, folder, recorder).save(folder)


def _run(job: RunJob, folder: Path, recorder: StageRecorder) -> Outcome:
    try:
        with recorder.measure("load"):
            split, solution = load(job)
        with whole_index_lists(split.ranks_whole_index):
            answer = _write_answer(solution, split, folder, recorder)
    except BaseException as error:  # noqa: BLE001 (a solution may raise anything; the entry names it)
        traceback.print_exc()
        return Outcome(_reason(error), tuple(recorder.stages))
    return _outcome(answer, split, recorder, submission_digest(folder))


def _write_answer(solution: Solution, split: Split, folder: Path, recorder: StageRecorder) -> Answer:
    """Fit the solution, ask it for all answers, and write them to the folder; return them."""
    with recorder.measure("fit"):
        solution.fit(split.data)
    with recorder.measure("rank" if isinstance(solution, Retrieval) else "recognise"):
        answer = answer_all(solution, split, folder / CHUNKS)
    with recorder.measure("write"):
        answer = finalise(answer, split.data)
        save_answer(folder / ANSWER, answer)
        write_submission(answer, folder / SUBMISSION)
    return answer


def load(job: RunJob) -> tuple[Split, Solution]:
    """Return the split without its ground truth, and the solution; from now on the tables cannot be opened."""
    workspace = Workspace.open(Path(job.workspace))
    competition = Competition.open(Path(job.folder), workspace.descriptors)
    folds = workspace.folds_file(competition.key)
    if job.fold is None:
        split = own_split(competition, job.task, job.seed, with_truth=False)
    else:
        split = fold_split(competition, load_folds(folds), job.fold, job.task, job.seed)
    block_file_access([*tables_to_block(competition.folder, job.spec), folds, workspace.database])
    solution = load_solution(job.spec, workspace.register)
    queries = split.queries if job.queries is None else split.queries[np.array(job.queries, int)]
    return replace(split, queries=queries, ground_truth=None), solution


def answer_all(solution: Solution, split: Split, chunk_folder: Path) -> Answer:
    """Return the answer to all queries. Slow chunks are saved, so that an interrupted run can resume."""
    chunk_folder.mkdir(exist_ok=True)
    queries, index = split.queries, split.data.index
    n, size = len(queries), solution.chunk or _chunk_size(len(queries), len(index))
    chunks = [slice(start, min(start + size, n)) for start in range(0, max(1, n), size)]  # an empty one of no queries
    with threadpool_limits(limits=1 if len(chunks) > 1 else None):
        results = Parallel(n_jobs=cores(), prefer="threads", return_as="generator")(
            delayed(_answer_chunk)(
                solution, queries[chunk], index, chunk_folder / f"{chunk.start}-{chunk.stop}.npz", len(chunks)
            )
            for chunk in chunks
        )
        what = "ranking" if isinstance(solution, Retrieval) else "recognising"
        return concatenate_answers(list(track(results, what, len(queries), weigh=lambda answer: len(answer.query_ids))))


def _chunk_size(n_queries: int, n_index: int) -> int:
    """Return the queries per chunk: few enough to use every core and to hold a similarity matrix in memory."""
    per_core = -(-n_queries // (4 * cores()))
    return max(1, min(_CHUNK, per_core, max(16, _SIMILARITIES // max(1, n_index))))


def _answer_chunk(solution: Solution, queries: ImageSet, index: ImageSet, path: Path, n_chunks: int) -> Answer:
    if path.exists():
        return load_answer(path, queries.ids, index.ids)
    started = time.monotonic()
    with limit_cores(1 if n_chunks > 1 else cores()):
        answer = validate_answer(ask(solution, queries), queries, index, solution.task)
    if time.monotonic() - started > _MIN_SAVED_S:
        save_answer(path, answer)
    return answer


def ask(solution: Solution, queries: ImageSet) -> object:
    """Return what the solution answers to the queries; raise SolutionError with the reason if it fails."""
    try:
        return solution.rank(queries) if isinstance(solution, Retrieval) else solution.recognise(queries)  # type: ignore[attr-defined]
    except Exception as error:
        raise SolutionError(_reason(error)) from error  # the main thread does not see the frames of this thread


def _outcome(answer: Answer, split: Split, recorder: StageRecorder, digest: str) -> Outcome:
    undecodable_queries = split.queries.found_undecodable
    undecodable = sorted(split.data.train.found_undecodable | split.data.index.found_undecodable | undecodable_queries)
    failed = ~answer.answered & np.array([query in undecodable_queries for query in answer.query_ids], bool)
    counts = int(answer.answered.sum()), int((~answer.answered & ~failed).sum()), int(failed.sum())
    coverage = Coverage(len(failed), *counts)
    stages, examples = tuple(recorder.stages), tuple(undecodable[:20])
    return Outcome(None, stages, coverage, len(undecodable), examples, run_versions(), digest)


def _reason(error: BaseException) -> str:
    """Return the error in one line, with the line of the solution that raised it."""
    if isinstance(error, HarnessError):
        return str(error)
    if isinstance(error, SystemExit):
        return f"it called exit({error.code})"
    if isinstance(error, OSError) and error.errno in _DISK:
        return f"{error.filename or 'the workspace'}: {error.strerror}; make room, or choose another workspace"
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((f for f in reversed(frames) if not _LIBRARY & set(Path(f.filename).parts)), frames[-1])
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text} ({Path(frame.filename).name}, line {frame.lineno})"


def _progress_writer(folder: Path) -> ProgressListener:
    """Return a listener that writes the progress to the folder, where the parent process reads it."""

    def write(what: str, done: int, total: int | None) -> None:
        write_atomically(folder / PROGRESS, json.dumps({"what": what, "done": done, "total": total}))

    return write


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # do not wait for threads that the solution left running
