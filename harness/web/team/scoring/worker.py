"""The process that scores what teams hand in: `python -m harness.web.team.scoring.worker`; it reads its orders from stdin.

It ends with the server, as its standard input ends then. What it was scoring is scored again by the next.
"""

from __future__ import annotations

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
from harness.web.team.scoring.ladder import laddered
from harness.web.team.scoring.score_file import RejectedError, Scored, scored
from leaderboard.errors import StoreError
from leaderboard.storage.database import Database
from leaderboard.storage.store import EntryStore
from leaderboard.team.queue import LEASE, Claim, Queue
from leaderboard.team.rules import RuleBook

LOG = logging.getLogger("landmark.worker")
PAUSE_S = 0.5  # between two looks at an empty queue
PATIENCE_S = 600.0  # that a result waits for a database which has gone away
TIMEOUT_S = 900  # of one submission


@dataclass(frozen=True)
class Orders:
    """What a worker needs to know: the database, the files, and the folders of competitions by their keys."""

    database: str
    uploads: str
    folders: Mapping[str, str]
    unpacked: int  # bytes

    def line(self) -> str:
        """Return the orders as a worker reads them."""
        return json.dumps(asdict(self)) + "\n"


class Worker:
    """Scores one submission after the other."""

    def __init__(self, orders: Orders) -> None:
        database = Database(orders.database)
        self._orders, self._queue, self._store = orders, Queue(database), EntryStore(database)
        self._rules = RuleBook(database)

    def work(self) -> bool:
        """Return whether a submission was waiting; it has its score now, or the reason why it has none."""
        claim = self._queue.claim(datetime.now(UTC))
        if claim is None:
            return False
        with self._renewing(claim):
            self._settle(claim)
        return True

    def _settle(self, claim: Claim) -> None:
        submission = claim.submission
        try:
            folder = Path(self._orders.folders[submission.competition])
            file = Path(self._orders.uploads) / submission.id
            result = scored(submission, file, folder, folder.resolve().name, self._orders.unpacked)
        except RejectedError as error:
            report = error.report
            patiently(lambda: self._queue.reject(claim, report))
        except KeyError:
            patiently(lambda: self._queue.fail(claim, "this server does not know the competition any more"))
        except (HarnessError, OSError, MemoryError) as error:
            LOG.exception("submission %s", submission.id)
            reason = f"the server could not score it ({type(error).__name__}); an admin can have it tried again"
            patiently(lambda: self._queue.fail(claim, reason))
        else:
            patiently(lambda: self._enter(claim, result))

    def _enter(self, claim: Claim, result: Scored) -> None:
        entry, released = result.entry, None
        if self._rules.of(claim.submission.competition).ladder:
            entry, released = laddered(result, self._queue.last_released(claim.submission), self._store)
        ids = result.evaluation.query_ids.tolist()
        self._queue.enter(claim, entry, result.per_query, ids, result.report, released)

    @contextmanager
    def _renewing(self, claim: Claim) -> Iterator[None]:
        """Hold a claim, and end the process where one submission takes too long."""
        done = Event()
        signal.alarm(TIMEOUT_S)
        renewal = Thread(target=_renew, args=(self._queue, claim, done), daemon=True)
        renewal.start()
        try:
            yield
        finally:
            done.set()
            renewal.join()
            signal.alarm(0)


def patiently(write: Callable[[], object], pause_s: float = 2.0) -> None:
    """Write to the database, again and again while that has gone away, for PATIENCE_S."""
    begun = time.monotonic()
    while True:
        try:
            write()
        except StoreError as error:
            if time.monotonic() - begun > PATIENCE_S:
                raise
            LOG.warning("%s", error)
            time.sleep(pause_s)
        else:
            return


def work_for_good(orders: Orders) -> None:
    """Score what comes; where the database has gone away, wait for it."""
    worker = None
    while True:
        try:
            worker = worker or Worker(orders)
            if not worker.work():
                time.sleep(PAUSE_S)
        except StoreError as error:
            LOG.warning("%s", error)
            time.sleep(4 * PAUSE_S)


def main() -> None:
    """Work until the server that has started this process ends."""
    logging.basicConfig(format="worker: %(message)s")
    orders = Orders(**json.loads(sys.stdin.readline()))
    Thread(target=_end_with_server, daemon=True).start()
    os.nice(10)
    work_for_good(orders)


def _end_with_server() -> None:
    sys.stdin.read()
    os._exit(0)


def _renew(queue: Queue, claim: Claim, done: Event) -> None:
    while not done.wait(LEASE.total_seconds() / 3):
        try:
            queue.renew(claim, datetime.now(UTC))
        except StoreError as error:
            LOG.warning("%s", error)


if __name__ == "__main__":
    main()
