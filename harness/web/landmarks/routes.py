"""Landmarks of a board, `/c/<competition>/<task>/landmarks`, and how they are confused, `…/confusion`."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from harness.data.query_sample import is_fold
from harness.web.context import PageContext, SiteDep
from harness.web.data.contact_sheet import CELL, MAX_CELLS, contact_sheet
from harness.web.data.landmark_photos import LandmarkPhotos
from harness.web.data.query_landmarks import QueryLandmarks
from harness.web.error_pages import not_found
from harness.web.landmarks.board_entries import board_entries, choices, landmark_scores, landmarks_of, require_truth
from harness.web.landmarks.confusion import worst_matrix
from harness.web.landmarks.confusion_cache import ConfusionCache
from harness.web.landmarks.page import MAX_ENTRIES, PAGE_ROWS, LandmarksQuery, landmark_rows, select_landmarks
from harness.web.lru import LruCache
from harness.web.rendering import Link, address, render_template
from harness.web.shared.board_context import BoardContext, BoardContextDep
from harness.web.site_page import BoardLink, SitePage
from leaderboard import Entry

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router, board_links=[BoardLink("Landmarks", "landmarks", least_entries=1)])

PAIRS, OTHERS, MATRIX = 12, 12, 25  # that a page shows
MAX_PAIRS = 480
CACHING = "private, max-age=3600"
_CONFUSION = ConfusionCache()
_PHOTOS: LruCache[LandmarkPhotos] = LruCache(4)  # by site, competition, task and split
_SHEETS: LruCache[bytes] = LruCache(64)


def visible_board(board: BoardContextDep) -> BoardContext:
    """Return the board of an address; 404 unless the user may see the ground truth."""
    return require_truth(board)


VisibleBoardDep = Annotated[BoardContext, Depends(visible_board)]


@router.get("/c/{competition}/{task}/landmarks")
def landmarks_page(board: VisibleBoardDep, request: Request) -> HTMLResponse:
    """Return a page of the landmarks, with their scores under some entries."""
    query, context = LandmarksQuery.read(request), board.page
    entries = board_entries(board, query.entry)
    landmarks = landmarks_of(context, entries[0]) if entries else None
    values: dict[str, Any] = {"rows": [], "total": 0, "pages": 1}
    if entries and landmarks is not None:
        values = _landmark_values(context, entries, landmarks, query)
    return board.page.render(
        "landmarks/landmarks.html",
        f"{board.title}, landmarks",
        board.breadcrumb("landmarks"),
        board=board,
        query=query,
        entries=entries,
        known=landmarks is not None,
        links=_views(board, entries, "landmarks"),
        others=choices(board, entries[0] if entries else None),
        max_entries=MAX_ENTRIES,
        cell=CELL,
        **values,
    )


def _landmark_values(
    context: PageContext, entries: Sequence[Entry], landmarks: QueryLandmarks, query: LandmarksQuery
) -> dict[str, Any]:
    """Return the rows of a page of the table, their number, and the address of their photos."""
    photos = context.site.analyses.photos(entries[0].competition)
    if photos is None:
        raise not_found("the folder of this competition is missing or has changed")
    scores = [landmark_scores(context, entry, query.part, landmarks) for entry in entries]
    chosen = select_landmarks(landmarks, scores, photos, query)
    pages = max(1, -(-len(chosen) // PAGE_ROWS))
    start = (min(query.page, pages) - 1) * PAGE_ROWS
    rows = landmark_rows(landmarks, scores, entries, photos, chosen[start : start + PAGE_ROWS].tolist())
    sheet = _sheet_address(context, entries[0], landmarks, [row.landmark for row in rows])
    return {"rows": rows, "total": len(chosen), "pages": pages, "sheet": sheet}


@router.get("/c/{competition}/{task}/confusion")
def confusion_page(
    board: VisibleBoardDep, entry: Annotated[str, Query(max_length=10)] = "", page: int = 1
) -> HTMLResponse:
    """Return the landmarks that an entry confuses, or a sign of work while they are computed."""
    (chosen,) = _one_entry(board, entry)
    return board.page.render(
        "landmarks/confusion.html",
        f"{board.title}, confusion",
        board.breadcrumb("confusion"),
        board=board,
        entry=chosen,
        links=_views(board, [chosen], "confusion"),
        others=choices(board, chosen),
        content=_confusion_values(board, chosen, page),
        fragment=board.address("confusion", "content", entry=str(chosen.id)),
        cell=CELL,
    )


@router.get("/c/{competition}/{task}/confusion/content")
def confusion_content(
    board: VisibleBoardDep, entry: Annotated[str, Query(max_length=10)] = "", page: int = 1
) -> Response:
    """Return the content of the confusion page; status 202 while it is being computed."""
    (chosen,) = _one_entry(board, entry)
    content = _confusion_values(board, chosen, page)
    if content is None:
        return PlainTextResponse("Comparing the answers with the landmarks of the queries", 202)
    layout = board.page.layout("")
    return HTMLResponse(render_template("landmarks/_confusion.html", layout, entry=chosen, cell=CELL, content=content))


@router.get("/sheets/{competition}")
def sheet(
    competition: str, site: SiteDep, request: Request, image: Annotated[list[str], Query(max_length=MAX_CELLS)]
) -> Response:
    """Return the thumbnails of images, each called `part:id`, side by side."""
    photos = site.analyses.photos(competition)
    if photos is None:
        raise not_found("no such competition")
    files = [photos.file(*name.split(":", 1)) if ":" in name else None for name in image]
    digests = tuple(file and site.analyses.thumbnails.digest(file, "small") for file in files)
    tag = f'"{sha256(repr(digests).encode()).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": CACHING})
    content = _SHEETS.get((site, digests), lambda: contact_sheet(site.analyses.thumbnails, files))
    return Response(content, media_type="image/jpeg", headers={"ETag": tag, "Cache-Control": CACHING})


def _one_entry(board: BoardContext, number: str) -> list[Entry]:
    numbers = [int(number)] if number.isdecimal() and number.isascii() else []
    entries = board_entries(board, numbers)
    if not entries or board.page.site.analyses.submission(entries[0]) is None:
        raise not_found("no entry with results by query on this board")
    return entries[:1]


def _confusion_values(board: BoardContext, entry: Entry, page: int) -> dict[str, Any] | None:
    """Return pairs, matrix and photos of the confused landmarks; None while they are being computed."""
    context = board.page
    landmarks, photos = landmarks_of(context, entry), context.site.analyses.photos(entry.competition)
    if landmarks is None or photos is None:
        return {"pairs": [], "others": [], "matrix": None, "pages": 1, "page": 1, "known": False}
    pairs = _CONFUSION.find(context.site, entry)
    if pairs is None:
        return None
    confused = pairs.between_landmarks[:MAX_PAIRS]
    pages = max(1, -(-len(confused) // PAIRS))
    page = min(max(1, page), pages)
    rows = confused[(page - 1) * PAIRS : page * PAIRS].tolist()
    matrix = worst_matrix(pairs, MATRIX)
    shown = [landmark for first, second, _ in rows for landmark in (first, second)]
    return {
        "pairs": [(first, photos.name(first), second, photos.name(second), count) for first, second, count in rows],
        "others": [(each, photos.name(each), count) for each, count in pairs.of_other_queries[:OTHERS].tolist()],
        "matrix": matrix if page == 1 and matrix.landmarks else None,
        "names": {landmark: photos.name(landmark) for landmark in matrix.landmarks},
        "sheet": _sheet_address(context, entry, landmarks, shown),
        "pages": pages,
        "page": page,
        "known": True,
    }


def _sheet_address(context: PageContext, entry: Entry, landmarks: QueryLandmarks, shown: Sequence[int]) -> str:
    """Return the address of the photos of landmarks, in their order."""
    photos = context.site.analyses.photos(entry.competition)
    part = "train" if is_fold(entry.split) else "test"
    assert photos is not None
    finder = _PHOTOS.get(
        (context.site, entry.competition, entry.task, entry.split),
        lambda: LandmarkPhotos(photos, landmarks, context.site.analyses.query_ids(entry), part),
    )
    return address("sheets", entry.competition, image=[":".join(finder.find(each) or ("", "")) for each in shown])


def _views(board: BoardContext, entries: Sequence[Entry], current: str) -> list[Link]:
    """Return links to both pages for the same entry."""
    entry = {"entry": str(entries[0].id)} if entries else {}
    texts = {"landmarks": "Scores by landmark", "confusion": "Confusion"}
    return [Link(text, board.address(path, **entry), path == current) for path, text in texts.items()]
