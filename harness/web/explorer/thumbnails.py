"""Photographs in the sizes that pages show, made when first asked for and kept by the content they were made of."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore

from harness.atomic_files import whole
from harness.data.images.decode import UndecodableError, decode
from harness.web.lru import Latest

SIZES = {"small": 160, "large": 1400}  # of the longer side, pixels
_AT_ONCE = 3  # decoded: a photograph may have 500 MB of pixels
_KNOWN = 1 << 16  # digests in memory


@dataclass(frozen=True)
class Thumbnail:
    """A JPEG file, as its content, and the digest of the photograph and the size that it was made of."""

    content: bytes
    digest: str


class Thumbnails:
    """Thumbnails in a folder; several processes may share it. Where it is full, they are made at every request."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._slots = folder, BoundedSemaphore(_AT_ONCE)
        self._digests: Latest[str] = Latest(_KNOWN)

    def digest(self, photo: Path, size: str) -> str | None:
        """Return what a thumbnail in one of `SIZES` is known by; None for a photograph that is missing."""
        try:
            found = photo.stat()
            key = (str(photo), found.st_size, found.st_mtime_ns)
            content = self._digests.get(key, lambda: sha256(photo.read_bytes()).hexdigest()[:40])
        except OSError:
            return None
        return f"{content}-{size}"

    def find(self, photo: Path, size: str) -> Thumbnail | None:
        """Return the thumbnail of a photograph; None for what is missing or cannot be decoded."""
        digest = self.digest(photo, size)
        if digest is None:
            return None
        path = self._folder / size / digest[:2] / f"{digest}.jpg"
        with suppress(OSError):
            return Thumbnail(path.read_bytes(), digest)
        try:
            with self._slots:
                content = shrunk(photo, SIZES[size])
        except (OSError, UndecodableError):
            return None
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole(path) as temporary:
                temporary.write_bytes(content)
        return Thumbnail(content, digest)


def shrunk(photo: Path, side: int, format: str = "JPEG", quality: int = 82) -> bytes:
    """Return a photograph, upright and with a longer side of at most so many pixels, as a file of a format of Pillow's.

    Raises UndecodableError.
    """
    from PIL import Image

    image = Image.fromarray(decode(photo, mode="RGB", reduce_to=side, upright=True))
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=None)
    file = BytesIO()
    image.save(file, format, quality=quality)
    return file.getvalue()
