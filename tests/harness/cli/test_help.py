"""The help of every command has an example that the command line can parse."""

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from harness.cli.main import app

GROUP = typer.main.get_command(app)


def leaves(context: Any, command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the words and the command of every command that is no group."""
    if not hasattr(command, "list_commands"):
        yield words, command
        return
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        yield from leaves(type(context)(inner, parent=context, info_name=name), inner, (*words, name))


def root() -> Any:
    return GROUP.make_context("landmark", [], resilient_parsing=True)


COMMANDS = dict(leaves(root(), GROUP))


def examples(help_text: str) -> list[str]:
    """Return the lines of the paragraphs that begin with `Example`."""
    paragraphs = help_text.split("\n\n")
    return [line.strip() for text in paragraphs if text.startswith("\b\nExample") for line in text.splitlines()[2:]]


def parse(words: list[str]) -> None:
    """Parse the arguments of a command without running it; an error is raised as by the command line."""
    context, command = root(), GROUP
    while hasattr(command, "list_commands"):
        name, command, words = command.resolve_command(context, words)
        context = (
            command.make_context(name, [*words], parent=context)
            if not hasattr(command, "list_commands")
            else (type(context)(command, parent=context, info_name=name))
        )


@pytest.mark.parametrize("words", list(COMMANDS), ids=" ".join)
def test_the_help_has_an_example_that_can_be_pasted(words: tuple[str, ...]) -> None:
    found = examples(COMMANDS[words].help)
    assert found, "add a paragraph to the docstring: Example: landmark …"
    assert any(example.startswith(f"landmark {' '.join(words)}") for example in found)
    for example in found:
        assert len(example) <= 76, "a terminal would wrap it"
        first, *rest = shlex.split(example)
        assert first == "landmark"
        parse(rest)


def test_an_example_that_does_not_parse_is_noticed() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse(["run", "hash", "--on", "demo", "--no-such-option"])
