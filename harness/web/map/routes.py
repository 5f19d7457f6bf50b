"""The map of an entry's images: `/e/<entry>/map`, its points and pictures below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.data.query_sample import is_fold
from harness.web.context import PageContextDep
from harness.web.data.selections import SelectionStore
from harness.web.error_pages import not_found
from harness.web.map.descriptors import DescriptorSet
from harness.web.map.jobs import JobState
from harness.web.map.picture import draw_picture
from harness.web.map.points import MapPoints
from harness.web.map.projection import has_umap
from harness.web.map.regions import map_regions
from harness.web.map.service import MapChoice, MapService, map_service
from harness.web.rendering import address, query_metric_label, with_query
from harness.web.shared.entry_lookup import EntryDep, entry_breadcrumb
from harness.web.site_page import SitePage
from leaderboard import Entry

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)

IMAGES = {"all": "all images", "test": "queries", "index": "index", "train": "train"}
COLOURS = {"landmark": "landmark", "score": "score", "part": "part"}
BLOCK = 200  # images of a request for their names
MAX_CORNERS = 100
_AREA = re.compile(r"-?\d(\.\d{1,5})?,-?\d(\.\d{1,5})?(;-?\d(\.\d{1,5})?,-?\d(\.\d{1,5})?){2,99}")


@dataclass(frozen=True)
class EntryMap:
    """The map that a request asks for: its descriptors (None if there are none), colour, and further values."""

    entry: Entry
    service: MapService
    sets: Sequence[DescriptorSet]
    current: DescriptorSet | None
    method: str
    images: str
    colour: str
    with_truth: bool

    @property
    def choice(self) -> MapChoice:
        """What the map shows; 404 without descriptors."""
        if self.current is None:
            raise not_found("this entry has no stored descriptors")
        every = ("train",) if is_fold(self.entry.split) else ("test", "index", "train")
        return MapChoice(self.current, every if self.images == "all" else (self.images,), self.method)

    def query(self, **changes: object) -> str:
        """The query string of this map, with some values changed."""
        key = self.current.key if self.current else ""
        state = {"descriptors": key, "method": self.method, "images": self.images, "colour": self.colour}
        return with_query({**state, **changes})

    def address(self, *parts: str, **changes: object) -> str:
        """The address of the map, or of what is below it."""
        return address("e", self.entry.id, "map", *parts) + self.query(**changes)

    def state(self) -> JobState | None:
        """The state of the computation, which is started if there is none; None if the map is computed."""
        return self.service.state(self.entry, self.choice, with_truth=self.with_truth)

    def points(self) -> MapPoints:
        """The points; 404 while they are computed."""
        points = self.service.points(self.entry, self.choice, with_truth=self.with_truth)
        if points is None:
            raise not_found("this map is not computed yet; open its page first")
        return points


def entry_map(
    entry: EntryDep,
    context: PageContextDep,
    descriptors: Annotated[str, Query(max_length=40)] = "",
    method: str = "pca",
    images: str = "all",
    colour: str = "landmark",
) -> EntryMap:
    """Return the map of an address; unknown values are defaults. 404 on a team server: descriptors are local files."""
    if context.permissions.user_name:
        raise not_found("the map is only for local use")
    service = map_service(context.site)
    sets = service.descriptor_sets(entry)
    current = next((each for each in sets if each.key == descriptors), sets[0] if sets else None)
    return EntryMap(
        entry,
        service,
        sets,
        current,
        method if method == "umap" and has_umap() else "pca",
        images if images in IMAGES else "all",
        colour if colour in COLOURS else "landmark",
        context.permissions.can_see_truth(entry.competition),
    )


EntryMapDep = Annotated[EntryMap, Depends(entry_map)]


@router.get("/e/{number}/map")
def map_page(wanted: EntryMapDep, context: PageContextDep) -> HTMLResponse:
    """Return the page of the map; while the layout is computed, a page that says so."""
    entry = wanted.entry
    state = wanted.state() if wanted.current else None
    values = _drawing_values(wanted, context) if wanted.current and state is None else {}
    return context.render(
        "map/map.html",
        f"Map of the images of {entry.identity}",
        entry_breadcrumb(entry, "map"),
        entry=entry,
        map=wanted,
        state=state,
        has_record=wanted.service.has_record(entry),
        image_choices=IMAGES if not is_fold(entry.split) else {"all": "all images"},
        colours=COLOURS,
        has_umap=has_umap(),
        **({"points": None} | values),
    )


def _drawing_values(wanted: EntryMap, context: PageContextDep) -> dict[str, Any]:
    """Return what the template needs of a computed map."""
    points, photos = wanted.points(), context.site.analyses.photos(wanted.entry.competition)
    analysis = wanted.service.analysis(wanted.entry) if wanted.with_truth else None
    name_of = photos.name if photos else str
    is_retrieval = analysis is not None and analysis.truth.task == "retrieval"
    metric = query_metric_label(analysis.metric.name) if analysis and is_retrieval else "correct answers"
    return {
        "points": points,
        "n_points": len(points.scores),
        "n_queries": int((~np.isnan(points.scores)).sum()),
        "legend": points.legend(name_of),
        "regions": map_regions(points, name_of),
        "score_name": metric,
    }


@router.get("/e/{number}/map/state")
def map_state(wanted: EntryMapDep) -> dict[str, str | float | bool]:
    """Return what the computation of the map is doing."""
    state = wanted.state()
    if state is None:
        return {"done": True, "doing": "", "share": 1.0, "error": ""}
    return {"done": False, "doing": state.doing, "share": state.share, "error": state.error}


@router.get("/e/{number}/map/points")
def map_points(wanted: EntryMapDep) -> Response:
    """Return the points as `MapPoints.to_bytes` writes them."""
    return Response(wanted.points().to_bytes(), media_type="application/octet-stream")


@router.get("/e/{number}/map/picture")
def map_picture(wanted: EntryMapDep) -> Response:
    """Return the map as a PNG picture."""
    return Response(draw_picture(wanted.points(), wanted.colour), media_type="image/png")


@router.get("/e/{number}/map/images")
def map_images(
    wanted: EntryMapDep, context: PageContextDep, block: Annotated[int, Query(ge=0, le=10**6)] = 0
) -> list[dict[str, str]]:
    """Return id, picture, part, landmark and page of the points of a block of `BLOCK`."""
    points, photos = wanted.points(), context.site.analyses.photos(wanted.entry.competition)
    if photos is None:
        raise not_found("the photographs of this competition are missing")
    rows = []
    for point in range(block * BLOCK, min(len(points.scores), (block + 1) * BLOCK)):
        image, landmark, score = points.image_id(point), int(points.landmarks[point]), float(points.scores[point])
        is_query = not np.isnan(score)
        rows.append(
            {
                "id": image,
                "part": points.part(point),
                "picture": photos.photo(points.part(point), image).small,
                "landmark": photos.name(landmark) if landmark >= 0 else "",
                "score": f"{score:.3f}" if is_query else "",
                "page": address("e", wanted.entry.id, "queries", image) if is_query else "",
            }
        )
    return rows


@router.get("/e/{number}/map/select")
def select_queries(wanted: EntryMapDep, context: PageContextDep, area: str = "") -> Response:
    """Redirect to the explorer with the queries inside an area, whose corners are shares of the map: `x,y;x,y;x,y`."""
    if len(area) > 20 * MAX_CORNERS or not _AREA.fullmatch(area):
        raise not_found("an area has 3 to 100 corners, such as 0,0;1,0;1,1")
    corners = [(float(x), float(y)) for x, y in (corner.split(",") for corner in area.split(";"))]
    ids = wanted.points().queries_inside(corners)
    if not ids:
        raise not_found("no scored query is in this area of the map; choose a larger one")
    digest = SelectionStore.of(context.site.workspace).save(ids)
    return RedirectResponse(address("e", wanted.entry.id, "queries", selection=digest), 303)
