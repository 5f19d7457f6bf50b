"""Describe a plug-in by a process of its own, which may hang, end or write anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import PluginError, SolutionError
from harness.running.description.describe import Described
from harness.running.description.plugin_process import end_reason, read_replies, run_module
from harness.running.description.request import REPLIES, DescriptionRequest
from harness.running.run_policy import process_policy, tables_to_hide
from harness.sandbox.policy import Mode, SandboxPolicy
from harness.solution.description import SolutionDescription
from harness.solution.description_reply import ClassReply, ConfigurationReply, ErrorReply, read_reply
from harness.solution.registry import RegisteredSolution, available_solutions
from harness.supervision.process_end import ProcessLimits
from harness.temporary_files import temporary_folder

_MODULE = "harness.running.description.process"
_FURTHER_PROCESSES = 3  # after specs that ended theirs
_ENDED_OFTEN = "its configuration ended the process for several other specs"


@dataclass(frozen=True)
class Place:
    """The workspace and the competition from which a command describes solutions, as far as it has them."""

    workspace: Path | None = None
    competition: Path | None = None
    sandbox: Mode = "auto"

    def policy(self, folder: Path, specs: Sequence[str]) -> SandboxPolicy:
        """Return the sandbox of a process that may write to a folder, and read no table but those that a spec names."""
        hidden: set[Path] = set()
        if self.competition is not None:
            hidden = set.intersection(*(set(tables_to_hide(self.competition, each)) for each in (*specs, "x")))
        return process_policy(folder, self.sandbox, self.workspace, sorted(hidden))


def describe_plugin(
    solution: RegisteredSolution, specs: Sequence[str], limits: ProcessLimits, place: Place
) -> list[Described]:
    """Return the description of a plug-in's class and of each spec, or the error in its place.

    Where a spec ends the process, another process describes those after it. An error of the class is the only item.
    """
    about, *described = _describe_at_once(solution, specs, limits, place)
    for _ in range(_FURTHER_PROCESSES):
        if isinstance(about, SolutionError) or len(described) == len(specs):
            break
        about, *further = _describe_at_once(solution, specs[len(described) :], limits, place)
        described += further
    if isinstance(about, SolutionError):
        return [about]
    return [about, *described, *[PluginError(f"{solution.target}: {_ENDED_OFTEN}")] * (len(specs) - len(described))]


def _describe_at_once(
    solution: RegisteredSolution, specs: Sequence[str], limits: ProcessLimits, place: Place
) -> list[Described]:
    """Return what one process described: the class and the specs up to that which ended it, with the reason."""
    with temporary_folder() as folder:
        DescriptionRequest(solution, tuple(specs)).save(folder)
        end = run_module(_MODULE, folder, place.policy(folder, specs).to_json(), limits)
        described: list[Described] = []
        try:
            for line in read_replies(folder / REPLIES)[: len(specs) + 1]:
                described.append(_from_reply(line, solution, specs, described))
        except SolutionError as error:
            return [*described, PluginError(f"{solution.target}: {error}")]
    if len(described) > len(specs) or (described and isinstance(described[0], SolutionError)):
        return described
    what = "its configuration" if described else "its import"
    return [*described, PluginError(f"{solution.target}: {what} {end_reason(end, limits)}")]


def _from_reply(
    line: bytes, solution: RegisteredSolution, specs: Sequence[str], before: Sequence[Described]
) -> Described:
    reply = read_reply(line)
    if isinstance(reply, ErrorReply):
        return reply.error()
    if isinstance(reply, ClassReply) and not before and _is_of(reply, solution):
        return reply.description(solution.origin)
    if isinstance(reply, ConfigurationReply) and before and isinstance(before[0], SolutionDescription):
        return reply.configured(specs[len(before) - 1], before[0])
    raise SolutionError("its code wrote into the files of landmark")


def _is_of(reply: ClassReply, solution: RegisteredSolution) -> bool:
    """Return whether a description has the name that only this solution can have, and a digest of its code."""
    if solution.kind == "entry point":
        taken = {each.name for each in available_solutions().values() if each.is_built_in}
        is_own = reply.name.isidentifier() and reply.name not in taken
    else:
        is_own = reply.name == (Path(solution.target).stem if solution.kind == "file" else solution.name)
    return is_own and (solution.is_built_in or bool(reply.code))
