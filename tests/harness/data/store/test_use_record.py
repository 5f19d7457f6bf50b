from pathlib import Path

import pytest

from harness.data.store import use_record
from harness.data.store.use_record import FILE, DescriptorUse, load_uses, record_use, save_uses


@pytest.fixture(autouse=True)
def _no_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_record, "_uses", {})


def test_each_array_that_was_read_is_recorded_once_in_order(tmp_path: Path) -> None:
    for part in ("index", "test", "index"):
        record_use(part, tmp_path / "test-ab" / "Grid-12", "means")
    save_uses(tmp_path)
    assert load_uses(tmp_path / FILE) == [
        DescriptorUse("index", "Grid-12", "means"),
        DescriptorUse("test", "Grid-12", "means"),
    ]


@pytest.mark.parametrize(
    "text", ["", "{}", '{"arrays": [1]}', '{"arrays": [{"part": 1, "folder": "a", "array": "b"}]}']
)
def test_a_missing_or_damaged_record_names_no_array(tmp_path: Path, text: str) -> None:
    assert load_uses(tmp_path / "nothing.json") == []
    (tmp_path / FILE).write_text(text)
    assert load_uses(tmp_path / FILE) == []
