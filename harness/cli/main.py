"""`landmark`: the command line. Commands import their dependencies when they are called."""

import gc
import sys
from importlib import import_module
from typing import Annotated

import typer

from harness.cli import plugin_commands
from harness.cli._closed_streams import open_closed_streams
from harness.cli._plain_text import write_plain_text
from harness.errors import HarnessError
from harness.shared_memory import ignore_missing_shared_memory
from leaderboard.errors import LeaderboardError

_LONGEST_WORD = 500  # characters of an error message

app = typer.Typer(
    cls=plugin_commands.PluginGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Run image retrieval and recognition solutions on a competition, score and rank them, write submissions.",
)
_COMMANDS = (  # in the order of `landmark --help`
    "demo", "run", "score", "validate", "fix", "submit", "push", "blend", "split", "leaderboard", "compare", "what_if",
    "serve", "report", "plot", "shake_up", "tune", "ablate", "describe", "why",
)  # fmt: skip
for name in _COMMANDS:
    app.command()(getattr(import_module(f"harness.cli.{name}"), name))
for name in ("solutions", "data", "embeddings", "metrics", "export", "team"):
    app.add_typer(import_module(f"harness.cli.{name}").app, name=name)
plugin_commands.join_help_lines(app)


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
    ignore_missing_shared_memory()
    open_closed_streams()
    write_plain_text()
    try:
        app()
    except (HarnessError, LeaderboardError) as error:
        _fail(str(error))
    except OSError as error:
        from harness.place_errors import explain_os_error

        _fail(explain_os_error(error))
    except MemoryError:
        _fail("there is not enough memory; raise its limit (ulimit -v), close other programs, or set fewer --jobs")


def _fail(message: str) -> None:
    from leaderboard.safe_text import hide_credentials, shorten

    line = hide_credentials(" ".join(shorten(word, _LONGEST_WORD) for word in message.split()))
    sys.stderr.write(f"error: {line}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
