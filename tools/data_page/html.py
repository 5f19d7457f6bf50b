"""HTML of which every text is escaped unless it is HTML already, so that no name can become part of the page."""

from collections.abc import Iterable
from html import escape

LONGEST_NAME = 80  # characters
_EMPTY = {"img", "meta"}  # elements that have no content


class Html(str):
    """Text that may stand in a page as it is; `tag` makes it."""

    __slots__ = ()


def tag(name: str, /, *content: object, **attributes: object) -> Html:
    """An element; content that is no `Html` is escaped, and so are attributes, of which None is left out.

    Underscores in names of attributes are hyphens, one at the end keeps Python's words apart.

    >>> tag("p", "1 < 2", tag("b", "!"), class_="x", aria_label=None)
    '<p class="x">1 &lt; 2<b>!</b></p>'
    """
    words = [name]
    for key, value in attributes.items():
        if value is not None:
            words.append(f'{key.rstrip("_").replace("_", "-")}="{_escaped(value)}"')
    opened = f"<{' '.join(words)}>"
    return Html(opened if name in _EMPTY else f"{opened}{joined(content)}</{name}>")


def joined(content: Iterable[object]) -> Html:
    """Several pieces one after the other."""
    return Html("".join(each if isinstance(each, Html) else _escaped(each) for each in content))


def cut(name: object) -> str:
    """A name that somebody else chose, no longer than there is room for.

    >>> cut(90 * "x")[-3:], len(cut(90 * "x"))
    ('xx…', 80)
    """
    text = str(name)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def named(name: object) -> Html:
    """A name that somebody else chose, which does not turn the direction of the text around it."""
    return tag("bdi", cut(name))


def table(head: Iterable[object], rows: Iterable[Iterable[object]], caption: object = None) -> Html:
    """A table; the first cell of each row is its heading. It scrolls sideways where it has no room."""
    first = tag("tr", *(tag("th", each, scope="col") for each in head))
    body = joined(_row(list(row)) for row in rows)
    title = tag("caption", caption) if caption is not None else ""
    label = caption if isinstance(caption, str) and not isinstance(caption, Html) else "table"
    whole = tag("table", title, tag("thead", first), tag("tbody", body))
    return tag("div", whole, class_="wide", tabindex="0", role="region", aria_label=label)


def _row(cells: list[object]) -> Html:
    return tag("tr", tag("th", cells[0], scope="row"), *(tag("td", each) for each in cells[1:]))


def _escaped(value: object) -> str:
    """Nothing that steers a terminal, an editor or the direction of text, and no markup."""
    text = str(value)
    return escape(text if text.isprintable() else "".join(_visible(letter) for letter in text))


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else ascii(letter)[1:-1]
