"""Small copies of photos, as image files."""

from io import BytesIO
from pathlib import Path

from harness.data.images.decode import decode


def shrink_photo(photo: Path, side: int, format: str = "JPEG", quality: int = 82, **options: int) -> bytes:
    """Return an upright photo of at most `side` pixels as a file in a format of Pillow, or raise UndecodableError.

    `options` are those of the format.
    """
    from PIL import Image

    image = Image.fromarray(decode(photo, mode="RGB", reduce_to=side, upright=True))
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=None)
    file = BytesIO()
    image.save(file, format, quality=quality, **options)
    return file.getvalue()
