"""The process that scores submissions: `python -m harness.web.team.scoring.worker`.

It reads its configuration from stdin, and exits when the server exits, because that closes its stdin. The next worker
scores an unfinished submission again. A submission whose scoring takes too much processor time or memory ends this
process; the supervisor counts that against its file.
"""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from harness.errors import HarnessError
from harness.web.team.scoring.budget import cpu_seconds
from harness.web.team.scoring.limits import limit_memory, limited_cpu
from harness.web.team.scoring.score_file import RejectedError, ScoredFile, apply_ladder, score_upload
from leaderboard.errors import StoreError
from leaderboard.storage.database import Database
from leaderboard.storage.store import EntryStore
from leaderboard.team.queue import LEASE, Claim, SubmissionQueue
from leaderboard.team.rules import RulesStore

LOG = logging.getLogger("landmark.worker")
POLL_INTERVAL_S = 0.5  # while the queue is empty
RETRY_LIMIT_S = 600.0  # for which a write is retried while the database is unreachable
STALLED_S = 3_600  # after which a submission that takes no processor time is scored by another worker


@dataclass(frozen=True)
class WorkerConfig:
    """Configuration of a worker: database URL, upload folder, competition folders by key, and the size limit.

    `name` is part of the worker's claims, at most 16 characters.
    """

    database: str
    uploads: str
    folders: Mapping[str, str]
    max_unpacked_bytes: int
    name: str = ""

    def to_line(self) -> str:
        """Return the configuration as one line of JSON."""
        return json.dumps(asdict(self)) + "\n"


class ScoringWorker:
    """Scores submissions one at a time."""

    def __init__(self, config: WorkerConfig) -> None:
        database = Database(config.database)
        self._config, self._queue, self._store = config, SubmissionQueue(database), EntryStore(database)
        self._rules = RulesStore(database)

    def score_next(self) -> bool:
        """Score the next submission, or record why it cannot be scored; returns False if the queue is empty."""
        claim = self._queue.claim(datetime.now(UTC), self._config.folders, self._config.name)
        if claim is None:
            return False
        with self._renewed(claim):
            self._score_claim(claim)
        return True

    def _score_claim(self, claim: Claim) -> None:
        submission = claim.submission
        folder, file = Path(self._config.folders[submission.competition]), self._file(claim)
        try:
            with file.open("rb"):
                pass
            with limited_cpu(cpu_seconds(file)):
                result = score_upload(submission, file, folder, folder.resolve().name, self._config.max_unpacked_bytes)
        except RejectedError as error:
            report = error.report
            retry_while_db_down(lambda: self._queue.reject(claim, report))
        except (HarnessError, OSError) as error:
            LOG.error("submission %s: %s", submission.id, error)  # noqa: TRY400 (one line: no bug)
            lost = isinstance(error, FileNotFoundError) and not file.exists()
            why = "the server has lost the file: submit it again" if lost else "the server could not score the file yet"
            retry_while_db_down(lambda: self._queue.postpone(claim, why, datetime.now(UTC)))
        except StoreError:
            raise
        except Exception as error:
            LOG.exception("submission %s", submission.id)
            crash = f"raised {type(error).__name__}"
            retry_while_db_down(lambda: self._queue.release(claim.secret, datetime.now(UTC), crash))
        else:
            retry_while_db_down(lambda: self._enter(claim, result))

    def _file(self, claim: Claim) -> Path:
        return Path(self._config.uploads) / claim.submission.id

    def _enter(self, claim: Claim, result: ScoredFile) -> None:
        entry, released = result.entry, None
        if self._rules.get(claim.submission.competition).ladder:
            entry, released = apply_ladder(result, self._queue.last_released(claim.submission), self._store)
        ids = result.evaluation.query_ids.tolist()
        self._queue.enter(claim, entry, result.per_query, ids, result.report, released)

    @contextmanager
    def _renewed(self, claim: Claim) -> Iterator[None]:
        """Renew a claim during the block; end this process if the block takes longer than STALLED_S."""
        done = Event()
        signal.alarm(STALLED_S)
        renewal = Thread(target=_renew, args=(self._queue, claim, done), daemon=True)
        renewal.start()
        try:
            yield
        finally:
            done.set()
            renewal.join()
            signal.alarm(0)


def retry_while_db_down(write: Callable[[], object], pause_s: float = 2.0) -> None:
    """Retry a database write every `pause_s` seconds while the database is unreachable, for up to RETRY_LIMIT_S."""
    begun = time.monotonic()
    while True:
        try:
            write()
        except StoreError as error:
            if time.monotonic() - begun > RETRY_LIMIT_S:
                raise
            LOG.warning("%s", error)
            time.sleep(pause_s)
        else:
            return


def run_forever(config: WorkerConfig) -> None:
    """Score submissions as they arrive; waits while the database is unreachable."""
    worker = None
    while True:
        try:
            worker = worker or ScoringWorker(config)
            if not worker.score_next():
                time.sleep(POLL_INTERVAL_S)
        except StoreError as error:
            LOG.warning("%s", error)
            time.sleep(4 * POLL_INTERVAL_S)


def main() -> None:
    """Run the worker until the server that started this process exits."""
    logging.basicConfig(format="worker: %(message)s")
    config = WorkerConfig(**json.loads(sys.stdin.readline()))
    Thread(target=_exit_with_server, daemon=True).start()
    os.nice(10)
    limit_memory()
    run_forever(config)


def _exit_with_server() -> None:
    sys.stdin.read()
    os._exit(0)


def _renew(queue: SubmissionQueue, claim: Claim, done: Event) -> None:
    while not done.wait(LEASE.total_seconds() / 3):
        try:
            queue.renew(claim, datetime.now(UTC))
        except StoreError as error:
            LOG.warning("%s", error)


if __name__ == "__main__":
    main()
