"""Tests of `harness.web.data.part_shares`: shares are stored, and those of a changed file are read again."""

import pytest

from harness.web.data import part_shares
from harness.web.data.part_shares import ShareCache
from tests.factories.entries import EntryFactory


def test_shares_are_stored_in_the_workspace(factory: EntryFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    shares = ShareCache(factory.workspace).get(factory.competition, "retrieval")
    assert abs(sum(shares.values()) - 1) < 1e-9
    monkeypatch.setattr(part_shares, "part_shares", lambda *_: {})
    assert ShareCache(factory.workspace).get(factory.competition, "retrieval") == shares
    (file,) = (factory.workspace.folder / "serving" / "shares").iterdir()
    file.write_bytes(b"damaged")
    assert ShareCache(factory.workspace).get(factory.competition, "retrieval") == {}
