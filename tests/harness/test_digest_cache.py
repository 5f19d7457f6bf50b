"""Tests of `harness.digest_cache`."""

from pathlib import Path

import pytest

from harness import digest_cache
from harness.digest_cache import DigestCache
from harness.running.dependencies.file_reads import file_stat


@pytest.fixture(autouse=True)
def _no_digests_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_cache, "_DIGESTS", {})


def raises() -> str:
    raise AssertionError("a digest that is there must not be computed again")


def test_a_digest_is_computed_once_also_in_a_later_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = DigestCache(tmp_path / "digests.json")
    assert cache.get("key", lambda: "digest") == "digest"
    assert cache.get("key", raises) == "digest"
    cache.save()
    monkeypatch.setattr(digest_cache, "_DIGESTS", {})
    assert DigestCache(tmp_path / "digests.json").get("key", raises) == "digest"


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-2], lambda data: data.replace("digest", "trojan"), lambda _: ""]
)
def test_a_damaged_file_is_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage) -> None:
    path = tmp_path / "digests.json"
    cache = DigestCache(path)
    cache.get("key", lambda: "digest")
    cache.save()
    path.write_text(damage(path.read_text()))
    monkeypatch.setattr(digest_cache, "_DIGESTS", {})
    assert DigestCache(path).get("key", lambda: "new") == "new"


def test_a_folder_in_the_place_of_the_file_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "digests.json").mkdir()
    cache = DigestCache(tmp_path / "digests.json")
    assert cache.get("key", lambda: "digest") == "digest"
    cache.save()


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    import os

    (tmp_path / "file").write_text("a")
    os.mkfifo(tmp_path / "pipe")
    cache = DigestCache(tmp_path / "digests.json")
    digests = [
        cache.file(str(path), file_stat(str(path)) or (0, 0, 0, 0)) for path in (tmp_path / "file", tmp_path / "pipe")
    ]
    assert [len(digest) for digest in digests] == [64, 0]
