"""The thumbnails of the images on the page, as parts of the page itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from io import BytesIO

import numpy as np
from PIL import Image

from tools.data_page.collection import PARTS, Collection
from tools.data_page.html import Html, cut, named, tag
from tools.data_page.thumbnails import Thumbnails


class Pictures:
    """Makes figures of some images of a collection, whose thumbnails are all described at once."""

    def __init__(self, collection: Collection, rows: Iterable[int]) -> None:
        wanted = np.unique(np.fromiter(rows, np.int64))
        self._files: dict[int, bytes] = {}
        for where, images in collection.split(wanted):
            found = images.describe_ragged(Thumbnails())
            self._files |= {int(wanted[place]): each.tobytes() for place, each in zip(where, found, strict=True)}
        self._ids = dict(zip(wanted.tolist(), collection.ids(wanted), strict=True))
        self._parts = dict(zip(wanted.tolist(), collection.parts(wanted).tolist(), strict=True))

    def figure(self, row: int, *lines: object) -> Html:
        """An image with its id, and lines below it."""
        caption = tag("figcaption", named(self._ids[row]), *(tag("span", line) for line in lines))
        return tag("figure", self._image(row), caption)

    def part(self, row: int) -> str:
        """The name of the set that an image is of."""
        return PARTS[self._parts[row]]

    def _image(self, row: int) -> Html:
        file = self._files[row]
        with Image.open(BytesIO(file), formats=["WEBP"]) as image:
            width, height = image.size
        return tag(
            "img",
            src=f"data:image/webp;base64,{b64encode(file).decode('ascii')}",
            alt=f"{self.part(row)} image {cut(self._ids[row])}",
            width=width,
            height=height,
            loading="lazy",
            decoding="async",
        )
