"""Thumbnails of photos, made on request and stored under a digest of the photo's content."""

from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from threading import BoundedSemaphore

from harness.data.images.decode import UndecodableError
from harness.data.images.thumbnail import shrink_photo
from harness.web.data.stored_content import read_content, write_content
from harness.web.lru import LruCache

SIZES = {"small": 160, "large": 1400}  # longer side, pixels
_MAX_DECODERS = 3  # at once: a photo may take 500 MB decoded
_MAX_DIGESTS = 1 << 16  # in memory


class ThumbnailStore:
    """Thumbnails in a folder that several processes may share; on a full disk they are made at every request."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._slots = folder, BoundedSemaphore(_MAX_DECODERS)
        self._digests: LruCache[str] = LruCache(_MAX_DIGESTS)

    def digest(self, photo: Path, size: str) -> str | None:
        """Return the digest of a photo's content with one of `SIZES`; None if the photo is missing."""
        try:
            stat = photo.stat()
            if not S_ISREG(stat.st_mode):
                return None
            key = (str(photo), stat.st_size, stat.st_mtime_ns)
            content = self._digests.get(key, lambda: sha256(photo.read_bytes()).hexdigest()[:40])
        except OSError:
            return None
        return f"{content}-{size}"

    def find(self, photo: Path, size: str) -> bytes | None:
        """Return the thumbnail of a photo as a JPEG file; None if the photo is missing or cannot be decoded."""
        digest = self.digest(photo, size)
        if digest is None:
            return None
        path = self._folder / size / digest[:2] / digest
        stored = read_content(path)
        if stored is not None:
            return stored
        try:
            with self._slots:
                content = shrink_photo(photo, SIZES[size])
        except (OSError, UndecodableError):
            return None
        write_content(path, content)
        return content
