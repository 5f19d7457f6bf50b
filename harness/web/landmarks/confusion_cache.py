"""The confused landmarks of entries: computed once in the background, and stored in the workspace."""

import json
import logging
from hashlib import sha256
from pathlib import Path
from threading import Event, Lock, Thread

from harness.web.context import Site
from harness.web.data.stored_content import read_content, write_content
from harness.web.landmarks.confusion import ConfusionPairs
from harness.web.lru import LruCache
from leaderboard import Entry

VERSION = 1  # of the stored pairs
PATIENCE_S = 0.25  # for which a page waits
LOG = logging.getLogger("landmark")


class ConfusionCache:
    """Confused pairs by entry, in memory and in a folder; computed one entry at a time."""

    def __init__(self) -> None:
        self._pairs: LruCache[ConfusionPairs] = LruCache(64)
        self._running: dict[tuple[Site, int | None], Event] = {}
        self._lock, self._turn = Lock(), Lock()

    def find(self, site: Site, entry: Entry) -> ConfusionPairs | None:
        """Return the pairs of an entry that has landmarks; None while they are being computed.

        Raises DataError if a file of the entry is missing.
        """
        key = (site, entry.id)
        known = self._pairs.peek(key)
        if known is not None:
            return known
        with self._lock:
            event = self._running.get(key)
            if event is None:
                event = self._running[key] = Event()
                Thread(target=self._compute, args=(site, entry, event), daemon=True).start()
        event.wait(PATIENCE_S)
        return self._pairs.peek(key)

    def _compute(self, site: Site, entry: Entry, event: Event) -> None:
        key = (site, entry.id)
        try:
            with self._turn:
                self._pairs.get(key, lambda: _load_or_count(site, entry))
        except Exception:
            LOG.exception("the confused landmarks of entry %s could not be computed", entry.id)
            self._pairs.get(key, lambda: ConfusionPairs.from_bytes(b""))  # type: ignore[arg-type, return-value]
        finally:
            event.set()
            with self._lock:
                self._running.pop(key, None)


def _load_or_count(site: Site, entry: Entry) -> ConfusionPairs:
    path = _stored_path(site, entry)
    content = read_content(path)
    stored = None if content is None else ConfusionPairs.from_bytes(content)
    if stored is not None:
        return stored
    analysis = site.analyses.analysis(entry)
    assert analysis.landmarks is not None
    pairs = ConfusionPairs.count(analysis.wrong_landmarks, analysis.landmarks)
    write_content(path, pairs.to_bytes())
    return pairs


def _stored_path(site: Site, entry: Entry) -> Path:
    """Return the file for the pairs of an entry; its name changes with the submission and the ground truth."""
    submission = site.analyses.submission(entry)
    stat = submission.stat() if submission else None
    facts = [VERSION, entry.competition, entry.split, entry.id, stat and [stat.st_size, stat.st_mtime_ns]]
    return site.workspace.folder / "serving" / "confusion" / sha256(json.dumps(facts).encode()).hexdigest()[:40]
