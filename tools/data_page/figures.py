"""Photographs on the data page, with ids and sizes: thumbnails as data addresses, or links to those of the site."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

import numpy as np
from PIL import Image

from tools.data_page.analysis import CollectionAnalysis
from tools.data_page.collection import PARTS, Collection
from tools.data_page.thumbnails import WebpThumbnails

SITE_SIDE = 160  # of the site's thumbnails: pixels of the longer side


@dataclass(frozen=True)
class PagePhoto:
    """A thumbnail: the id, the set and the file of its image, its data address, and its size in pixels."""

    id: str
    set: str
    source: str
    width: int
    height: int
    file: str = ""  # empty: unknown


class PhotoSource(Protocol):
    """Photographs by row of a collection."""

    def __getitem__(self, row: int) -> PagePhoto: ...


class PagePhotos:
    """The thumbnails of some rows of a collection; `photos[row]` is one of them."""

    def __init__(self, collection: Collection, rows: Iterable[int], files: Mapping[str, str] | None = None) -> None:
        self._names = files or {}
        wanted = np.unique(np.fromiter(rows, np.int64))
        self._files: dict[int, bytes] = {}
        for positions, images in collection.split(wanted):
            thumbnails = images.describe_ragged(WebpThumbnails())
            self._files |= {int(wanted[at]): each.tobytes() for at, each in zip(positions, thumbnails, strict=True)}
        self._ids = dict(zip(wanted.tolist(), collection.ids(wanted), strict=True))
        self._parts = dict(zip(wanted.tolist(), collection.parts(wanted).tolist(), strict=True))

    def __getitem__(self, row: int) -> PagePhoto:
        file = self._files[row]
        with Image.open(BytesIO(file), formats=["WEBP"]) as image:
            width, height = image.size
        source = f"data:image/webp;base64,{b64encode(file).decode('ascii')}"
        image_id = self._ids[row]
        return PagePhoto(image_id, PARTS[self._parts[row]], source, width, height, self._names.get(image_id, ""))


class LinkedPhotos:
    """Photographs that the page links to; `image_address` returns an address by part and image id."""

    def __init__(self, analysis: CollectionAnalysis, image_address: Callable[[str, str], str]) -> None:
        self._analysis, self._address = analysis, image_address

    def __getitem__(self, row: int) -> PagePhoto:
        collection, header = self._analysis.collection, self._analysis.headers[row]
        rows = np.array([row])
        part, image_id = PARTS[int(collection.parts(rows)[0])], collection.ids(rows)[0]
        scale = SITE_SIDE / max(int(header["width"]), int(header["height"]), 1)
        width, height = (max(1, round(int(header[side]) * min(scale, 1.0))) for side in ("width", "height"))
        file = self._analysis.files.get(image_id, "")
        return PagePhoto(image_id, part, self._address(part, image_id), width, height, file)
