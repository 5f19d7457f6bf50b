from pathlib import Path

from harness.web.data.selections import SelectionStore


def test_a_selection_is_found_by_its_digest_and_nothing_else(tmp_path: Path) -> None:
    store = SelectionStore(tmp_path / "selections")
    digest = store.save(["a", "b"])
    assert store.load(digest) == ("a", "b")
    assert store.save(["a", "b"]) == digest
    assert [store.load(name) for name in ("0" * 40, "../../etc/passwd", "")] == [None, None, None]


def test_a_damaged_selection_is_unknown(tmp_path: Path) -> None:
    store = SelectionStore(tmp_path)
    digest = store.save(["a"])
    (tmp_path / digest).write_bytes(b"x" * 50)
    assert store.load(digest) is None
