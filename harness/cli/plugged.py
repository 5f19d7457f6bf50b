"""Commands that installed packages bring: entry points of the group `landmark.commands`.

An entry point names a function or, for a group of commands, a `typer.Typer`. Each is imported when it is called or
listed, so its module imports nothing heavy on top. A command that needs the house takes a `typer.Context`, whose `obj`
is `House`.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from functools import cache
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from harness.cli import opening, output

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_GROUP = "landmark.commands"


class House:
    """What a command from elsewhere may use: what the built-in ones open a competition and print with."""

    open_competition = staticmethod(opening.open_competition)
    print_json = staticmethod(output.print_json)
    progress = staticmethod(output.progress)
    say = staticmethod(output.say)
    note = staticmethod(output.note)


class WithPlugged(TyperGroup):
    """The built-in commands, and after them those of entry points; a built-in one keeps its name."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *sorted(_points().keys() - self.commands.keys())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with a name, imported now if it is an entry point's; None if there is none."""
        command = super().get_command(ctx, cmd_name)
        if command is not None or cmd_name not in _points():
            return command
        ctx.obj = House
        return _loaded(_points()[cmd_name])


@cache
def _points() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=_GROUP)}


def _loaded(point: EntryPoint) -> Any:
    holder = typer.Typer(add_completion=False)
    try:
        with redirect_stdout(sys.stderr):  # standard output is the command's
            loaded = point.load()
        if isinstance(loaded, typer.Typer):
            holder.add_typer(loaded, name=point.name)
        else:
            holder.command(point.name)(loaded)
        return typer.main.get_group(holder).commands[point.name]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 (whatever is wrong with one command, the others work)
        return _broken(point, error)


def _broken(point: EntryPoint, error: BaseException) -> Any:
    """Return a command that only says why it cannot be used."""
    from harness.errors import HarnessError

    def fail() -> None:
        where = f", entry point of {point.dist.name}" if point.dist else ""
        raise HarnessError(
            f"{point.name} ({point.value}{where}) cannot be imported: {type(error).__name__}: {error}"
        ) from error

    holder = typer.Typer(add_completion=False)
    anything = {"ignore_unknown_options": True, "allow_extra_args": True}
    holder.command(point.name, help="Cannot be imported; call it to see why.", context_settings=anything)(fail)
    return typer.main.get_group(holder).commands[point.name]
