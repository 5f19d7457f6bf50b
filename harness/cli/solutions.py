"""`landmark solutions`: list them, show one, add one, check one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from harness.cli._options import Json, WorkspaceOption
from harness.cli._output import note, print_json, say


class NameOrCommand(TyperGroup):
    """A group in which any word that is no command is the name of a solution to show."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command for the words, `show` where they start with a name."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["show", *args])


app = typer.Typer(cls=NameOrCommand, help="List the solutions; with a name, show its parameters.")


@app.callback(invoke_without_command=True)
def listing(context: typer.Context, *, json: Json = False, workspace: WorkspaceOption = None) -> None:
    """List every solution with its task and what it does, or show, add or check one."""
    from harness.solution.info import briefs
    from harness.workspace import Workspace

    if context.invoked_subcommand:
        context.obj = {"json": json, "workspace": workspace}  # what stands before a name counts for it too
        return
    found = briefs(Workspace.open(workspace).register)
    if json:
        print_json(found)
        return
    for each in found:
        say(f"{each['name']:24}{each['task'] or 'cannot be imported':14}{each['error'] or each['summary']}")


@app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of a solution, or path of a .py file.")],
    *,
    json: Json = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show what a solution does, after which source, and its parameters."""
    from harness.solution.info import portrait
    from harness.workspace import Workspace

    found = portrait(name, Workspace.open(workspace or context.obj["workspace"]).register)
    if json or context.obj["json"]:
        print_json(found)
        return
    say(f"{found['name']} ({found['task']}, {found['origin']})\n\n{found['description']}\n")
    for each in found["parameters"]:
        say(f"  {each['name']} = {each['default']}    {_described(each)}")


def _described(parameter: dict[str, Any]) -> str:
    """Return type, range and note of a parameter; a Literal and a bool are their own ranges."""
    type_, told = str(parameter["type"]), parameter["range"]
    by_type = not told or type_ == "bool" or f"[{told}]" in type_
    return type_ + ("" if by_type else f", tuned in {told}") + (f"  # {parameter['note']}" if parameter["note"] else "")


@app.command()
def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A .py file with one class that extends Retrieval or Recognition.")],
    *,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a file known as a solution, by the name of the file."""
    from harness.solution.registry import add_file, known_solutions
    from harness.workspace import Workspace

    register = Workspace.open(workspace or context.obj["workspace"]).register
    before = known_solutions(register).get(file.stem)
    added = add_file(file, register)
    if before and before.origin != added.origin:
        note(f"note: {added.name} now means {added.origin}; before it was {before.origin}")
    say(f"{added.name}: added; landmark run {added.name} --on DIR runs it")


@app.command()
def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of a solution, with parameters, or path of a .py file.")],
    *,
    workspace: WorkspaceOption = None,
) -> None:
    """Check a solution against the contract, on a small competition drawn for the purpose."""
    from harness.contract import check_solution
    from harness.workspace import Workspace

    broken = 0
    for clause, complaint in check_solution(name, Workspace.open(workspace or context.obj["workspace"]).register):
        broken += complaint is not None
        say(f"{'ok  ' if complaint is None else 'FAIL'} {clause}" + (f": {complaint}" if complaint else ""))
    if broken:
        raise typer.Exit(1)
