import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from harness.api.notebook_view import SIDE, NotebookView, Picture, ViewTable
from tests.factories.competitions import save_image


class OneTable(NotebookView):
    def __init__(self, *tables: ViewTable) -> None:
        self.tables = tables

    def view_tables(self) -> tuple[ViewTable, ...]:
        return self.tables


def test_numbers_are_aligned_right_and_scores_have_five_digits() -> None:
    table = ViewTable("title", ["name", "score", "n"], [["a", 0.5, 1], ["long name", None, 20]], ["a note"])
    assert table.text().splitlines() == [
        "title",
        "name         score   n",
        "a          0.50000   1",
        "long name           20",
        "a note",
    ]


def test_every_name_is_escaped_in_text_and_html(hostile_names: list[str]) -> None:
    for name in hostile_names:
        view = OneTable(ViewTable(name, [name], [[name], [Picture(None, name, "wrong")]], [name]))
        assert all(line.isprintable() for line in repr(view).splitlines())
        html = view._repr_html_()
        assert html.isprintable()
        assert set(re.findall(r"</?([a-z]+)", html)) <= {
            "div", "b", "table", "thead", "tbody", "tr", "th", "td", "span", "br", "small",
        }  # fmt: skip
        assert html.count("<b>") == 2


def test_a_picture_is_a_small_jpeg_inside_the_page(tmp_path: Path) -> None:
    save_image(tmp_path / "photo.png", np.zeros((300, 600, 3), np.uint8))
    html = Picture(tmp_path / "photo.png", "photo", "right").html()
    (content,) = re.findall(r"data:image/jpeg;base64,([^\"]+)", html)
    assert Image.open(BytesIO(b64decode(content))).size == (SIDE, SIDE // 2)
    assert "<b>right</b><br>photo" in html


def test_a_missing_or_broken_picture_says_so(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no image")
    for path in (None, tmp_path / "nothing.jpg", tmp_path / "broken.jpg"):
        assert "no picture" in Picture(path, "x").html()


def test_only_some_pictures_are_named_in_text() -> None:
    pictures = [Picture(None, str(number)) for number in range(9)]
    assert "0, 1, 2, 6 more" in ViewTable("", ["answer"], [[pictures]]).text()
    assert ViewTable("", ["answer"], [[[Picture(None, "a tower")] * 3]]).text().endswith("a tower"), "named once"
    assert "a tower, a" not in ViewTable("", ["answer"], [[[Picture(None, "a tower")] * 3]]).text()
