"""Tests of `harness.web.map.routes`, `harness.web.map.service`, `harness.web.map.jobs`, `harness.web.map.layout`,
`harness.web.map.points`, `harness.web.map.regions`, `harness.web.map.picture` and `harness.web.map.descriptors`.
"""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from fastapi.testclient import TestClient

from harness.data.embeddings.adding import add_embeddings
from harness.data.embeddings.reading import open_vector_files
from harness.data.store.use_record import FILE
from harness.web.data.selections import SelectionStore
from harness.web.map.descriptors import find_descriptor_sets
from harness.web.map.jobs import LayoutJobs
from harness.web.map.layout import LayoutStore, make_layout
from harness.web.map.picture import draw_picture
from harness.web.map.points import make_points
from harness.web.map.projection import Report
from harness.web.map.regions import map_regions
from harness.web.permissions import Permissions
from leaderboard import Entry
from tests.factories.entries import EntryFactory
from tests.factories.vectors import thumbnails, write_npz

Browse = Callable[..., TestClient]


@pytest.fixture
def entry(factory: EntryFactory, tmp_path: Path) -> Entry:
    """An entry whose run has read vectors that were added under the name `small`."""
    competition = factory.competition
    tables = [images.source for images in (competition.train, competition.index, competition.queries)]
    file = write_npz(tmp_path / "small.npz", *thumbnails(competition))
    add_embeddings("small", open_vector_files([file]), tables)
    entry = factory.add_ranking("embeddings('small')", right=0.5)
    sets = find_descriptor_sets(factory.workspace, competition, [])
    folder = sets[0].stores["index"].folder.name
    record = f'{{"arrays": [{{"part": "index", "folder": "{folder}", "array": "{sets[0].array}"}}]}}'
    Path(entry.submission or "").with_name(FILE).write_text(record)
    return entry


def _wait_for_map(client: TestClient, path: str) -> str:
    for _ in range(200):
        text = client.get(path).text
        if "Computing the map" not in text:
            return text
        time.sleep(0.02)
    raise AssertionError("the map was not computed")


def test_a_map_is_computed_once_and_has_a_point_for_each_image(
    factory: EntryFactory, entry: Entry, browse: Browse
) -> None:
    client, path = browse(factory.competition.folder), f"/e/{entry.id}/map"
    text = _wait_for_map(client, path)
    assert "embeddings small (read by this run)" in text
    assert client.get(f"{path}/state").json()["done"] is True
    content = client.get(f"{path}/points").content
    n = int.from_bytes(content[:4], "little")
    competition = factory.competition
    assert n == len(competition.queries) + len(competition.index) + len(competition.train)
    assert len(content) == 4 + 7 * n
    images = client.get(f"{path}/images").json()
    assert [image["id"] for image in images[: len(competition.queries)]] == competition.queries.ids.tolist()
    assert client.get(images[0]["picture"]).status_code == 200
    assert client.get(f"{path}/picture?colour=score").content.startswith(b"\x89PNG")


def test_an_area_leads_to_the_explorer_with_its_queries(factory: EntryFactory, entry: Entry, browse: Browse) -> None:
    client, path = browse(factory.competition.folder), f"/e/{entry.id}/map"
    _wait_for_map(client, path)
    answer = client.get(f"{path}/select?area=0,0;1,0;1,1;0,1")
    assert answer.status_code == 303
    digest = answer.headers["location"].partition("selection=")[2]
    chosen = SelectionStore.of(factory.workspace).load(digest)
    assert chosen is not None
    assert set(chosen) <= set(factory.competition.queries.ids)
    assert len(chosen) > 3
    for area in ("", "0,0;1,1", "x", "0,0;1,0;nan,1", ";".join(["0,0"] * 200)):
        assert client.get(f"{path}/select", params={"area": area}).status_code == 404


def test_an_entry_without_descriptors_says_so(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("some", right=0.5)
    assert "This entry has no descriptors" in browse(factory.competition.folder).get(f"/e/{entry.id}/map").text


def test_a_run_without_a_record_offers_the_descriptors_of_the_workspace(
    factory: EntryFactory, entry: Entry, browse: Browse
) -> None:
    Path(entry.submission or "").with_name(FILE).unlink()
    text = _wait_for_map(browse(factory.competition.folder), f"/e/{entry.id}/map")
    assert "has not recorded which descriptors it read" in text


def test_teams_have_no_maps(factory: EntryFactory, entry: Entry, browse: Browse) -> None:
    class Team(Permissions):
        user_name = "team"

    client = browse(factory.competition.folder, permissions_of=lambda _request: Team())
    for page in ("", "/points", "/images", "/state", "/picture", "/select?area=0,0;1,0;1,1"):
        assert client.get(f"/e/{entry.id}/map{page}").status_code == 404


def test_a_layout_survives_storing_and_is_the_same_each_time(
    factory: EntryFactory, entry: Entry, tmp_path: Path
) -> None:
    del entry
    (descriptors,) = find_descriptor_sets(factory.workspace, factory.competition, [])
    first, second = (make_layout(descriptors, ["test", "index"], "pca", lambda *_: None) for _ in range(2))
    store = LayoutStore(tmp_path / "maps")
    store.save("ab", first)
    loaded = store.load("ab")
    assert loaded is not None
    assert np.array_equal(loaded.places, second.places)
    assert (loaded.n_images, loaded.shares) == (second.n_images, second.shares)
    points = make_points(loaded, factory.competition, None, None)
    assert sum(region.images for region in map_regions(points, str)) == len(loaded.rows)
    assert draw_picture(points, "part").startswith(b"\x89PNG")


def test_a_failed_computation_is_reported_and_may_be_tried_again() -> None:
    jobs = LayoutJobs()

    def fail(_report: object) -> None:
        raise ValueError

    state = jobs.ensure("ab", fail)
    assert state is not None
    state.ended.wait(10)
    assert "could not be computed" in state.error
    jobs.ensure("ab", fail)
    assert jobs.ensure("ab", lambda _report: None) is None


def test_a_request_does_not_wait_for_a_long_computation() -> None:
    jobs, may_end = LayoutJobs(), Event()

    def read(report: Report) -> None:
        report("reading", 0.5)
        may_end.wait(10)

    state = jobs.ensure("ab", read)
    assert state is not None
    assert state.share == 0.5
    may_end.set()
    assert state.ended.wait(10)
