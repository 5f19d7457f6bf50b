"""`landmark team`."""

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

app = typer.Typer(no_args_is_help=True, help="Teams of a team server and the tokens that let them in.")
Name = Annotated[str, typer.Argument(help="The team, as it stands on the board.")]


@app.command()
def add(name: Name, *, db: DatabaseOption = None, workspace: WorkspaceOption = None) -> None:
    """Make a team, and print its token, which cannot be shown again."""
    from harness.solution.registry import known_solutions

    accounts, opened = _accounts(db, workspace)
    now = datetime.now(UTC)
    team = accounts.add_team(name, now, list(known_solutions(opened.register)))
    say(accounts.add_token(team, now))


@app.command()
def token(
    name: Annotated[str | None, typer.Argument(help="The team.")] = None,
    *,
    admin: Annotated[bool, typer.Option("--admin", help="A token for who looks after the teams.")] = False,
    db: DatabaseOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Print another token of a team, or one of an admin."""
    if admin == (name is not None):
        raise HarnessError("name a team or give --admin")
    accounts, _ = _accounts(db, workspace)
    say(accounts.add_token(None if name is None else accounts.team(name), datetime.now(UTC)))


@app.command("list")
def list_all(*, json: Json = False, db: DatabaseOption = None, workspace: WorkspaceOption = None) -> None:
    """List teams and tokens, each by its public part."""
    accounts, _ = _accounts(db, workspace)
    teams, tokens = accounts.teams(), accounts.tokens()
    if json:
        print_json({"teams": [vars(each) for each in teams], "tokens": [vars(each) for each in tokens]})
        return
    for team in teams:
        say(f"team {team.name}, since {team.created:%Y-%m-%d %H:%M} UTC")
    for each in tokens:
        state = f", revoked {each.revoked:%Y-%m-%d %H:%M} UTC" if each.revoked else ""
        say(f"token landmark_{each.prefix}_… of {each.team or 'an admin'}, {each.created:%Y-%m-%d %H:%M} UTC{state}")


@app.command()
def revoke(
    prefix: Annotated[str, typer.Argument(metavar="TOKEN", help="A token, or how it begins.")],
    *,
    db: DatabaseOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Revoke a token: whoever came in by it is out."""
    accounts, _ = _accounts(db, workspace)
    public = prefix.removeprefix("landmark_").partition("_")[0]
    known = [each for each in accounts.tokens() if each.prefix == public and not each.revoked]
    if not known:
        raise HarnessError(f"there is no token landmark_{public}_… to revoke; landmark team list shows all")
    accounts.revoke(public, datetime.now(UTC))


def _accounts(db: str | None, workspace: Path | None) -> tuple[Accounts, Workspace]:
    from harness.workspace import Workspace
    from leaderboard.storage.database import Database
    from leaderboard.team.accounts import Accounts

    opened = Workspace.open(workspace)
    return Accounts(Database(db or opened.database)), opened
