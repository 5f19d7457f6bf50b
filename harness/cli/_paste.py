"""Commands that a user can paste into a shell."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from harness.running.shell_text import quote


def pasteable(*words: str, on: Path | None = None, workspace_dir: Path | None = None) -> str:
    """Return `landmark` with some words, the competition's folder and the workspace, as one types it in this folder."""
    place = ["--on", str(on)] if on else []
    place += ["--workspace", str(workspace_dir)] if workspace_dir else []
    return " ".join(map(quote, [*program_words(), *words, *place]))


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
