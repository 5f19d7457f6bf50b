"""What a workspace holds: entries with their scores and submissions, and temporary files."""

import json
import re
import shutil
import sqlite3
import tempfile
from collections import Counter
from hashlib import sha256
from pathlib import Path

from tests.torture.part import Fault

Results = dict[tuple[str, str, str], tuple[str, str]]  # (identity, split, seed) -> (scores, digest of the submission)
_TEMPORARY = re.compile(r"\.[0-9a-f]{16}(\.|$)|\.tmp|tmp[a-z0-9_]{8}")


def entries_of(workspace: Path) -> list[dict[str, object]]:
    """Return the rows of the table of entries, the earliest first; none if there is no database yet."""
    with tempfile.TemporaryDirectory() as folder:
        for file in workspace.glob("leaderboard.db*"):
            shutil.copy(file, folder)
        path = Path(folder) / "leaderboard.db"
        if not path.is_file() or not path.stat().st_size:
            return []
        with sqlite3.connect(path) as connection:
            connection.row_factory = sqlite3.Row
            has_table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'entries'").fetchone()
            rows = [dict(row) for row in connection.execute("SELECT * FROM entries ORDER BY id")] if has_table else []
        connection.close()
        return rows


def results_of(workspace: Path) -> Results:
    """Return the scored entries."""
    return {
        _name(row): (_scores(row), _digest(str(row["submission"])))
        for row in entries_of(workspace)
        if row["status"] != "failed"
    }


def _name(row: dict[str, object]) -> tuple[str, str, str]:
    return str(row["identity"]), str(row["split"]), str(row["seed"])


def _scores(row: dict[str, object]) -> str:
    return json.dumps(json.loads(str(row["scores"])), sort_keys=True)


def _digest(path: str) -> str:
    try:
        return sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        return str(error.strerror)


def compare_results(workspace: Path, expected: Results, *, once: bool = True) -> list[Fault]:
    """Return what is lost, differs, stands twice or failed, compared with the results of an undisturbed command."""
    rows, faults = entries_of(workspace), []
    present = results_of(workspace)
    for name, result in expected.items():
        if name not in present:
            faults.append(Fault("lost", f"no entry of {', '.join(name)}"))
        elif present[name] != result:
            faults.append(Fault("lost", f"the entry of {', '.join(name)} differs: {present[name]} instead of {result}"))
    counts = Counter(_name(row) for row in rows if row["status"] != "failed")
    if once:
        faults += [
            Fault("lost", f"{count} entries of {', '.join(name)}") for name, count in counts.items() if count > 1
        ]
    faults += [
        Fault("lost", f"entered as failed: {row['identity']}: {row['reason']}")
        for row in rows
        if row["status"] == "failed"
    ]
    return faults


def temporary_files(folder: Path) -> list[Fault]:
    """Return a fault for each temporary file in a folder."""
    names = [str(path.relative_to(folder)) for path in folder.rglob("*") if _TEMPORARY.search(path.name)]
    return [Fault("left behind", f"temporary file {name}") for name in names]
