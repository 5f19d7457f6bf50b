"""Tests of `harness.web.home.routes`, `harness.web.home.cards` and `harness.web.home.cover`."""

import re
from collections.abc import Callable
from io import BytesIO

from fastapi.testclient import TestClient
from PIL import Image

from harness.web.home.cover import N_PHOTOS, SIDE
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]


def test_a_card_names_metric_and_part_and_counts_ranked_solutions(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("first_images", right=0.2)
    for name, right in (("weak", 0.0), ("strong", 0.9), ("strong", 0.5)):
        factory.add_ranking(name, right=right)
    text = browse(factory.competition.folder).get("/").text
    assert "mAP@100, public part" in text
    assert "2 ranked solutions, 2 other entries" in text
    assert re.search(r'aria-label="Best mAP@100 over time: from 0\.\d{4} to 1\.\d{4}"', text)
    assert f'<h2><a href="/c/{factory.competition.key}">' in text


def test_the_cover_is_a_strip_of_photos(factory: EntryFactory, browse: Browse) -> None:
    client = browse(factory.competition.folder)
    answer = client.get(f"/c/{factory.competition.key}/cover")
    width, height = Image.open(BytesIO(answer.content)).size
    assert height == SIDE
    assert width in range(SIDE, (N_PHOTOS + 1) * SIDE, SIDE)
    assert client.get("/c/unknown/cover").status_code == 404


def test_a_competition_leads_to_its_first_tab(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("any", right=0.5)
    client = browse(factory.competition.folder)
    key = factory.competition.key
    assert client.get(f"/c/{key}").headers["location"] == f"/c/{key}/retrieval"
    assert client.get("/c/unknown").status_code == 404


def test_a_site_without_competitions_offers_the_commands_that_need_no_data(browse: Browse) -> None:
    assert "landmark data make drawn" in browse().get("/").text
