"""`landmark team`: manage the teams and tokens of a team server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._options import DatabaseOption, Json, WorkspaceOption
from harness.cli._output import print_json, say
from harness.errors import HarnessError

if TYPE_CHECKING:
    from pathlib import Path

    from harness.workspace import Workspace
    from leaderboard.team.accounts import Accounts

app = typer.Typer(no_args_is_help=True, help="Manage the teams and tokens of a team server.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the team on the leaderboard.")]


@app.command()
def add(name: Name, *, db: DatabaseOption = None, workspace_dir: WorkspaceOption = None) -> None:
    """Create a team and print its token, which is shown only once.

    Example: landmark team add blue
    """
    from harness.solution.registry import available_solutions

    accounts, workspace = _accounts(db, workspace_dir)
    now = datetime.now(UTC)
    team = accounts.add_team(name, now, list(available_solutions(workspace.register)))
    say(accounts.add_token(team, now))


@app.command()
def token(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Name of the team.")] = None,
    *,
    admin: Annotated[bool, typer.Option("--admin", help="Create an admin token.")] = False,
    db: DatabaseOption = None,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Create another token of a team, or an admin token, and print it.

    Example: landmark team token --admin
    """
    if admin == (name is not None):
        raise HarnessError("name a team, or use --admin")
    accounts, _ = _accounts(db, workspace_dir)
    say(accounts.add_token(None if name is None else accounts.team(name), datetime.now(UTC)))


@app.command("list")
def list_all(*, json: Json = False, db: DatabaseOption = None, workspace_dir: WorkspaceOption = None) -> None:
    """List the teams, and the public parts of the tokens.

    Example: landmark team list
    """
    accounts, _ = _accounts(db, workspace_dir)
    teams, tokens = accounts.teams(), accounts.tokens()
    if json:
        print_json({"teams": [vars(team) for team in teams], "tokens": [vars(token) for token in tokens]})
        return
    for team in teams:
        say(f"team {team.name}, created {team.created:%Y-%m-%d %H:%M} UTC")
    for entry in tokens:
        state = f", revoked {entry.revoked:%Y-%m-%d %H:%M} UTC" if entry.revoked else ""
        say(f"token landmark_{entry.prefix}_… of {entry.team or 'an admin'}, {entry.created:%Y-%m-%d %H:%M} UTC{state}")


@app.command()
def revoke(
    prefix: Annotated[str, typer.Argument(metavar="TOKEN", help="A token or its public part.")],
    *,
    db: DatabaseOption = None,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Revoke a token, and end the sessions started with it.

    Example: landmark team revoke 3f9a
    """
    accounts, _ = _accounts(db, workspace_dir)
    public = prefix.removeprefix("landmark_").partition("_")[0]
    valid = [entry for entry in accounts.tokens() if entry.prefix == public and not entry.revoked]
    if not valid:
        raise HarnessError(f"no valid token landmark_{public}_…; list all with: landmark team list")
    accounts.revoke(public, datetime.now(UTC))


def _accounts(db: str | None, workspace_dir: Path | None) -> tuple[Accounts, Workspace]:
    from harness.workspace import Workspace
    from leaderboard.storage.database import Database
    from leaderboard.team.accounts import Accounts

    workspace = Workspace.open(workspace_dir)
    return Accounts(Database(db or workspace.database)), workspace
