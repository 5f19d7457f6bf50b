"""What a table of folds was made from, stored beside it with digests: a damaged table is noticed and made again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from harness.atomic_files import write_atomically
from harness.regular_file import open_regular, read_json

_LARGEST = 10_000  # bytes of a record


@dataclass(frozen=True)
class FoldsRecord:
    """The number of folds and the seed that they were dealt by (None if unknown), and the digest of their table."""

    count: int
    seed: int | None
    table: str

    def save(self, table: Path) -> None:
        """Write the record beside a table."""
        text = json.dumps({**vars(self), "digest": self.digest()}, indent=1)
        write_atomically(table.with_suffix(".json"), text)

    def fits(self, table: Path) -> bool:
        """Return whether the table is the one that was saved."""
        try:
            return table_digest(table) == self.table
        except OSError:
            return False

    def digest(self) -> str:
        """Return the digest of all fields."""
        return sha256(json.dumps([self.count, self.seed, self.table]).encode()).hexdigest()


def read_record(table: Path) -> FoldsRecord | None:
    """Return the record of a table, None if it is missing or damaged."""
    try:
        stored = read_json(table.with_suffix(".json"), _LARGEST)
        record = FoldsRecord(stored["count"], stored["seed"], stored["table"])
        return record if stored["digest"] == record.digest() else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def table_digest(table: Path) -> str:
    """Return the SHA-256 of a table; OSError if it is no regular file."""
    digest = sha256()
    with open_regular(table) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
