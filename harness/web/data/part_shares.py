"""The shares of the public and the private queries of competitions, stored in the workspace.

Of a large ground truth it takes a second to read them.
"""

import json

from harness.data.competition import Competition
from harness.data.ground_truth import part_shares
from harness.web.data.stored_content import read_content, write_content
from harness.web.lru import LruCache
from harness.workspace import Workspace
from metrics import Task


class ShareCache:
    """The shares by competition and task; they are read again when the competition's tables change."""

    def __init__(self, workspace: Workspace) -> None:
        self._folder = workspace.folder / "serving" / "shares"
        self._cache: LruCache[dict[str, float]] = LruCache(64)

    def get(self, competition: Competition, task: Task) -> dict[str, float]:
        """Return the public and the private share of the scored queries, in [0, 1]; empty without ground truth."""
        return self._cache.get((competition.key, task), lambda: self._read(competition, task))

    def _read(self, competition: Competition, task: Task) -> dict[str, float]:
        file = self._folder / f"{competition.key}-{task}.json"
        content = read_content(file)
        if content is not None:
            stored: dict[str, float] = json.loads(content)
            return stored
        shares = part_shares(competition.folder, task)
        write_content(file, json.dumps(shares).encode())
        return shares
