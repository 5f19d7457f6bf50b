"""What the answers of a solution depend on besides images, and its notes: `input_digests` and `input_notes`.

A built-in solution is called here. A plug-in that overrides one of them is called in a process of its own, which gets
the images and labels of the run without the ground truth.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from harness.data.split import Split
from harness.errors import PluginError
from harness.running.description.descriptions import is_trusted
from harness.running.description.plugin_process import end_reason, read_replies, run_module
from harness.running.description.request import REPLIES, DescriptionRequest
from harness.running.outcome import RunJob
from harness.running.run_input import RunInput, open_input
from harness.running.run_policy import run_policy
from harness.sandbox.policy import Mode
from harness.solution.description import ConfiguredSolution
from harness.solution.registry import RegisteredSolution
from harness.solution.spec import configure, split_spec
from harness.supervision.process_end import ProcessLimits
from harness.temporary_files import temporary_folder
from leaderboard.safe_text import make_printable

_METHODS = {"input_digests", "input_notes"}
_MODULE = "harness.running.description.inputs_process"
_MANY, _LONG = 10_000, 10_000  # items, characters


@dataclass(frozen=True)
class InputFacts:
    """Digests of the inputs of a run besides its images, and lines that the run prints about them."""

    digests: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def input_facts(
    configured: ConfiguredSolution,
    solution: RegisteredSolution,
    job: RunJob,
    split: Split,
    limits: ProcessLimits,
    sandbox: Mode = "auto",
) -> InputFacts:
    """Return the facts of a run. Raises HarnessError if an input is missing, and PluginError for code that fails."""
    if _METHODS.isdisjoint(configured.solution.overrides):
        return InputFacts()
    if is_trusted(solution, configured.spec):
        own = configure(solution.load(), split_spec(configured.spec)[1])
        notes = own.input_notes(split.data, split.queries)
        return InputFacts(tuple(own.input_digests(split.data, split.queries)), tuple(notes))
    return _in_process(configured, solution, job, split, limits, sandbox)


def _in_process(
    configured: ConfiguredSolution,
    solution: RegisteredSolution,
    job: RunJob,
    split: Split,
    limits: ProcessLimits,
    sandbox: Mode,
) -> InputFacts:
    with temporary_folder() as folder:
        DescriptionRequest(solution, (configured.spec,)).save(folder)
        with open_input(RunInput(job, split, run_policy(job, folder, sandbox)), folder) as descriptor:
            end = run_module(_MODULE, folder, str(descriptor), limits, [descriptor])
        replies = read_replies(folder / REPLIES)
    if not replies:
        raise PluginError(f"{solution.target}: its input_digests {end_reason(end, limits)}")
    return _read(replies[0], solution)


def _read(reply: bytes, solution: RegisteredSolution) -> InputFacts:
    """Return the facts in a reply; PluginError for the error in it, or if it is no reply."""
    try:
        stored = json.loads(reply)
        error, digests, notes = stored["error"], _texts(stored["digests"]), _texts(stored["notes"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PluginError(f"{solution.target}: its code wrote into the files of landmark") from None
    if error is not None:
        raise PluginError(make_printable(str(error)[:_LONG]))
    return InputFacts(digests, tuple(map(make_printable, notes)))


def _texts(values: Any) -> tuple[str, ...]:
    """Return a list of texts; TypeError for anything else."""
    if not isinstance(values, list) or len(values) > _MANY:
        raise TypeError
    if not all(isinstance(each, str) and len(each) <= _LONG for each in values):
        raise TypeError
    return tuple(values)
