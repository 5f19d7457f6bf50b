"""Run the commands and the code of docs/hashes.md in order, on a small competition, and compare what they print."""

import re
import shlex
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests.cli import run_command
from tests.factories.competitions import make_competition

PAGE = Path(__file__).parents[1].joinpath("docs/hashes.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(python|console)\n(.*?)```\n(?:\n```text\n(.*?)```)?", PAGE, re.DOTALL)


def output_of(command: str) -> str:
    """Return what a command prints on standard output."""
    program, *words = shlex.split(command)
    assert program == "landmark"
    result = run_command(*words)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


def require_similar(expected: str, output: str) -> None:
    """Require an output that a page shows with … for any text."""
    pattern = ".*".join(map(re.escape, expected.strip().split("…")))
    assert re.fullmatch(pattern, output.strip(), re.DOTALL), output


@pytest.mark.usefixtures("workspace")
def test_the_commands_and_the_code_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_competition(tmp_path / "demo", size=40)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for kind, text, expected in BLOCKS:
        if kind == "console":
            for command, shown in re.findall(r"\$ (.*?)\n((?:(?!\$ ).*\n)*)", text):
                require_similar(shown, output_of(command))
            continue
        with redirect_stdout(StringIO()) as output:
            exec(text, names)
        require_similar(expected, output.getvalue())
    assert [kind for kind, *_ in BLOCKS].count("console") == 4


def test_the_page_names_every_kind_and_column() -> None:
    from solutions.hashing.hashes.kinds import SYNONYMS

    for kind, names in SYNONYMS.items():
        assert f"| `{names[0]}` | `'{kind}'` |" in PAGE
