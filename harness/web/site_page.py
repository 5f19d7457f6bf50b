"""Pages of the site: each folder with a `routes.py` is one page, which declares itself there as `PAGE`."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from fastapi import APIRouter
from starlette.routing import Route

from harness.web.rendering import Link


@dataclass(frozen=True)
class BoardLink:
    """A link from each board to a page at `<address of the board>/<path>`: a tab, or a button below the table."""

    text: str
    path: str
    is_tab: bool = False
    needs_private: bool = True  # only for users who may see private scores
    least_entries: int = 0  # on the test images


@dataclass(frozen=True)
class SitePage:
    """A page: its routes, its links in the footer of all pages, and its links from each board."""

    router: APIRouter
    footer: Sequence[Link] = ()
    board_links: Sequence[BoardLink] = ()


def discover_pages(package: str = "harness.web") -> list[SitePage]:
    """Return the pages of a package: of each folder in it with a `routes.py`, in alphabetical order."""
    root = Path(import_module(package).__file__ or "").parent
    folders = sorted(file.parent.name for file in root.glob("*/routes.py"))
    return [import_module(f"{package}.{folder}.routes").PAGE for folder in folders]


def combine_routers(pages: Sequence[SitePage]) -> APIRouter:
    """Return one router of all pages. Literal path segments match before parameters, whatever the order of the pages.

    >>> first, second = APIRouter(), APIRouter()
    >>> first.add_api_route("/c/{tab}", print), second.add_api_route("/c/folds", print)
    (None, None)
    >>> [route.path for route in combine_routers([SitePage(first), SitePage(second)]).routes]
    ['/c/folds', '/c/{tab}']
    """
    routes = [cast("Route", route) for page in pages for route in page.router.routes]
    routes.sort(key=lambda route: [segment.startswith("{") for segment in route.path.split("/")])
    combined = APIRouter()
    combined.routes.extend(routes)
    return combined
