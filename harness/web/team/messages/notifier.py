"""Threads of the server that send the messages that are due. They never delay the scoring, which has own processes."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread

from harness.web.team.messages.config import MessageConfig
from harness.web.team.messages.content import confirmation_text, mail_text, submission_document
from harness.web.team.messages.destination import DestinationError
from harness.web.team.messages.mail import send_mail
from harness.web.team.messages.webhook import send_webhook
from leaderboard.errors import StoreError, TeamError
from leaderboard.storage.database import Database
from leaderboard.storage.store import EntryStore
from leaderboard.team.deliveries import Delivery, DeliveryQueue
from leaderboard.team.submissions import Submissions

LOG = logging.getLogger("landmark")
POLL_INTERVAL_S = 2.0
THREADS = 3  # an address that does not answer leaves threads to the others


class Notifier:
    """Sends messages about the submissions of a database; `names` has the names of its competitions by key."""

    def __init__(self, database: Database, config: MessageConfig, names: Mapping[str, str]) -> None:
        self._queue, self._config, self._names = DeliveryQueue(database), config, names
        self._submissions, self._store = Submissions(database), EntryStore(database)

    def send_due(self) -> int:
        """Queue messages about finished submissions, and send what is due; return the number of attempts."""
        count = 0
        self._queue.add_finished(datetime.now(UTC))
        while (delivery := self._queue.take(datetime.now(UTC))) is not None:
            self._queue.finish(delivery, datetime.now(UTC), self._attempt(delivery))
            count += 1
        return count

    def _attempt(self, delivery: Delivery) -> str | None:
        """Send a message; return the error, None if it was delivered."""
        try:
            self._send(delivery)
        except (DestinationError, TeamError) as error:
            return str(error)
        except StoreError:
            raise
        except Exception:
            LOG.exception("message %s", delivery.id)
            return "an error of the server"
        return None

    def _send(self, delivery: Delivery) -> None:
        contact = delivery.contact
        if delivery.submission is None:
            if contact.code is not None:
                self._mail(contact.address, confirmation_text(contact.code))
            return
        submission = self._submissions.find(delivery.submission)
        if submission is None:
            return
        entry = self._store.by_ids([submission.entry]).get(submission.entry) if submission.entry is not None else None
        name = self._names.get(submission.competition, submission.competition)
        document = submission_document(submission, entry, name, delivery.status)
        if contact.kind == "webhook":
            send_webhook(contact.address, contact.secret, document, self._config.networks)
        else:
            self._mail(contact.address, mail_text(document))

    def _mail(self, address: str, content: tuple[str, str]) -> None:
        if self._config.mail is None:
            raise DestinationError("this server sends no mail")
        send_mail(self._config.mail, address, *content)


@contextmanager
def running_notifier(notifier: Notifier, threads: int = THREADS) -> Iterator[None]:
    """Send messages from threads during the block."""
    stopped = Event()
    for _ in range(threads):
        Thread(target=_run, args=(notifier, stopped), daemon=True).start()
    try:
        yield
    finally:
        stopped.set()


def _run(notifier: Notifier, stopped: Event) -> None:
    while not stopped.wait(POLL_INTERVAL_S):
        try:
            notifier.send_due()
        except StoreError as error:
            LOG.warning("messages: %s", error)
