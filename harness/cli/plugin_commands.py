"""Commands that installed packages bring: entry points of the group `landmark.commands`.

An entry point names a function or, for a group of commands, a `typer.Typer`; one called `data.show` is the command
`show` of the group `data`. Each is imported when it is called or listed, so its module imports nothing heavy on top. A
command that needs the house takes a `typer.Context`, whose `obj` is `House`.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from harness.cli import _open as opening
from harness.cli import _output as output
from harness.progress import heard_by

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_GROUP = "landmark.commands"


class House:
    """What a command from elsewhere may use: what the built-in ones open a competition and print with."""

    open_competition = staticmethod(opening.open_competition)
    print_json = staticmethod(output.print_json)
    progress = staticmethod(output.progress)
    heard_by = staticmethod(heard_by)
    say = staticmethod(output.say)
    note = staticmethod(output.note)

    @staticmethod
    def require_writable(out: Path) -> None:
        """Raise HarnessError where no file can stand at a path, before anything long is begun."""
        from harness.delivery.sidecar import require_writable

        require_writable(out)

    @staticmethod
    def write_whole(out: Path, text: str) -> None:
        """Write a file in UTF-8, whole or not at all; raise HarnessError where it cannot be written."""
        from harness.atomic_files import write_whole
        from harness.errors import HarnessError

        try:
            write_whole(out, text)
        except OSError as error:
            raise HarnessError(f"{out}: cannot be written: {error.strerror or error}") from None

    @staticmethod
    def landmark_names(folder: Path) -> dict[int, str]:
        """Return what the landmarks of a competition are called, as far as a table tells."""
        from harness.data.landmark_names import landmark_names

        return landmark_names(folder)


class WithPlugged(TyperGroup):
    """The built-in commands, and after them those of entry points; a built-in one keeps its name."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *sorted(_points_of(ctx).keys() - self.commands.keys())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with a name, imported now if it is an entry point's; None if there is none."""
        command = super().get_command(ctx, cmd_name)
        if command is not None or cmd_name not in _points_of(ctx):
            return command
        ctx.obj = House
        return _loaded(cmd_name, _points_of(ctx)[cmd_name])


def _points_of(ctx: Any) -> dict[str, EntryPoint]:
    """Return the entry points of a group by the names of their commands."""
    group = "" if ctx.parent is None else f"{ctx.info_name}."
    points = {name.removeprefix(group): point for name, point in _points().items() if name.startswith(group)}
    return {name: point for name, point in points.items() if "." not in name}


@cache
def _points() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=_GROUP)}


def _loaded(name: str, point: EntryPoint) -> Any:
    holder = typer.Typer(add_completion=False)
    try:
        with redirect_stdout(sys.stderr):  # standard output is the command's
            loaded = point.load()
        if isinstance(loaded, typer.Typer):
            holder.add_typer(loaded, name=name)
        else:
            holder.command(name)(loaded)
        return typer.main.get_group(holder).commands[name]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 (whatever is wrong with one command, the others work)
        return _broken(name, point, error)


def _broken(name: str, point: EntryPoint, error: BaseException) -> Any:
    """Return a command that only says why it cannot be used."""
    from harness.errors import HarnessError

    def fail() -> None:
        where = f", entry point of {point.dist.name}" if point.dist else ""
        raise HarnessError(
            f"{point.name} ({point.value}{where}) cannot be imported: {type(error).__name__}: {error}"
        ) from error

    holder = typer.Typer(add_completion=False)
    anything = {"ignore_unknown_options": True, "allow_extra_args": True}
    holder.command(name, help="Cannot be imported; call it to see why.", context_settings=anything)(fail)
    return typer.main.get_group(holder).commands[name]
