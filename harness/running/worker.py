"""One run in a process of its own: load, fit, answer chunk by chunk, write. `python -m harness.running.worker FOLDER`.

The folder holds the task. The process ends with the one that started it, and what a solution prints goes to its log.
"""

import errno
import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from harness.atomic_files import write_atomically
from harness.cores import cores, limit_cores
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
    load_answer,
    save_answer,
    submission_digest,
)
from harness.running.resource_usage import StageRecorder
from harness.running.run_job import RunJob
from harness.running.sandbox import block_file_access
from harness.running.versions import versions
from harness.solution.base import Retrieval, Solution
from harness.solution.registry import load_solution
from harness.submissions.answer import Answer, concatenate_answers
from harness.submissions.finalise import finalise, validate_answer
from harness.submissions.read_write import write_submission
from harness.workspace import Workspace
from leaderboard import Coverage

_CHUNK = 1024  # queries asked about at a time, at most
_WORTH_KEEPING_S = 0.1  # a chunk that is answered sooner is answered again as fast as it would be read
_LIBRARY = {"site-packages", f"python{sys.version_info.major}.{sys.version_info.minor}"}  # in the paths of others' code
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_SIMILARITIES = 1 << 26  # similarities that a chunk may have with the whole index


def main(folder: Path) -> None:
    """Do the task in the folder and leave the outcome there, whatever happens."""
    task = RunJob(**json.loads((folder / JOB).read_text(encoding="utf-8")))
    _end_with_parent()
    random.seed(task.seed)
    np.random.seed(task.seed % 2**32)  # noqa: NPY002 (for solutions that draw from it)
    stages = StageRecorder()
    with send_progress_to(_teller(folder)):
        _run(task, folder, stages).save(folder)


def _run(task: RunJob, folder: Path, stages: StageRecorder) -> Outcome:
    try:
        with stages.measure("load"):
            split, solution = _loaded(task)
        with stages.measure("fit"):
            solution.fit(split.data)
        with stages.measure("rank" if isinstance(solution, Retrieval) else "recognise"):
            answer = _answered(solution, split, folder / CHUNKS)
        with stages.measure("write"):
            answer = finalise(answer, split.data)
            save_answer(folder / ANSWER, answer)
            write_submission(answer, folder / SUBMISSION)
    except BaseException as error:  # noqa: BLE001 (a solution may do anything; the row says what)
        traceback.print_exc()
        return Outcome(_reason(error), tuple(stages.stages))
    return _outcome(answer, split, stages, submission_digest(folder))


def _loaded(task: RunJob) -> tuple[Split, Solution]:
    workspace = Workspace.open(Path(task.workspace))
    competition = Competition.open(Path(task.folder), workspace.descriptors)
    folds = workspace.folds_file(competition.key)
    if task.fold is None:
        split = own_split(competition, task.task, task.seed, with_truth=False)
    else:
        split = fold_split(competition, load_folds(folds), task.fold, task.task, task.seed)
    block_file_access([*competition.folder.glob("*.csv"), folds, workspace.database])
    solution = load_solution(task.spec, workspace.register)
    return Split(split.name, split.data, split.queries, None), solution


def _answered(solution: Solution, split: Split, store: Path) -> Answer:
    """Return the answers to all queries; each chunk that took a while is kept on disk until the run is whole."""
    store.mkdir(exist_ok=True)
    queries, index = split.queries, split.data.index
    chunks = list(_chunks(len(queries), solution.chunk or _chunk_size(len(queries), len(index))))
    with threadpool_limits(limits=1 if len(chunks) > 1 else None):
        results = Parallel(n_jobs=cores(), prefer="threads", return_as="generator")(
            delayed(_chunk_answer)(
                solution, queries[chunk], index, store / f"{chunk.start}-{chunk.stop}.npz", len(chunks)
            )
            for chunk in chunks
        )
        what = "ranking" if isinstance(solution, Retrieval) else "recognising"
        return concatenate_answers(list(track(results, what, len(queries), weigh=lambda answer: len(answer.query_ids))))


def _chunk_size(n_queries: int, n_index: int) -> int:
    """Return a number of queries that keeps every core busy and a matrix of similarities in memory."""
    fair = -(-n_queries // (4 * cores()))
    return max(1, min(_CHUNK, fair, max(16, _SIMILARITIES // max(1, n_index))))


def _chunks(n: int, size: int) -> Iterator[slice]:
    yield from (slice(start, min(start + size, n)) for start in range(0, n, size))
    if not n:
        yield slice(0, 0)


def _chunk_answer(solution: Solution, queries: ImageSet, index: ImageSet, path: Path, n_chunks: int) -> Answer:
    if path.exists():
        return load_answer(path, queries.ids, index.ids)
    begun = time.monotonic()
    with limit_cores(1 if n_chunks > 1 else cores()):
        answer = validate_answer(_asked(solution, queries), queries, index, solution.task)
    if time.monotonic() - begun > _WORTH_KEEPING_S:
        save_answer(path, answer)
    return answer


def _asked(solution: Solution, queries: ImageSet) -> object:
    try:
        return solution.rank(queries) if isinstance(solution, Retrieval) else solution.recognise(queries)  # type: ignore[attr-defined]
    except Exception as error:
        raise SolutionError(_reason(error)) from error  # here, as the thread's own frames do not reach the main thread


def _outcome(answer: Answer, split: Split, stages: StageRecorder, digest: str) -> Outcome:
    unread = split.queries.found_undecodable
    broken = sorted(split.data.train.found_undecodable | split.data.index.found_undecodable | unread)
    failed = ~answer.has_answer & np.array([query in unread for query in answer.query_ids], bool)
    counts = int(answer.has_answer.sum()), int((~answer.has_answer & ~failed).sum()), int(failed.sum())
    coverage = Coverage(len(failed), *counts)
    return Outcome(None, tuple(stages.stages), coverage, len(broken), tuple(broken[:20]), versions(), digest)


def _reason(error: BaseException) -> str:
    """Return the error in one line, with the line of the solution that it came from."""
    if isinstance(error, HarnessError):
        return str(error)
    if isinstance(error, SystemExit):
        return f"it called exit({error.code})"
    if isinstance(error, OSError) and error.errno in _DISK:
        return f"{error.filename or 'the workspace'}: {error.strerror}; make room, or choose another workspace"
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((each for each in reversed(frames) if not _LIBRARY & set(Path(each.filename).parts)), frames[-1])
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text} ({Path(frame.filename).name}, line {frame.lineno})"


def _teller(folder: Path) -> ProgressListener:
    """Return a listener that leaves the progress in the folder for the process that watches."""

    def tell(what: str, done: int, total: int | None) -> None:
        write_atomically(folder / PROGRESS, json.dumps({"what": what, "done": done, "total": total}))

    return tell


def _end_with_parent() -> None:
    """End this process and what it started when the other end of its standard input is closed; nobody else reads it."""
    pipe = os.dup(0)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)

    def wait() -> None:
        while os.read(pipe, 1):
            pass
        if hasattr(os, "killpg"):
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # the outcome is written: no thread that a solution left running can hold it up
