"""The documents name files and commands that exist, and options that those commands have."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from harness.cli.main import app
from harness.solution.registry import available_solutions

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "solutions" / "README.md")
    if path.name != "CHANGELOG.md"
)
COMMANDS = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
APP = typer.main.get_command(app)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
KNOWN = {
    *available_solutions(Path("none")),
    *(name.split(".")[-1] for name in PROJECT["entry-points"]["landmark.commands"]),
}
CONTEXT = APP.make_context("landmark", ["--help"], resilient_parsing=True)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_in_a_document_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:benchmarks|docs|harness|leaderboard|metrics|solutions|tests|tools)/[\w./]*)`", text)
    links = re.findall(r"\]\(([\w./-]+)(?:#[\w-]*)?\)", text)
    missing = [path for path in paths if not (ROOT / path).exists()]
    missing += [link for link in links if not (ROOT / document).parent.joinpath(link).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_in_a_document_exists_with_its_options(document: str) -> None:
    lines = command_lines((ROOT / document).read_text(encoding="utf-8"))
    unknown = [(line, word) for line in lines for word in unknown_words(shlex.split(line, comments=True)[1:])]
    assert not unknown


def command_lines(text: str) -> Iterator[str]:
    """Yield the commands of `landmark` in the code of a document; a backslash continues a line."""
    text = re.sub(r" *\\\n\s*", " ", text)
    for line in re.findall(r"^(?:    |\$ )(.*)$|`(landmark [^`\n]+)`", text, re.MULTILINE):
        yield from (
            part.strip() for part in re.split(r"&&|;|\|", "".join(line)) if part.strip().startswith("landmark ")
        )


def unknown_words(words: list[str]) -> list[str]:
    """Return the first word after `landmark` that is no command, or else the options that its command does not have."""
    command, words = APP, list(words)
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        if name.startswith("--") or name.isupper() or name in KNOWN:
            return []
        command = command.get_command(CONTEXT, name)
        if command is None:
            return [name]
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return [word for word in words if re.match("--?[a-z]", word) and word not in options | {"--help"}]


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        (["rum"], ["rum"]),
        (["run", "--onn", "x"], ["--onn"]),
        (["data", "makke"], ["makke"]),
        (["run", "--on", "x"], []),
    ],
)
def test_a_command_or_option_that_does_not_exist_is_unknown(words: list[str], unknown: list[str]) -> None:
    assert unknown_words(words) == unknown


def test_every_command_is_in_the_list() -> None:
    for name, command in APP.commands.items():
        assert f"landmark {name}" in COMMANDS
        for inner in getattr(command, "commands", {}):
            assert inner == "show" or f"landmark {name} {inner}" in COMMANDS
        assert command.help, name


def test_every_plug_in_command_is_in_the_list() -> None:
    for name in PROJECT["entry-points"]["landmark.commands"]:
        assert f"landmark {name.replace('.', ' ')}" in COMMANDS


def test_the_readme_has_at_most_150_lines_and_the_list_of_documents_has_all() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / "docs/README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(path.name for path in ROOT.glob("docs/*.md") if path.name != "README.md")


def test_the_retry_of_database_writes_is_where_the_architecture_page_says() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    file, name = re.search(r"retry of database writes.*`([\w/.]+)`, `(\w+)`", page).groups()
    assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")
