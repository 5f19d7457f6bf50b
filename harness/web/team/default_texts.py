"""The texts of a competition's pages where the admin has written none: what the competition and its rules say."""

from collections.abc import Sequence

from harness.data.ground_truth_files import COLUMNS
from harness.web.team.competition_context import CompetitionState
from leaderboard.rendering.format_cells import metric_label
from leaderboard.safe_text import escape_markdown, shorten
from leaderboard.team.rules import MAX_FINALS
from leaderboard.team.texts import TextPage
from metrics import Metric, Task

GOALS: dict[Task, str] = {
    "retrieval": "find the images of the index that show the same landmark as the query",
    "recognition": "name the landmark that the query shows, or nothing if it shows none",
}
FORMATS: dict[Task, str] = {
    "retrieval": "the ids of up to 100 images of the index, best first, separated by spaces",
    "recognition": "a landmark id and a confidence, separated by a space, or nothing",
}
PARTS = {"train": "labelled images to learn from", "index": "images to search", "test": "queries"}


def default_text(page: TextPage, state: CompetitionState, metrics: Sequence[Metric], largest_bytes: int) -> str:
    """Return the Markdown of a page; `metrics` are those of the competition's tasks, in their order."""
    if page == "overview":
        return _overview(state, metrics)
    return _data(state) if page == "data" else _rules(state, largest_bytes)


def _overview(state: CompetitionState, metrics: Sequence[Metric]) -> str:
    tasks = "".join(
        f"* **{task}**: {GOALS[task]}. Score: {metric_label(metric.name)}, "
        f"{'higher' if metric.higher_is_better else 'lower'} is better.\n"
        for task, metric in zip(state.tasks, metrics, strict=True)
    )
    name = escape_markdown(shorten(state.name))
    return (
        f"**{name}** is a competition in {' and '.join(state.tasks) or 'image retrieval'} of landmarks.\n\n"
        f"# Tasks\n\n{tasks}\n# How to take part\n\n1. Read the pages *Data* and *Rules*.\n"
        "2. Write a CSV file with an answer to each query.\n"
        "3. Upload it on the page *Submissions*, or run `landmark push submission.csv --to ADDRESS`.\n"
    )


def _data(state: CompetitionState) -> str:
    competition = state.competition
    counts = {"train": competition.train, "index": competition.index, "test": competition.queries}
    rows = "".join(f"| {part} | {PARTS[part]} | {len(images):,} |\n" for part, images in counts.items() if len(images))
    formats = "".join(f"* {task}: `id,{COLUMNS[task]}` with {FORMATS[task]}.\n" for task in state.tasks)
    return (
        f"# Images\n\n| folder | content | images |\n|---|---|--:|\n{rows}\n# Submission file\n\n"
        f"A CSV table, optionally compressed with gzip or zip, with a row for each query:\n\n{formats}"
    )


def _rules(state: CompetitionState, largest_bytes: int) -> str:
    rules = state.rules
    deadline = f"{rules.deadline:%Y-%m-%d %H:%M} UTC" if rules.deadline else "none"
    ladder = (
        "* Public scores are released by the Ladder: only significant improvements are published.\n"
        if rules.ladder
        else ""
    )
    return (
        f"* **Deadline**: {deadline}.\n"
        f"* **Submissions**: {rules.daily_limit} a day (UTC) for each team and task. "
        "A rejected file does not count.\n"
        f"* **Size of a file**: up to {largest_bytes / 1e6:g} MB.\n"
        f"* **Finals**: up to {MAX_FINALS} submissions of a team and task count for the private part. "
        "If a team chooses fewer, its best public submissions fill up.\n"
        "* **Ranking**: each team by the private score of its best final; the earlier submission wins a tie.\n"
        f"{ladder}"
    )
