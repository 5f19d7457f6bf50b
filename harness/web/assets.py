"""Style sheets, scripts and icons of all page folders, served under names that contain a digest of the content."""

import gzip
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A static file: its name in addresses, its media type and its content."""

    address_name: str
    media_type: str
    content: bytes

    @cached_property
    def compressed(self) -> bytes:
        """The content as a gzip file; it has no secrets, so that its length tells nothing."""
        return gzip.compress(self.content, mtime=0)

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8")


@cache
def assets() -> dict[str, Asset]:
    """Return all assets of `static/` and of the page folders, by file name.

    >>> assets()["site.css"].address_name.split(".")[::2]
    ['site', 'css']
    """
    files = [file for file in Path(__file__).parent.rglob("*") if file.suffix in MEDIA_TYPES]
    return {file.name: _load(file) for file in sorted(files)}


def _load(file: Path) -> Asset:
    content = file.read_bytes()
    name = f"{file.stem}.{sha256(content).hexdigest()[:12]}{file.suffix}"
    return Asset(name, MEDIA_TYPES[file.suffix], content)


@cache
def assets_by_address() -> dict[str, Asset]:
    """Return all assets by the last part of their addresses."""
    return {asset.address_name: asset for asset in assets().values()}
