"""The form that starts a run: its fields with their values, and the command that it describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.data.competition import Competition
from harness.errors import HarnessError
from harness.running.budget import parse_memory
from harness.running.description.descriptions import SolutionDescriptions
from harness.solution.description import ConfiguredSolution, SolutionDescription
from harness.solution.registry import RegisteredSolution, available_solutions
from harness.web.context import Site
from harness.web.start.parameter_fields import Fields, ParameterField, parameter_fields, spec_of
from leaderboard.safe_text import shorten

FIRST_SOLUTION = "hash"
_GROUPS = {"solutions.retrieval": "Retrieval", "solutions.recognition": "Recognition"}
_MAX_OPTION = 40  # characters
_LARGEST = 2**63


@dataclass(frozen=True)
class RunForm:
    """A form: what is offered and chosen, the command without `landmark`, or in its place the error of one line."""

    solutions: Mapping[str, Sequence[str]]  # names by group
    competitions: Mapping[str, Competition]
    solution: str
    competition: str
    about: SolutionDescription | None
    parameters: Sequence[ParameterField]
    options: Mapping[str, str]
    words: Sequence[str] = ()
    error: str = ""


def read_run_form(site: Site, form: Fields) -> RunForm:
    """Return the form with the values of a request; solutions and competitions are chosen from those offered."""
    register = site.workspace.register
    available, competitions = available_solutions(register), offered_competitions(site)
    solution = _text(form, "solution") or min(available, key=lambda name: (name != FIRST_SOLUTION, name), default="")
    competition = _text(form, "competition") or next(iter(competitions), "")
    options = {name: _text(form, name) for name in ("folds", "again", "limit", "seed", "timeout", "memory")}
    about, parameters, words, error = None, list[ParameterField](), list[str](), ""
    try:
        _require_offered(solution, available, "solution")
        _require_offered(competition, competitions, "competition")
        descriptions = SolutionDescriptions(register, competitions[competition].folder)
        about = descriptions.solution(solution)
        parameters = parameter_fields(about, form, is_own=_text(form, "of") == solution)
        spec = spec_of(about, parameters)
        _require_runnable(descriptions.configured(spec), None if options["folds"] else competitions[competition])
        place = ["--on", str(competitions[competition].folder), "--workspace", str(site.workspace.folder)]
        words = ["run", spec, *place, *option_words(options)]
    except HarnessError as problem:
        error = " ".join(str(problem).split())
    return RunForm(
        *(_grouped(available), competitions, solution, competition, about, parameters, options),
        words=words,
        error=error,
    )


def offered_competitions(site: Site) -> dict[str, Competition]:
    """Return the competitions whose folders are there, by key: those named to the server, then those with entries."""
    keys = dict.fromkeys([*site.competitions.explicit, *(board.competition for board in site.boards.names())])
    return {key: competition for key in keys if (competition := site.competitions.find(key))}


def option_words(options: Mapping[str, str]) -> list[str]:
    """Return the options of `landmark run`; HarnessError for a value that it would refuse.

    >>> option_words({"folds": "1", "seed": "3", "timeout": "", "memory": "4GB"})
    ['--folds', '--seed', '3', '--memory-limit', '4GB']
    """
    words = [f"--{name}" for name in ("folds", "again") if options.get(name)]
    if options.get("folds") and options.get("limit"):
        raise HarnessError("--limit samples the test images, and --folds does not use them; leave out one of them")
    for name, least in (("limit", 1), ("seed", 0)):
        if text := options.get(name, ""):
            words += [f"--{name}", str(_whole(name, text, least))]
    if timeout := options.get("timeout", ""):
        words += ["--timeout", f"{_seconds(timeout):.12g}"]
    if memory := options.get("memory", ""):
        parse_memory(memory)
        words += ["--memory-limit", memory]
    return words


def _whole(name: str, text: str, least: int) -> int:
    value = int(text) if text.isascii() and text.isdecimal() else -1
    if not least <= value < _LARGEST:
        raise HarnessError(f"--{name}: {text!r} is not a whole number from {least} on")
    return value


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value < 1e9:
        raise HarnessError(f"--timeout: {text!r} is not a number of seconds from 0.1 on")
    return value


def _require_runnable(configured: ConfiguredSolution, competition: Competition | None) -> None:
    """Raise HarnessError if the solution refuses its parameters, or the competition lacks what its task needs."""
    if configured.fault:
        raise HarnessError(f"{shorten(configured.identity)}: {configured.fault}")
    if competition is not None:
        competition.require(configured.task)


def _require_offered(name: str, offered: Mapping[str, object], what: str) -> None:
    if name not in offered:
        raise HarnessError(f"{shorten(name, 40)!r} is no {what} of this site; choose one of the list")


def _grouped(available: Mapping[str, RegisteredSolution]) -> dict[str, list[str]]:
    """Return the names of the solutions by task, and those of plug-ins as "Own"."""
    groups: dict[str, list[str]] = {"Own": [], **{group: [] for group in _GROUPS.values()}}
    for name, solution in sorted(available.items()):
        package = solution.target.rpartition(".")[0] if solution.is_built_in else ""
        groups[_GROUPS.get(package, "Own")].append(name)
    return {group: names for group, names in groups.items() if names}


def _text(form: Fields, name: str) -> str:
    return (form.get(name) or [""])[0].strip()[: 300 if name in ("solution", "competition", "of") else _MAX_OPTION]
