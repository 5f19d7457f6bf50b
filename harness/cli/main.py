"""`landmark`: all commands. Nothing heavy is imported before a command needs it."""

import gc
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from harness.cli import (
    ablate,
    blend,
    compare,
    data,
    leaderboard,
    metrics,
    plot,
    plugin_commands,
    push,
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
    cls=plugin_commands.WithPlugged,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Run image retrieval and recognition solutions on a competition, score them, rank them, write submissions.",
)
app.command("run")(run.run)
app.command("score")(score.score)
app.command("validate")(validate.validate)
app.command("fix")(validate.fix)
app.command("submit")(submit.submit)
app.command("push")(push.push)
app.command("blend")(blend.blend)
app.command("split")(split.split)
app.command("leaderboard")(leaderboard.leaderboard)
app.command("compare")(compare.compare)
app.command("serve")(serve.serve)
app.command("report")(serve.report)
app.command("plot")(plot.plot)
app.command("shake-up")(shake_up.shake_up)
app.command("tune")(tune.tune)
app.command("ablate")(ablate.ablate)
app.add_typer(solutions.app, name="solutions")
app.add_typer(data.app, name="data")
app.add_typer(metrics.app, name="metrics")
app.add_typer(team.app, name="team")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"landmark {version('landmark')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line: exit code 0 done, 1 something the message names went wrong, 2 wrong usage."""
    gc.set_threshold(100_000)  # most of a short command is loading, which leaves nothing to collect
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # where a terminal has no ↑, the rest is shown all the same
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
