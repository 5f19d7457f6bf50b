import pytest

from tests.tools.data_page.page_reader import HOSTILE, PageReader, read_page
from tools.data_page.rendering import _environment, shorten


def render_paragraph(text: str) -> PageReader:
    page = _environment().from_string('<p title="{{ text }}">{{ text }}</p>').render(text=text)
    assert page.encode("utf-8")
    return read_page(page)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_content_and_attributes_stays_text(text: str) -> None:
    page = render_paragraph(text)
    assert page.tags == ["p"]
    assert [name for name, _ in page.attributes] == ["title"]
    assert page.text == page.attributes[0][1]
    assert page.text.isprintable()
    if text.isprintable():
        assert page.text == text


def test_bidirectional_control_characters_are_escaped() -> None:
    assert render_paragraph("\u202egnp.exe").text == r"\u202egnp.exe"


def test_a_long_name_ends_in_an_ellipsis() -> None:
    assert shorten("x" * 80) == "x" * 80
    assert shorten("x" * 81) == "x" * 79 + "…"


def test_the_first_cell_of_a_row_is_its_heading() -> None:
    template = '{% from "_macros.html" import table %}{{ table(("set", "images"), [("train", 3)], "Counts") }}'
    page = _environment().from_string(template).render()
    assert '<th scope="row">train</th><td>3</td>' in page
    assert "<caption>Counts</caption>" in page
