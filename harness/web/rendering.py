"""From a template and plain values to a page. Nothing that a name holds becomes markup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.web.assets import assets
from leaderboard.rendering.format_cells import shown
from leaderboard.safe_text import visible

SHORT = 80  # letters of a name where there is little room


@dataclass(frozen=True)
class Link:
    """Where a word leads; the current one is where the reader is."""

    text: str
    address: str
    current: bool = False


@dataclass(frozen=True)
class Frame:
    """What stands around a page: its title, the way to it, the menu, and who is looking."""

    title: str
    trail: Sequence[Link] = ()
    menu: Sequence[Link] = ()
    viewer: str = ""


def page(template: str, frame: Frame, **values: Any) -> str:
    """The page that a template makes of some values."""
    return _environment().get_template(template).render(frame=frame, **values)


def address(*parts: object, **query: object) -> str:
    """A path of parts, each quoted, and behind it the query without what is None or empty.

    >>> address("c", "a/b", page=2, search="")
    '/c/a%2Fb?page=2'
    """
    path = "/" + "/".join(quote(str(part), safe="", errors="replace") for part in parts)
    asked = {name: value for name, value in query.items() if value not in (None, "", ())}
    return path + ("?" + urlencode(asked, doseq=True, errors="replace") if asked else "")


def with_query(query: Mapping[str, object], **changed: object) -> str:
    """The query of an address with some values changed; those of None or without content are left out."""
    asked = {name: value for name, value in {**query, **changed}.items() if value not in (None, "", ())}
    return "?" + urlencode(asked, doseq=True, errors="replace") if asked else "?"


def cut(text: str, letters: int = SHORT) -> str:
    """A name made visible, with an ellipsis where it is longer than so many letters.

    >>> cut("abcdef", 4)
    'abc…'
    """
    text = visible(text)
    return text if len(text) <= letters else text[: letters - 1] + "…"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("harness.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["cut"] = cut
    environment.globals |= {"address": address, "with_query": with_query, "cell": shown, "asset": _asset_address}
    return environment


def _harmless(value: Any) -> Any:
    """What is put into a page: text without marks that turn it round or steer anything; markup is ours already."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return visible(value)


def _asset_address(name: str) -> str:
    return f"/static/{assets()[name].address_name}"
