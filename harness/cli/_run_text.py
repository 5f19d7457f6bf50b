"""What `landmark run` prints: a line for each result, summaries of folds and seeds, and what the budget left undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from harness.cli._output import format_score, note, say
from harness.cli._paste import pasteable

if TYPE_CHECKING:
    import typer

    from harness.running.batch import BatchResult
    from harness.running.dependencies.changes import Change
    from harness.running.runner import RunResult
    from leaderboard import Entry

_PROTOCOLS = ("map_easy", "map_medium", "map_hard")
_NAMED = 5  # unfinished solutions in a line, at most


def print_result(result: RunResult, *, quiet: bool) -> None:
    """Print the notes of a result, and unless `quiet` its scores or why it failed."""
    for message in result.notes:
        note(f"note: {message}")
    if not quiet:
        say(result_line(result))


def result_line(result: RunResult) -> str:
    """Return the scores of a run, or why it failed, in one line."""
    from harness.data.split import TEST
    from leaderboard.safe_text import shorten

    entry = result.entry
    name = f"{result.name}: {shorten(entry.identity)}" if result.name else shorten(entry.identity)
    split = "" if entry.split == TEST else f", {entry.split}"
    prefix = f"{name}{f', seed {entry.seed}' if entry.seed else ''}{split}: "
    if entry.status == "failed":
        return prefix + f"FAILED: {entry.reason} (log: {entry.log})"
    wall = sum(stage.wall_s for stage in entry.stages)
    scores = f"not scored ({entry.reason or 'no ground truth'})"
    if entry.status == "scored":
        scores = _scores(entry)
    duration = f"{wall:.1f} s" if result.executed else "already finished"
    if result.executed and result.changed:
        duration += f" (repeated: {_changes_text(result.changed)})"
    coverage = [] if _is_complete(result) else [coverage_text(result)]
    return prefix + "; ".join([scores, *coverage, duration])


def failure_line(spec: str, reason: str) -> str:
    """Return why the code of a plug-in failed before it could be run, in one line."""
    from leaderboard.safe_text import shorten

    name = "" if reason.startswith(spec) else f"{shorten(spec)}: "
    return f"FAILED before its run: {name}{reason}"


def _changes_text(changed: Sequence[Change]) -> str:
    """Return what has changed since the earlier run: the first change, and how many more there are."""
    from leaderboard.safe_text import shorten

    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return shorten(str(changed[0])) + more


def _is_complete(result: RunResult) -> bool:
    """Return whether all queries, not only a sample, were answered, and all images decoded."""
    from harness.data.query_sample import sample_size

    coverage = result.entry.coverage
    answered = coverage is not None and coverage.answered == coverage.queries
    return answered and not result.outcome.undecodable and sample_size(result.entry.split) is None


def _scores(entry: Entry) -> str:
    """Return the scores of the parts, or of all queries; of revisited Oxford and Paris those of each protocol."""
    from leaderboard.rendering.format_cells import metric_label

    if entry.metric == "map_medium":
        return ", ".join(f"mAP {name[4].upper()} {format_score(entry.score('all', name))}" for name in _PROTOCOLS)
    scored = [part for part in ("public", "private") if entry.score(part) is not None] or ["all"]
    scores = ", ".join(f"{part} {format_score(entry.score(part))}" for part in scored)
    return f"{metric_label(entry.metric or '')} {scores}"


def coverage_text(result: RunResult) -> str:
    """Return how many queries a run answered, and which images it could not decode."""
    coverage, outcome = result.entry.coverage, result.outcome
    text = f"{coverage.answered} of {coverage.queries} queries answered" if coverage else ""
    if outcome.undecodable:
        files = f"images that could not be decoded: {outcome.undecodable}"
        text += f", {files} ({', '.join(outcome.examples[:3])}{', …' * (outcome.undecodable > 3)})"
    return text


def summary_lines(results: Sequence[RunResult]) -> Iterator[str]:
    """Yield mean and standard deviation of each solution over the folds, or on the test images over its seeds."""
    from harness.data.competition import TASKS
    from leaderboard import fold_rows
    from leaderboard.rendering.format_cells import metric_label
    from metrics import metrics_of

    for task in TASKS:
        of_task = [result for result in results if result.entry.task == task]
        higher_is_better = metrics_of(task)[0].higher_is_better
        for row in fold_rows([result.entry for result in of_task], higher_is_better=higher_is_better):
            score = f"{metric_label(row.metric or '')} {format_score(row.mean)} ± {format_score(row.deviation)}"
            yield f"{row.identity}: {score} (mean and standard deviation of {row.done} of {row.folds} folds)"
        yield from _seed_lines(of_task, higher_is_better=higher_is_better)


def _seed_lines(results: Sequence[RunResult], *, higher_is_better: bool) -> Iterator[str]:
    from harness.data.query_sample import is_fold

    by_identity: dict[str, list[RunResult]] = {}
    for result in results:
        if not is_fold(result.entry.split):
            by_identity.setdefault(result.entry.identity, []).append(result)
    for identity, own in by_identity.items():
        if spread := _seed_spread([result.entry for result in own], higher_is_better=higher_is_better):
            same = "; each gave the same answers" if len({result.outcome.digest for result in own}) == 1 else ""
            yield f"{identity}: {spread}{same})"


def _seed_spread(entries: Sequence[Entry], *, higher_is_better: bool) -> str:
    """Return mean and standard deviation of the score that ranks over several seeds, "" for a single one."""
    from leaderboard.order import Order
    from leaderboard.rendering.format_cells import metric_label
    from leaderboard.seeds import seed_spread

    order = Order(entries[0].metric, higher_is_better)
    part = order.ranking_part(entries)
    spread = seed_spread(entries, order, part)
    if spread.seeds < 2:
        return ""
    scores = f"{metric_label(entries[0].metric or '')} {part} {format_score(spread.mean)}"
    return f"{scores} ± {format_score(spread.deviation)} (mean and standard deviation of {spread.seeds} seeds"


def unfinished_line(batch: BatchResult, command: str, *, has_budget: bool) -> str:
    """Return what the end of the budget, or a stop on the pages, left undone, and the command that goes on."""
    names = list(dict.fromkeys(run.name or run.identity for run in batch.unfinished))
    listing = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    total = len(batch.results) + len(batch.unfinished)
    undone = f"{len(batch.unfinished)} of {total} runs did not end ({listing})"
    return f"{'the budget is over' if has_budget else 'stopped'}: {undone}; to go on: {command}"


def repeated_command(context: typer.Context, specs: Sequence[str]) -> str:
    """Return the command of a context with other specs, as one types it in a shell."""
    words = [context.info_name or "run", *specs]
    for option in context.command.params:
        name, source = option.name or "", context.get_parameter_source(option.name or "")
        if option.param_type_name == "option" and source is not None and source.name == "COMMANDLINE":
            value = context.params[name]
            values = value if isinstance(value, (list, tuple)) else [value]
            words += [option.opts[0]] if value is True else _option_words(option.opts[0], values)
    return pasteable(*words)


def _option_words(name: str, values: Sequence[object]) -> list[str]:
    """Return an option with each of its values, without the passwords of URLs."""
    from leaderboard.safe_text import hide_credentials

    return [word for value in values for word in (name, hide_credentials(str(value)))]


def batch_document(competition: str, batch: BatchResult) -> dict[str, object]:
    """Return the results, and the runs that did not end, as a JSON document."""
    unfinished = [{"identity": run.identity, "split": run.split, "seed": run.job.seed} for run in batch.unfinished]
    return {
        "competition": competition,
        "runs": [_result_document(result) for result in batch.results],
        "unfinished": unfinished,
        "failures": [{"solution": spec, "reason": reason} for spec, reason in batch.failures.items()],
    }


def _result_document(result: RunResult) -> dict[str, object]:
    return asdict(result.entry) | {
        "variant": result.name or None,
        "device": result.entry.device,
        "sandbox": result.entry.sandbox,
        "repeated": result.executed,
        "undecodable": {"count": result.outcome.undecodable, "first": list(result.outcome.examples)},
    }
