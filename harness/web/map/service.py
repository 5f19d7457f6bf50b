"""Maps of a site: the descriptors, layouts and points of an entry, cached; layouts are computed in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from harness.data.store.use_record import FILE, load_uses
from harness.errors import DataError
from harness.web.data.entry_analysis import EntryAnalysis
from harness.web.lru import LruCache
from harness.web.map.descriptors import PARTS, DescriptorSet, find_descriptor_sets
from harness.web.map.jobs import JobState, LayoutJobs
from harness.web.map.layout import LayoutStore, MapLayout, layout_digest, make_layout
from harness.web.map.points import MapPoints, make_points
from harness.web.map.projection import Report
from leaderboard import Entry

if TYPE_CHECKING:
    from harness.web.context import Site


@dataclass(frozen=True)
class MapChoice:
    """What a map shows: descriptors, the parts of the images, and the method of the projection."""

    descriptors: DescriptorSet
    parts: Sequence[str]
    method: str

    @property
    def digest(self) -> str:
        """The digest of the layout."""
        return layout_digest(self.descriptors, self.parts, self.method)


class MapService:
    """The maps of a site."""

    def __init__(self, site: Site) -> None:
        self._workspace, self._analyses, self._competitions = site.workspace, site.analyses, site.competitions
        self._layouts = LayoutStore(site.workspace.folder / "serving" / "maps")
        self._jobs = LayoutJobs()
        self._points: LruCache[MapPoints] = LruCache(8)

    def descriptor_sets(self, entry: Entry) -> list[DescriptorSet]:
        """Return the stored descriptors of the entry's competition, those that its run read first."""
        competition = self._competitions.find(entry.competition)
        if competition is None:
            return []
        return find_descriptor_sets(self._workspace, competition, load_uses(self._record(entry)))

    def has_record(self, entry: Entry) -> bool:
        """Return whether the run of the entry has recorded the descriptors that it read."""
        return bool(load_uses(self._record(entry)))

    def _record(self, entry: Entry) -> Path:
        submission = self._analyses.submission(entry)
        return (submission or self._workspace.folder / "runs" / "none").with_name(FILE)

    def state(self, entry: Entry, choice: MapChoice, *, with_truth: bool) -> JobState | None:
        """Return what is computing the points of a map, which starts now if it has to; None if they are there."""
        key = (entry.id, choice.digest, with_truth)
        if self._points.peek(key) is not None:
            return None

        def compute(report: Report) -> None:
            layout = self._layouts.load(choice.digest) or self._make_layout(choice, report)
            report("reading landmarks and scores", 0.0)
            self._points.get(key, partial(self._make_points, entry, layout, with_truth=with_truth))

        return self._jobs.ensure(key, compute)

    def points(self, entry: Entry, choice: MapChoice, *, with_truth: bool) -> MapPoints | None:
        """Return the points of a map; None if its layout is not computed."""
        key = (entry.id, choice.digest, with_truth)
        cached = self._points.peek(key)
        layout = self._layouts.load(choice.digest) if cached is None else None
        if layout is None:
            return cached
        return self._points.get(key, partial(self._make_points, entry, layout, with_truth=with_truth))

    def _make_layout(self, choice: MapChoice, report: Report) -> MapLayout:
        parts = [part for part in PARTS if part in choice.parts]
        layout = make_layout(choice.descriptors, parts, choice.method, report)
        self._layouts.save(choice.digest, layout)
        return layout

    def _make_points(self, entry: Entry, layout: MapLayout, *, with_truth: bool) -> MapPoints:
        competition = self._competitions.find(entry.competition)
        if competition is None:
            raise DataError(f"entry {entry.id}: its competition is missing")
        analysis = self.analysis(entry) if with_truth else None
        landmarks = self._analyses.truth(competition, "recognition") if with_truth else None
        return make_points(layout, competition, landmarks, analysis)

    def analysis(self, entry: Entry) -> EntryAnalysis | None:
        """Return the results of the entry by query; None if it has none."""
        try:
            return self._analyses.analysis(entry) if self._analyses.can_analyse(entry) else None
        except DataError:
            return None


_services: WeakKeyDictionary[Site, MapService] = WeakKeyDictionary()


def map_service(site: Site) -> MapService:
    """Return the map service of a site, always the same one."""
    return _services.setdefault(site, MapService(site))
