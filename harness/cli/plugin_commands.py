"""Plug-in commands: entry points of the group `landmark.commands` in installed packages.

An entry point names a function or, for a group of commands, a `typer.Typer`; `data.show` is the command `show` of the
group `data`. It is imported when it is called or listed, so its module should import heavy dependencies in functions.
A command that takes a `typer.Context` finds `CommandContext` in its `obj`.
"""

from __future__ import annotations

import re
import sys
from contextlib import redirect_stdout
from functools import cache
from inspect import getdoc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from harness.atomic_files import require_writable
from harness.cli import _open, _output
from harness.progress import send_progress_to
from harness.progress_display import progress

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_GROUP = "landmark.commands"
_EXAMPLE = re.compile(r"(?P<before>.*?) ?(?P<label>Examples?(, [^:]*)?): (?P<commands>landmark .*)")
_AS_IT_IS = "\b\n"  # Typer keeps the line breaks of a paragraph that begins so


class CommandContext:
    """The API of plug-in commands, in `typer.Context.obj`: open a competition, print, write files."""

    open_competition = staticmethod(_open.open_competition)
    print_json = staticmethod(_output.print_json)
    progress = staticmethod(progress)
    heard_by = staticmethod(send_progress_to)
    say = staticmethod(_output.say)
    note = staticmethod(_output.note)
    require_writable = staticmethod(require_writable)
    write_whole = staticmethod(_output.write_file)

    @staticmethod
    def landmark_names(folder: Path) -> dict[int, str]:
        """Return the names of landmarks by their number, from the competition's table of names."""
        from harness.data.landmark_names import landmark_names

        return landmark_names(folder)

    @staticmethod
    def source_files(folder: Path) -> dict[str, str]:
        """Return the files that images were imported from, by image id, as far as a table names them."""
        from harness.data.source_files import source_files

        return source_files(folder)


class PluginGroup(TyperGroup):
    """The built-in commands, then plug-in commands. A built-in command hides a plug-in of the same name."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *sorted(_group_entry_points(ctx).keys() - self.commands.keys())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with a name, or None; a plug-in command is imported now."""
        command = super().get_command(ctx, cmd_name)
        if command is not None or cmd_name not in _group_entry_points(ctx):
            return command
        ctx.obj = CommandContext
        return _load(cmd_name, _group_entry_points(ctx)[cmd_name])


def _group_entry_points(ctx: Any) -> dict[str, EntryPoint]:
    """Return the entry points of a group by command name."""
    group = "" if ctx.parent is None else f"{ctx.info_name}."
    points = {name.removeprefix(group): point for name, point in _entry_points().items() if name.startswith(group)}
    return {name: point for name, point in points.items() if "." not in name}


@cache
def _entry_points() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=_GROUP)}


def join_help_lines(app: typer.Typer) -> None:
    """Join the lines of each paragraph in the commands' docstrings: Typer would keep the line breaks.

    Each example is on a line of its own, so that it can be pasted.
    """
    for command in app.registered_commands:
        paragraphs = (command.help or getdoc(command.callback) or "").split("\n\n")
        command.help = "\n\n".join(_join_lines(paragraph) for paragraph in paragraphs)
    for group in app.registered_groups:
        if group.typer_instance:
            join_help_lines(group.typer_instance)


def _join_lines(paragraph: str) -> str:
    text = " ".join(paragraph.split())
    example = _EXAMPLE.fullmatch(text)
    if example is None:
        return text
    commands = "".join(f"\n  {command}" for command in example["commands"].split("; "))
    before = f"{example['before']}\n\n" if example["before"] else ""
    return f"{before}{_AS_IT_IS}{example['label']}:{commands}"


def _load(name: str, point: EntryPoint) -> Any:
    holder = typer.Typer(add_completion=False)
    try:
        with redirect_stdout(sys.stderr):  # imports must not print to standard output
            command = point.load()
        if isinstance(command, typer.Typer):
            holder.add_typer(command, name=name)
        else:
            holder.command(name)(command)
        join_help_lines(holder)
        return typer.main.get_group(holder).commands[name]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 (one faulty plug-in must not break the other commands)
        return _failing_command(name, point, error)


def _failing_command(name: str, point: EntryPoint, error: BaseException) -> Any:
    """Return a command that fails with the import error of a plug-in."""
    from harness.errors import HarnessError

    def fail() -> None:
        where = f", entry point of {point.dist.name}" if point.dist else ""
        raise HarnessError(
            f"{point.name} ({point.value}{where}) cannot be imported: {type(error).__name__}: {error}"
        ) from error

    holder = typer.Typer(add_completion=False)
    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    holder.command(name, help="Cannot be imported; run it to see the error.", context_settings=settings)(fail)
    return typer.main.get_group(holder).commands[name]
