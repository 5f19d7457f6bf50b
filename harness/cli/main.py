"""`landmark`: the command line. Commands import their dependencies when they are called."""

import gc
import sys
from io import TextIOWrapper
from types import ModuleType
from typing import Annotated

import typer

from harness.cli import (
    ablate,
    blend,
    compare,
    data,
    fix,
    leaderboard,
    metrics,
    plot,
    plugin_commands,
    push,
    report,
    run,
    score,
    serve,
    shake_up,
    solutions,
    split,
    submit,
    team,
    tune,
    validate,
)
from harness.errors import HarnessError
from leaderboard.errors import LeaderboardError

app = typer.Typer(
    cls=plugin_commands.PluginGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Run image retrieval and recognition solutions on a competition, score and rank them, write submissions.",
)
_COMMANDS: tuple[ModuleType, ...] = (  # in the order of `landmark --help`
    run, score, validate, fix, submit, push, blend, split, leaderboard, compare, serve, report, plot, shake_up, tune,
    ablate,
)  # fmt: skip
_GROUPS = (solutions, data, metrics, team)
for module in _COMMANDS:
    app.command()(getattr(module, module.__name__.rpartition(".")[2]))
for module in _GROUPS:
    app.add_typer(module.app, name=module.__name__.rpartition(".")[2])


def _print_version(requested: bool) -> None:
    if requested:
        from importlib.metadata import version

        typer.echo(f"landmark {version('landmark')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Handle the options before a command."""


def main() -> None:
    """Run the command line. Exit codes: 0 success, 1 an error that the message explains, 2 wrong usage."""
    gc.set_threshold(100_000)  # a short command mostly imports, which leaves no garbage
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # ↑ is escaped if the terminal cannot print it
    try:
        app()
    except (HarnessError, LeaderboardError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or 'a file'}: {error.strerror or error}")


def _fail(message: str) -> None:
    line = " ".join(message.split())
    sys.stderr.write(f"error: {line}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
