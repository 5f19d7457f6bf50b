"""Place photos in a competition: as hard links, as copies, or converted to PNG."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Literal

from harness.data.images.decode import UndecodableError, decode
from harness.data.layouts.source_photos import SourcePhoto
from harness.errors import DataError

Placement = Literal["auto", "link", "copy"]


class PhotoPlacement:
    """Places photos and counts how. "auto" links a file if possible, or else copies it.

    Formats that a competition cannot have are converted to PNG. `counts` is how -> number of files.
    """

    def __init__(self, placement: Placement) -> None:
        self._placement = placement
        self.counts: dict[str, int] = {}

    def place(self, photo: SourcePhoto, target: Path) -> None:
        """Place a photo at `target` with its suffix added.

        Raises DataError for a photo that cannot be linked as demanded, or not be converted; OSError for other failures.
        """
        how = self._place(photo, target)
        self.counts[how] = self.counts.get(how, 0) + 1

    def _place(self, photo: SourcePhoto, target: Path) -> str:
        if photo.must_be_converted:
            _convert(photo.path, target.with_name(f"{target.name}.png"))
            return "converted to PNG"
        target = target.with_name(f"{target.name}{photo.suffix}")
        if self._placement != "copy":
            try:
                os.link(os.path.realpath(photo.path), target)  # a link to a link would break when it is moved
            except OSError as error:
                if self._placement == "link":
                    raise DataError(f"{photo.path}: cannot be linked: {error.strerror}; use --copy") from None
            else:
                return "linked"
        shutil.copyfile(photo.path, target)
        return "copied"


def _convert(source: Path, target: Path) -> None:
    from PIL import Image

    try:
        Image.fromarray(decode(source, mode="RGB")).save(target)
    except UndecodableError as error:
        raise DataError(f"{source}: cannot be converted to PNG: {error}; delete it or convert it yourself") from None
