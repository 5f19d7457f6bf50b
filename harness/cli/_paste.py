"""Commands that a user can paste into a shell."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def pasteable(*words: str, on: Path | None = None, workspace_dir: Path | None = None) -> str:
    """Return `landmark` with some words, the competition's folder and the workspace, as one types it in this folder."""
    place = ["--on", str(on)] if on else []
    place += ["--workspace", str(workspace_dir)] if workspace_dir else []
    return " ".join(map(quote, [*program_words(), *words, *place]))


def quote(word: str) -> str:
    """Return a word as a shell reads it, in double quotes if it has only single ones.

    >>> print(quote("hash(kind='dct')"), quote("a b"), quote("hash"))
    "hash(kind='dct')" 'a b' hash
    """
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\!\n') else shlex.quote(word)


def program_words() -> list[str]:
    """Return the words by which a shell in this folder starts this program."""
    script = Path(sys.executable).with_name("landmark")
    found = shutil.which("landmark")
    if found and Path(found).resolve() == script.resolve():
        return ["landmark"]
    if not script.exists():
        return [sys.executable, "-m", "landmark"]
    below = script.is_relative_to(Path.cwd())
    return [str(script.relative_to(Path.cwd()) if below else script)]
