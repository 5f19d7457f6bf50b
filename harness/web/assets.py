"""Styles and scripts, each under a name that changes with its content, so that browsers may keep it for good."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A file that pages ask for: what it is called in an address, its media type and its content."""

    address_name: str
    media_type: str
    content: bytes

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8")


@cache
def assets() -> dict[str, Asset]:
    """All assets by the names of their files.

    >>> assets()["site.css"].address_name.split(".")[::2]
    ['site', 'css']
    """
    found = {}
    for file in files(__package__).joinpath("static").iterdir():
        stem, _, kind = file.name.rpartition(".")
        if kind in KINDS:
            content = file.read_bytes()
            name = f"{stem}.{sha256(content).hexdigest()[:12]}.{kind}"
            found[file.name] = Asset(name, KINDS[kind], content)
    return found


@cache
def assets_by_address() -> dict[str, Asset]:
    """All assets by the last part of their addresses."""
    return {asset.address_name: asset for asset in assets().values()}
