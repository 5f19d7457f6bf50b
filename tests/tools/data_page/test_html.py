from html.parser import HTMLParser

import pytest

from tools.data_page.html import Html, cut, joined, named, table, tag

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</title></style><b>",
    "&lt;b&gt;",
    "javascript:alert(1)",
    "a\x00b\x1b[2J\r\nc",
    "\u202egnp.exe\u2066",
    "\ud800",
    "{{7*7}}",
    "x" * 10_000,
]


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data) -> None:
        self.text += data


def seen(page: str) -> Seen:
    parser = Seen()
    parser.feed(page)
    parser.close()
    return parser


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_content_and_attributes_stays_text(text: str) -> None:
    found = seen(tag("p", text, title=text))
    assert found.tags == ["p"]
    assert [name for name, _ in found.attributes] == ["title"]
    assert found.text == found.attributes[0][1]
    assert found.text.isprintable()
    if text.isprintable():
        assert found.text == text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_with_any_text_can_be_encoded(text: str) -> None:
    assert tag("p", text).encode("utf-8")


def test_what_steers_the_direction_of_text_is_shown_and_not_obeyed() -> None:
    assert named("\u202egnp.exe") == r"<bdi>\u202egnp.exe</bdi>"


def test_a_name_is_cut_where_there_is_no_more_room() -> None:
    assert cut("x" * 80) == "x" * 80
    assert cut("x" * 81) == "x" * 79 + "…"
    assert len(named("<" * 10_000)) == len("<bdi></bdi>") + 79 * len("&lt;") + 1


def test_html_is_not_escaped_again_and_other_text_beside_it_is() -> None:
    assert joined([Html("<b></b>"), "<b>", 7]) == "<b></b>&lt;b&gt;7"


def test_empty_elements_have_no_end() -> None:
    assert tag("img", alt="") == '<img alt="">'


def test_an_attribute_may_be_called_name() -> None:
    assert tag("meta", name="referrer", content=None) == '<meta name="referrer">'


def test_the_first_cell_of_a_row_is_its_heading() -> None:
    found = table(["set", "images"], [["train", 3]], "Counts")
    assert '<th scope="row">train</th><td>3</td>' in found
    assert '<caption>Counts</caption><thead><tr><th scope="col">set</th>' in found
