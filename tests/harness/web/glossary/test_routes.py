"""Tests of `harness.web.glossary.routes`."""

import re
from collections.abc import Callable

from fastapi.testclient import TestClient

Browse = Callable[..., TestClient]


def test_every_page_links_to_the_glossary(browse: Browse) -> None:
    client = browse()
    assert '<a href="/glossary">Glossary</a>' in client.get("/").text
    assert client.get("/glossary").status_code == 200


def test_each_term_has_an_anchor_and_one_definition(browse: Browse) -> None:
    text = browse().get("/glossary").text
    anchors = re.findall(r'<dt id="([a-z-]+)">', text)
    assert len(anchors) == len(set(anchors)) == text.count("<dd>") > 20
    for name in ("mAP@100", "AP@100", "GAP", "95 % interval", "Tie (=)", "Public part", "Private part", "Ladder"):
        assert f">{name}</dt>" in text
