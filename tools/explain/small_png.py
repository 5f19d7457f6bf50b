"""Make PNG files of photographs small, so that they can be sent and put into documents."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from harness.atomic_files import atomic_path

MAX_BYTES = 300_000
_COLOURS = 256, 128, 64
_SHRINK = 0.85  # of width and height, when fewer colours do not suffice


def shrink_png(path: Path, max_bytes: int = MAX_BYTES) -> None:
    """Replace a PNG file by one with fewer colours, and then fewer pixels, that has at most `max_bytes`.

    Other files, and smaller ones, stay as they are.
    """
    if path.suffix.lower() != ".png" or path.stat().st_size <= max_bytes:
        return
    with Image.open(path, formats=["PNG"]) as file:
        picture = file.convert("RGB")
    while True:
        for colours in _COLOURS:
            with atomic_path(path) as temporary:
                _quantised(picture, colours).save(temporary, "PNG", optimize=True)
            if path.stat().st_size <= max_bytes or min(picture.size) < 100:
                return
        size = tuple(round(side * _SHRINK) for side in picture.size)
        picture = picture.resize((size[0], size[1]), Image.Resampling.LANCZOS)


def _quantised(picture: Image.Image, colours: int) -> Image.Image:
    return picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
