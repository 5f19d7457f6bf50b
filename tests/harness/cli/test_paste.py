"""Tests of `harness.cli._paste` and `harness.running.shell_text`."""

import shlex
from pathlib import Path

import pytest

from harness.cli._paste import pasteable, program_words
from harness.running.shell_text import quote


def test_the_program_is_named_as_a_shell_here_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "bin" / "landmark"
    script.parent.mkdir()
    monkeypatch.setattr("sys.executable", str(script.with_name("python")))
    monkeypatch.setenv("PATH", str(script.parent))
    assert program_words() == [str(script.with_name("python")), "-m", "landmark"]
    script.write_text("")
    script.chmod(0o755)
    assert program_words() == ["landmark"]
    monkeypatch.setenv("PATH", "/nowhere")
    assert program_words() == [str(script)]
    monkeypatch.chdir(tmp_path)
    assert program_words() == ["bin/landmark"]


@pytest.mark.parametrize("word", ["hash", "hash(kind='dct')", "a b", "", "it's $HOME", "`ls`", "a\nb", "!x'", "\\'"])
def test_a_shell_reads_a_quoted_word_as_it_is(word: str) -> None:
    assert shlex.split(quote(word)) == [word]


def test_a_command_names_the_folder_and_the_workspace_as_given() -> None:
    command = pasteable("run", "hash(kind='dct')", on=Path("my data"), workspace_dir=Path("ws"))
    assert command.endswith("landmark run \"hash(kind='dct')\" --on 'my data' --workspace ws")
    assert pasteable("serve", on=Path("demo")).endswith("landmark serve --on demo")
