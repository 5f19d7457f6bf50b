"""Selections of queries, such as those inside a lasso, stored by the digest of their ids."""

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Self

from harness.web.data.stored_content import read_content, write_content
from harness.workspace import Workspace

MAX_SELECTED = 120_000  # queries
_DIGEST = re.compile(r"[0-9a-f]{40}")


class SelectionStore:
    """Selections in a folder; the digest of one is its name in addresses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        """Return the selections of a workspace."""
        return cls(workspace.folder / "serving" / "selections")

    def save(self, ids: Sequence[str]) -> str:
        """Store at most MAX_SELECTED query ids; return their digest."""
        content = json.dumps(list(ids[:MAX_SELECTED])).encode()
        digest = sha256(content).hexdigest()[:40]
        path = self._folder / digest
        if not path.is_file():
            write_content(path, content)
        return digest

    def load(self, digest: str) -> tuple[str, ...] | None:
        """Return the query ids of a selection; None for an unknown digest and for text that is none."""
        if not _DIGEST.fullmatch(digest):
            return None
        content = read_content(self._folder / digest)
        return None if content is None else tuple(json.loads(content))
