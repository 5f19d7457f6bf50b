"""Collect a competition's boards, entries, queries and thumbnails for a report."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.competition import TASKS
from harness.data.images.decode import UndecodableError
from harness.data.images.thumbnail import shrink_photo
from harness.progress import track
from harness.web.competitions import describe_images
from harness.web.context import PageContext, Site
from harness.web.data.board_cache import RankedBoard, Tab
from harness.web.data.entry_analysis import EntryAnalysis, LabellingAnalysis
from harness.web.data.query_answer import QueryAnswer
from harness.web.permissions import Permissions
from harness.web.report.page import HtmlReport, ReportAnswer, ReportQuery, ReportSection
from harness.web.shared.board_context import BoardContext
from harness.web.shared.board_query import BoardQuery
from harness.web.shared.board_view import build_board_view
from harness.workspace import Workspace
from leaderboard import Entry, render
from leaderboard.board import board_row
from leaderboard.rendering.format_cells import metric_label
from leaderboard.storage.database import Database
from leaderboard.storage.notes import EntryNote, note_columns

SIDE = 160  # pixels of thumbnails
AVIF = {"quality": 38, "speed": 9, "max_threads": 1}  # as good as WebP of quality 60, at 60 % of its size
WEBP = {"quality": 60}  # with a Pillow that cannot write AVIF
MAX_BYTES = 17_500_000  # of all thumbnails; base64 adds a third
THUMBNAIL_BYTES = 3_500  # on average
MAX_IMAGES = 8  # of each ranking


@dataclass
class ThumbnailBudget:
    """The thumbnails of a report, each once, up to `MAX_BYTES`."""

    site: Site
    competition: str

    def __post_init__(self) -> None:
        self.files: list[bytes] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._photos = self.site.analyses.photos(self.competition)
        self._bytes_left = MAX_BYTES

    def images_per_answer(self, answers: list[list[QueryAnswer]], n_others: int) -> int:
        """Return how many images of each answer fit into the budget, besides `n_others` other images."""
        for limit in range(MAX_IMAGES, 1, -1):
            images = {judged.photo.id for row in answers for answer in row for judged in answer.photos[:limit]}
            if (len(images) + n_others) * THUMBNAIL_BYTES <= self._bytes_left:
                return limit
        return 1

    def add(self, part: str, image_id: str) -> int:
        """Add a thumbnail unless it is there already; return its number in `files`, -1 if it cannot be shown."""
        key = (part, image_id)
        if key not in self._numbers:
            self._numbers[key] = self._append(part, image_id)
        return self._numbers[key]

    def _append(self, part: str, image_id: str) -> int:
        path = self._photos.file(part, image_id) if self._photos else None
        if path is None or self._bytes_left <= 0:
            return -1
        try:
            file = _thumbnail(path)
        except UndecodableError:
            return -1
        self._bytes_left -= len(file)
        self.files.append(file)
        return len(self.files) - 1


def _thumbnail(photo: Path) -> bytes:
    from PIL import features

    options = ("AVIF", AVIF) if features.check("avif") else ("WEBP", WEBP)
    return shrink_photo(photo, SIDE, options[0], **options[1])


def build_report(folder: Path, workspace: Workspace, *, entries: int, queries: int) -> HtmlReport:
    """Return the report of a competition with its boards and, for each task, the best entries and some queries."""
    site = Site(workspace, Database(workspace.database), [folder])
    (competition,) = site.competitions.explicit.values()
    budget = ThumbnailBudget(site, competition.key)
    boards = [board for board in site.boards.names() if board.competition == competition.key]
    page = PageContext(site, Permissions(), "/")
    sections = [
        _section(BoardContext(page, competition.key, task, of_task), budget, entries, queries)
        for task in TASKS
        if (of_task := [board for board in boards if board.task == task])
    ]
    return HtmlReport(competition.name, describe_images(competition), sections, budget.files)


def _section(board: BoardContext, budget: ThumbnailBudget, n_entries: int, n_queries: int) -> ReportSection:
    site, ranked = board.page.site, board.ranked()
    best = [standing.entry.id for standing in ranked.standings][:n_entries]
    by_id = site.store.by_ids(best)
    entries = [by_id[number] for number in best]
    visible = board.tabs(ranked)
    tabs: list[Tab] = [tab for tab in ("public", "private", "all") if tab in visible]
    for tab in tabs:
        site.ties.find(ranked.metric, tab, ranked.leaders(tab))
    queries, n_scored = _queries(budget, [entry for entry in entries if site.analyses.can_analyse(entry)], n_queries)
    return ReportSection(
        task=board.task,
        metric=metric_label(ranked.metric.name),
        boards=[build_board_view(board, ranked, tab, BoardQuery()) for tab in tabs],
        entries=entries,
        queries=queries,
        n_scored=n_scored,
        csv=_csv(board, ranked),
    )


def _csv(board: BoardContext, ranked: RankedBoard) -> str:
    """Return all rows of the board as CSV."""
    standings = ranked.standings
    entries = board.page.site.store.by_ids([standing.entry.id for standing in standings])
    rows = [board_row(standing, entries[standing.entry.id], ranked.order, ranked.part) for standing in standings]
    metric, notes = ranked.metric, board.page.site.notes.find()
    further = note_columns([notes.get(standing.entry.id, EntryNote()) for standing in standings]) if notes else []
    title, higher_is_better = board.competition_name, metric.higher_is_better
    return render(rows, "csv", metric=metric.name, higher_is_better=higher_is_better, title=title, further=further)


def _queries(budget: ThumbnailBudget, entries: list[Entry], limit: int) -> tuple[list[ReportQuery], int]:
    """Return queries with the answers of all entries, and the number of scored queries."""
    analyses = [budget.site.analyses.open(entry) for entry in entries]
    if not analyses:
        return [], 0
    rows, n_scored = select_queries(np.stack([analysis.gains for analysis in analyses]), limit)
    answers = [[analysis.answer(row, MAX_IMAGES) for analysis in analyses] for row in rows]
    n_images = budget.images_per_answer(answers, len(rows))
    rows_and_answers = track([*zip(rows, answers, strict=True)], f"{entries[0].task} queries")
    return [_query(budget, analyses[0], row, given, n_images) for row, given in rows_and_answers], n_scored


def select_queries(gains: np.ndarray, limit: int) -> tuple[list[int], int]:
    """Return the rows of the queries to show, in order, and the number of scored queries.

    `gains` `(n_entries, n_queries)` is what each query contributes to the score, NaN if it is not scored. Half of the
    rows have the largest difference between entries, the others the lowest gain of the first entry.

    >>> select_queries(np.array([[0.1, 0.9, 0.5, 0.6], [0.1, 0.1, 0.5, 0.6]]), 2)
    ([0, 1], 4)
    """
    scored = np.flatnonzero(~np.isnan(gains).any(axis=0))
    most_different = scored[np.argsort(-np.ptp(gains[:, scored], axis=0), kind="stable")][: limit // 2]
    rest = np.setdiff1d(scored, most_different)
    worst = rest[np.argsort(gains[0, rest], kind="stable")][: limit - len(most_different)]
    return sorted([*most_different.tolist(), *worst.tolist()]), len(scored)


def _query(
    budget: ThumbnailBudget, analysis: EntryAnalysis, row: int, answers: list[QueryAnswer], n_images: int
) -> ReportQuery:
    shows = ""
    if isinstance(analysis, LabellingAnalysis):
        shows = "shows " + (", ".join(label.name for label in analysis.shows(row)) or "no landmark")
    return ReportQuery(
        id=analysis.photo_id(row),
        usage=str(analysis.truth.usage[row]).lower(),
        image=budget.add("test", analysis.photo_id(row)),
        shows=shows,
        answers={answer.entry: _answer(budget, answer, n_images) for answer in answers},
    )


def _answer(budget: ThumbnailBudget, answer: QueryAnswer, n_images: int) -> ReportAnswer:
    facts, label = " · ".join(answer.facts), answer.label
    if label is not None:
        images = [budget.add("train", photo.id) for photo in label.photos[:2]]
        return ReportAnswer(answer.value, facts, images, label.mark[0], label.name)
    photos = answer.photos[:n_images]
    images = [budget.add("index", judged.photo.id) for judged in photos]
    return ReportAnswer(answer.value, facts, images, "".join(judged.mark[0] for judged in photos))
