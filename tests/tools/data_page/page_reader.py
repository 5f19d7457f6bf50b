"""What a browser would make of a page: its elements, attributes and text."""

from html.parser import HTMLParser

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
]  # names that a page must show as text


class PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, attrs))

    def handle_data(self, data) -> None:
        self.text += data

    @property
    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    @property
    def attributes(self) -> list[tuple[str, str | None]]:
        return [each for _, attributes in self.elements for each in attributes]


def read_page(page: str) -> PageReader:
    reader = PageReader()
    reader.feed(page)
    reader.close()
    return reader
