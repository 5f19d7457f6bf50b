"""`landmark solutions`: list, show, add and check solutions."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from harness.cli._options import Json, WorkspaceOption
from harness.cli._output import note, print_json, say, say_paragraphs, say_row


class NameOrCommand(TyperGroup):
    """A group in which any word that is not a command is the name of a solution to show."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command for the words: `show` if they start with a name."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["show", *args])


app = typer.Typer(cls=NameOrCommand, help="List the solutions; with a name, show its parameters.")


@app.callback(invoke_without_command=True)
def listing(context: typer.Context, *, json: Json = False, workspace_dir: WorkspaceOption = None) -> None:
    """List the solutions with task and summary, or show, add or check one."""
    from harness.running.description.info import summarise_solutions
    from harness.workspace import Workspace

    if context.invoked_subcommand:
        context.obj = {"json": json, "workspace": workspace_dir}  # options before a name apply to it too
        return
    summaries = summarise_solutions(Workspace.open(workspace_dir).register)
    if json:
        print_json(summaries)
        return
    for summary in summaries:
        head = f"{summary['name']:24}{summary['task'] or 'cannot be imported':14}"
        say_row(head, summary["error"] or summary["summary"])
    with_steps = [summary["name"] for summary in summaries if summary["steps"]]
    if with_steps:
        say("")
        say_row("with steps for landmark ablate: ", ", ".join(with_steps))


@app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SOLUTION", help="Name of a solution, or path of a .py file.")],
    *,
    json: Json = False,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Show the description, the source and the parameters of a solution.

    Example: landmark solutions show hash
    """
    from harness.running.description.info import describe_solution
    from harness.workspace import Workspace

    info = describe_solution(name, Workspace.open(workspace_dir or context.obj["workspace"]).register)
    if json or context.obj["json"]:
        print_json(info)
        return
    say_paragraphs(f"{info['name']} ({info['task']}, {info['origin']})\n\n{info['description']}\n")
    for parameter in info["parameters"]:
        say_row(f"  {parameter['name']} = {parameter['default']}    ", _type_and_range(parameter))
    if info["steps"]:
        say("")
        say_row("steps for landmark ablate: ", "; ".join(info["steps"]))


def _type_and_range(parameter: dict[str, Any]) -> str:
    """Return the type, the search range and the note of a parameter; Literal and bool are their own ranges."""
    type_, search_range = str(parameter["type"]), parameter["range"]
    is_in_type = not search_range or type_ == "bool" or f"[{search_range}]" in type_
    return (
        type_
        + ("" if is_in_type else f", tuned in {search_range}")
        + (f"  # {parameter['note']}" if parameter["note"] else "")
    )


@app.command()
def add(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .py file with one class that extends Retrieval or Recognition.")
    ],
    *,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Register a .py file as a solution under the name of the file.

    Example: landmark solutions add my_idea.py
    """
    from harness.running.description.descriptions import SolutionDescriptions
    from harness.solution.registry import available_solutions, register_file
    from harness.workspace import Workspace

    register = Workspace.open(workspace_dir or context.obj["workspace"]).register
    before = available_solutions(register).get(file.stem)
    SolutionDescriptions(register).solution(str(file.resolve()))
    registered = register_file(file, register)
    if before and before.origin != registered.origin:
        note(f"note: {registered.name} now means {registered.origin} instead of {before.origin}")
    say(f"{registered.name}: registered; run it with: landmark run {registered.name} --on DIR")


@app.command()
def check(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="SOLUTION", help="Name of a solution, with parameters, or path of a .py file.")
    ],
    *,
    tolerance: Annotated[
        float,
        typer.Option("--tolerance", min=0, max=1, help="Allowed rounding, as a share of the largest score of a query."),
    ] = 1e-5,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="SECONDS", help="Time limit of the whole check.")
    ] = 300,
    json: Json = False,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Check a solution against the contract, on a small synthetic competition, in a process of its own.

    Answers must be the same in a second run, in chunks of any size, in any order, and under other ids. Images whose
    scores are equal up to rounding may swap ranks in rankings by similarity or distance.

    Example: landmark solutions check my_idea.py
    """
    from dataclasses import asdict

    from harness.contract.check_process import check_in_process
    from harness.workspace import Workspace

    results = []
    register = Workspace.open(workspace_dir or context.obj["workspace"]).register
    for result in check_in_process(name, register, tolerance, timeout):
        results.append(result)
        if not (json or context.obj["json"]):
            detail = result.violation or result.note
            say(f"{'FAIL' if result.violation else 'ok  '} {result.clause}" + (f": {detail}" if detail else ""))
    if json or context.obj["json"]:
        print_json({"solution": name, "clauses": [asdict(result) for result in results]})
    if any(result.violation for result in results):
        raise typer.Exit(1)
