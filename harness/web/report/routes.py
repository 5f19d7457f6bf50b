"""A competition's boards, entries and queries gathered for one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.competition import TASKS, Competition
from harness.data.images.decode import UndecodableError
from harness.progress import track
from harness.web.board.cache import Ordered
from harness.web.board.query import Tab, Wish
from harness.web.board.routes import Place, board_at
from harness.web.context import Desk, Site, no_matches, no_menu
from harness.web.explorer.entry_analysis import LabellingStudy, Study
from harness.web.explorer.page import Answered
from harness.web.explorer.thumbnails import shrunk
from harness.web.permissions import PARTS, Viewer, anyone
from harness.web.report.page import Answer, Report, ReportQuery, Task
from harness.workspace import Workspace
from leaderboard import Entry, render
from leaderboard.board import board_row
from leaderboard.storage.database import Database

SIDE, QUALITY = 112, 60  # of thumbnails: pixels, and WebP's measure
ROOM = 17_500_000  # bytes of thumbnails, a third more in the file
A_THUMBNAIL = 3_500  # bytes, about
ANSWERS = 8  # of each ranking, at most


def report_of(folder: Path, workspace: Workspace, *, entries: int, queries: int) -> Report:
    """Return the report of a competition: its boards, so many of the best entries of each task, and queries."""
    site = Site(workspace, Database(workspace.database), [folder], anyone, no_menu, no_matches)
    (competition,) = site.competitions.named.values()
    album = Album(site, competition.key)
    names = [name for name in site.boards.names() if name.competition == competition.key]
    desk = Desk(site, Viewer(), "/")
    tasks = [
        _task(Place(desk, competition.key, task, of_task), album, entries, queries)
        for task in TASKS
        if (of_task := [name for name in names if name.task == task])
    ]
    return Report(competition.name, _says(competition), tasks, album.files, PARTS)


def _says(competition: Competition) -> str:
    counts = {"train": competition.train, "index": competition.index, "test": competition.queries}
    return ", ".join(f"{len(images)} {part} images" for part, images in counts.items() if len(images))


def _task(at: Place, album: Album, most: int, queries: int) -> Task:
    site = at.desk.site
    ordered = site.boards.ordered(at.competition, at.task)
    best = [each.entry.id for each in ordered.standings][:most]
    whole = site.store.numbered(best)
    entries = [whole[number] for number in best]
    tabs: list[Tab] = [tab for tab in ("public", "private", "all") if tab in at.tabs(ordered)]
    for tab in tabs:
        site.ties.find(ordered.metric, tab, ordered.leaders(tab))
    studied = [entry for entry in entries if site.library.can_be_studied(entry)]
    shown, counted = _queries(album, studied, queries)
    return Task(
        name=at.task,
        metric=ordered.metric.name,
        boards=[board_at(at, ordered, tab, Wish()) for tab in tabs],
        entries=entries,
        queries=shown,
        counted=counted,
        table=_table(at, ordered),
    )


def _table(at: Place, ordered: Ordered) -> str:
    """Return the whole board as CSV."""
    standings = ordered.standings
    whole = at.desk.site.store.numbered([each.entry.id for each in standings])
    rows = [board_row(each, whole[each.entry.id], ordered.order, ordered.part) for each in standings]
    better = ordered.metric.higher_is_better
    return render(rows, "csv", title=at.title, metric=ordered.metric.name, higher_is_better=better)


def _queries(album: Album, entries: list[Entry], most: int) -> tuple[list[ReportQuery], int]:
    """Return queries with the answers of all entries, and how many there are to choose from."""
    studies = [album.site.library.opened(entry) for entry in entries]
    if not studies:
        return [], 0
    rows, counted = chosen(np.stack([study.gains for study in studies]), most)
    answers = [[study.answered(row, ANSWERS) for study in studies] for row in rows]
    few = album.affords(answers, len(rows))
    both = track([*zip(rows, answers, strict=True)], f"{entries[0].task} queries")
    return [_query(album, studies, row, found, few) for row, found in both], counted


def chosen(gains: np.ndarray, most: int) -> tuple[list[int], int]:
    """Return which of the queries are shown, in their order, and how many count.

    `gains` `(n_entries, n_queries)` is what each query gained, NaN where it does not count. Half are those on which
    entries differ most, the rest those that the first of them answers worst.

    >>> chosen(np.array([[0.1, 0.9, 0.5, 0.6], [0.1, 0.1, 0.5, 0.6]]), 2)
    ([0, 1], 4)
    """
    counts = np.flatnonzero(~np.isnan(gains).any(axis=0))
    spread = counts[np.argsort(-np.ptp(gains[:, counts], axis=0), kind="stable")][: most // 2]
    rest = np.setdiff1d(counts, spread)
    worst = rest[np.argsort(gains[0, rest], kind="stable")][: most - len(spread)]
    return sorted([*spread.tolist(), *worst.tolist()]), len(counts)


def _query(album: Album, studies: list[Study], row: int, found: list[Answered], few: int) -> ReportQuery:
    first = studies[0]
    shows = ""
    if isinstance(first, LabellingStudy):
        shows = "shows " + (", ".join(label.name for label in first.shows(row)) or "no landmark")
    answers = {answered.entry: _answer(album, answered, few) for answered in found}
    place = album.place("test", first.photo_id(row))
    return ReportQuery(first.photo_id(row), str(first.truth.usage[row]).lower(), place, shows, answers)


def _answer(album: Album, found: Answered, few: int) -> Answer:
    says, label = " · ".join(found.says), found.label
    if label is not None:
        images = [album.place("train", photo.id) for photo in label.photos[:2]]
        return Answer(found.value, says, images, label.mark[0], label.name)
    images = [album.place("index", shown.photo.id) for shown in found.shown[:few]]
    return Answer(found.value, says, images, "".join(shown.mark[0] for shown in found.shown[:few]))


@dataclass
class Album:
    """The thumbnails of a report, each once, as far as there is room."""

    site: Site
    competition: str

    def __post_init__(self) -> None:
        self.files: list[bytes] = []
        self._places: dict[tuple[str, str], int] = {}
        self._photos = self.site.library.photos(self.competition)
        self._left = ROOM

    def affords(self, answers: list[list[Answered]], others: int) -> int:
        """Return how many images of each answer there is room for, beside so many others, each image once."""
        for few in range(ANSWERS, 1, -1):
            images = {shown.photo.id for of in answers for found in of for shown in found.shown[:few]}
            if (len(images) + others) * A_THUMBNAIL <= self._left:
                return few
        return 1

    def place(self, part: str, image_id: str) -> int:
        """Return the place of an image among the files, -1 where it cannot be shown."""
        key = (part, image_id)
        if key not in self._places:
            self._places[key] = self._added(part, image_id)
        return self._places[key]

    def _added(self, part: str, image_id: str) -> int:
        path = self._photos.file(part, image_id) if self._photos else None
        if path is None or self._left <= 0:
            return -1
        try:
            file = shrunk(path, SIDE, "WEBP", QUALITY)
        except UndecodableError:
            return -1
        self._left -= len(file)
        self.files.append(file)
        return len(self.files) - 1
