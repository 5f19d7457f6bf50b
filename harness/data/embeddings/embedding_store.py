"""Store of embeddings: the vectors that were added under a name for a competition.

The folder of a name has `about.json`, and a descriptor store (`ExtractorStore`) for each part of the competition, named
by the digest of its vectors. `about.json` is replaced last, so vectors are added as a whole or not at all.
"""

import json
import os
import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from filelock import FileLock

from harness.atomic_files import write_atomically
from harness.data.embeddings.external import ExternalEmbeddings
from harness.data.embeddings.integrity import are_intact
from harness.data.images.source import TableImages
from harness.data.store.descriptor_store import ExtractorStore
from harness.data.tables.cells import quote
from harness.errors import DataError, WorkspaceError
from harness.regular_file import read_json
from harness.temporary_files import temporary_sibling

_ABOUT = "about.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")


@dataclass(frozen=True)
class StoredPart:
    """The vectors of one part, which is "train", "index" or "test"."""

    images: str  # `TableImages.key` of the table that they belong to
    digest: str
    n_images: int
    n_vectors: int


@dataclass(frozen=True)
class EmbeddingRecord:
    """What `about.json` says of the vectors of a name: their length, the parts, and where they came from."""

    width: int
    parts: dict[str, StoredPart]
    sources: tuple[str, ...]  # names of the files
    created: str


class EmbeddingFolder:
    """The folder of a competition's embeddings; `images` is any of its tables."""

    def __init__(self, images: TableImages) -> None:
        self.competition = images.folder.folder
        digest = sha256(str(self.competition).encode("utf-8", "surrogateescape"))
        self.folder = images.store / "embeddings" / digest.hexdigest()[:16]

    def names(self) -> list[str]:
        """Return the names of all embeddings, ascending."""
        return sorted(about.parent.name for about in self.folder.glob(f"*/{_ABOUT}"))

    def read(self, name: str) -> EmbeddingRecord | None:
        """Return the record of a name, None if there is none; DataError for an invalid name."""
        about = self.path(name) / _ABOUT
        if not os.path.lexists(about):
            return None
        try:
            record = read_json(about)
            parts = {part: StoredPart(**each) for part, each in record.pop("parts").items()}
            return EmbeddingRecord(**{**record, "sources": tuple(record["sources"])}, parts=parts)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise self.damaged(about, name) from None

    def damaged(self, path: Path, name: str) -> WorkspaceError:
        """Return the error that a file or folder of a name is damaged, with the remedy."""
        return WorkspaceError(
            f"{path}: is damaged; add the embeddings again after: landmark embeddings remove {name} "
            f"--on {self.competition}"
        )

    def require(self, name: str) -> EmbeddingRecord:
        """Return the record of a name; DataError if there is none."""
        record = self.read(name)
        if record is None:
            others = ", ".join(self.names()) or "none"
            raise DataError(
                f"{self.competition}: no embeddings are named {quote(name)}; there are {others} "
                f"(landmark embeddings add {quote(name)} FILE --on {self.competition})"
            )
        return record

    def write(self, name: str, record: EmbeddingRecord) -> None:
        """Replace the record, and delete the stores of parts that it does not name."""
        write_atomically(self.path(name) / _ABOUT, json.dumps(asdict(record), indent=1))
        current = {self.store_folder(name, part, each.digest) for part, each in record.parts.items()}
        for folder in self.path(name).iterdir():
            if folder.is_dir() and folder not in current:
                rmtree(folder, ignore_errors=True)

    def remove(self, name: str) -> None:
        """Delete the embeddings of a name; DataError if there are none."""
        with self.lock(name):
            folder = self.path(name)
            if not os.path.lexists(folder / _ABOUT):
                self.require(name)
            if folder.is_dir() and not folder.is_symlink():
                folder = folder.rename(temporary_sibling(folder))  # at once, also if this process is killed
                rmtree(folder, ignore_errors=True)
            else:
                folder.unlink()

    def lock(self, name: str) -> FileLock:
        """Return the lock that a process holds while it changes the embeddings of a name."""
        path = self.path(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(path.with_name(f"{path.name}.lock"))

    def path(self, name: str) -> Path:
        """Return the folder of a name; DataError for an invalid name."""
        if not _NAME.fullmatch(name):
            raise DataError(f"{quote(name)} cannot name embeddings; use letters, digits, '-', '_' and '.', at most 60")
        return self.folder / name

    def store_folder(self, name: str, part: str, digest: str) -> Path:
        """Return the folder of the vectors of a part."""
        return self.path(name) / f"{part}-{digest[:16]}"


def find_embeddings(images: TableImages, name: str) -> ExternalEmbeddings:
    """Return the embeddings of a name; DataError if there are none of these images."""
    folder = EmbeddingFolder(images)
    record = folder.require(name)
    if len(images.ids) and not count_vectors(record, images.part):
        raise DataError(
            f"{folder.competition}: the embeddings {name} have no vector of a {images.part} image; add them "
            f"(landmark embeddings add {name} FILE --on {folder.competition})"
        )
    return ExternalEmbeddings(name, tuple((part, each.digest) for part, each in sorted(record.parts.items())))


def open_part(images: TableImages, embeddings: ExternalEmbeddings) -> ExtractorStore:
    """Return the store of the vectors of the images; DataError if it has gone, or if the table has changed since."""
    folder, name = EmbeddingFolder(images), embeddings.name
    stored = folder.require(name).parts.get(images.part)
    digest = dict(embeddings.digests).get(images.part)
    if stored is None or stored.images != images.key or stored.digest != digest:
        raise DataError(
            f"{folder.competition}: its tables, or the embeddings {name}, have changed; add these again "
            f"(landmark embeddings add {name} FILE --on {folder.competition})"
        )
    store = ExtractorStore(folder.store_folder(name, images.part, stored.digest), len(images.ids))
    if not are_intact(store, stored.digest):
        raise folder.damaged(store.folder, name)
    return store


def count_vectors(record: EmbeddingRecord, part: str) -> int:
    """Return how many images of a part have a vector."""
    return record.parts[part].n_vectors if part in record.parts else 0
