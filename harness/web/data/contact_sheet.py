"""Contact sheets: the thumbnails of several photos side by side in one image, so that a page needs one request."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from harness.web.data.thumbnails import ThumbnailStore

CELL = 72  # pixels, width and height of each photo
MAX_CELLS = 64
_EMPTY = (128, 128, 128)  # in the place of a photo that is missing
_QUALITY = 68


def contact_sheet(thumbnails: ThumbnailStore, files: Sequence[Path | None]) -> bytes:
    """Return a JPEG file with a square of each photo, from left to right; grey for one that is missing or damaged."""
    from PIL import Image, ImageOps

    sheet = Image.new("RGB", (CELL * len(files), CELL), _EMPTY)
    for position, file in enumerate(files):
        content = thumbnails.find(file, "small") if file else None
        if content:
            with Image.open(BytesIO(content)) as photo:
                sheet.paste(ImageOps.fit(photo.convert("RGB"), (CELL, CELL)), (CELL * position, 0))
    output = BytesIO()
    sheet.save(output, "JPEG", quality=_QUALITY)
    return output.getvalue()
