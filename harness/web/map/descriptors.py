"""The stored descriptors that a map can show: those that a run has read, and the others of the competition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.embeddings.embedding_store import EmbeddingFolder
from harness.data.store.descriptor_store import UNDECODABLE, ExtractorStore
from harness.data.store.use_record import DescriptorUse
from harness.errors import DataError, WorkspaceError
from harness.workspace import Workspace

PARTS = ("test", "index", "train")
_MAX_SETS = 200


@dataclass(frozen=True, eq=False)
class DescriptorSet:
    """One array of an extractor, or embeddings, on some of the parts of a competition."""

    key: str  # in addresses: 12 hexadecimal digits
    label: str
    array: str
    stores: dict[str, ExtractorStore]  # by part
    is_used: bool  # by the run of the entry

    @property
    def has_bits(self) -> bool:
        """Return whether each row holds the bits of a hash, as unsigned numbers of 64 bits."""
        return np.dtype(next(iter(self.stores.values())).specs[self.array].dtype).kind == "u"

    @property
    def n_images(self) -> int:
        """Return the number of images, with those that have no descriptor."""
        return sum(store.n for store in self.stores.values())

    def rows_with_descriptors(self, part: str) -> np.ndarray:
        """Return the rows of the images of a part that have a descriptor, ascending."""
        store = self.stores[part]
        states = store.state(slice(None))
        return np.flatnonzero((states != 0) & ((states & UNDECODABLE) == 0))

    def vectors(self, part: str, rows: np.ndarray) -> np.ndarray:
        """Return descriptors `(n, d)` float32 of rows of a part: a hash as bits, a complex number as two numbers."""
        values = self.stores[part].array(self.array, rows).reshape(len(rows), -1)
        if self.has_bits:
            return np.unpackbits(np.ascontiguousarray(values).view(np.uint8), axis=1).astype(np.float32)
        if values.dtype.kind == "c":
            values = np.concatenate([values.real, values.imag], axis=1)
        return np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)

    def state_digest(self) -> bytes:
        """Return a digest of what is stored: folders, and the states of all rows."""
        digest = sha256(self.array.encode())
        for part, store in sorted(self.stores.items()):
            digest.update(f"{part} {store.folder} ".encode("utf-8", "surrogatepass"))
            digest.update(np.ascontiguousarray(store.state(slice(None))).tobytes())
        return digest.digest()


def find_descriptor_sets(
    workspace: Workspace, competition: Competition, uses: Sequence[DescriptorUse]
) -> list[DescriptorSet]:
    """Return the descriptors of a competition's images that have one vector for each image.

    Those in `uses` come first, then those of the most parts. A solution may have written `uses`: its names are looked
    up among the folders of the stores, and no path is built from them.
    """
    rank = {(use.folder, use.array): number for number, use in reversed([*enumerate(uses)])}
    stores: dict[tuple[str, str], dict[str, ExtractorStore]] = {}
    names: dict[tuple[str, str], str] = {}
    for name, label, part, store in [*_extractor_stores(workspace, competition), *_embedding_stores(competition)]:
        for spec in store.specs.values():
            if not spec.ragged and (np.dtype(spec.dtype).kind in "fc" or spec.dtype in ("<u8", ">u8")):
                stores.setdefault((name, spec.name), {}).setdefault(part, store)
                names[name, spec.name] = label if len(store.specs) == 1 else f"{label}: {spec.name}"
    sets = []
    for (name, array), by_part in list(stores.items())[:_MAX_SETS]:
        used = [number for (folder, of), number in rank.items() if of == array and _is_folder_of(by_part, folder)]
        key = sha256(f"{name}/{array}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
        sets.append((min(used, default=len(rank)), DescriptorSet(key, names[name, array], array, by_part, bool(used))))
    sets.sort(key=lambda each: (each[0], -len(each[1].stores), each[1].label))
    return [each for _, each in sets]


def _is_folder_of(stores: dict[str, ExtractorStore], name: str) -> bool:
    return any(store.folder.name == name for store in stores.values())


def _extractor_stores(workspace: Workspace, competition: Competition) -> Iterable[tuple[str, str, str, ExtractorStore]]:
    """Yield name, label, part and store of each extractor, also of those of plug-ins."""
    own_layers = workspace.folder / "own_stores"
    layers = [workspace.descriptors, *(sorted(own_layers.iterdir()) if own_layers.is_dir() else [])]
    images = {"test": competition.queries, "index": competition.index, "train": competition.train}
    for layer in layers:
        for part in PARTS:
            folder = layer / images[part].source.key
            for each in sorted(folder.iterdir()) if folder.is_dir() else []:
                store = ExtractorStore(each, len(images[part]))
                if each.is_dir() and not each.is_symlink() and store.is_intact():
                    yield each.name, _extractor_label(each), part, store


def _extractor_label(folder: Path) -> str:
    """Return the name of an extractor with the start of its key, by which several of one class differ."""
    name, _, key = folder.name.rpartition("-")
    return f"{name} {key[:4]}"


def _embedding_stores(competition: Competition) -> Iterable[tuple[str, str, str, ExtractorStore]]:
    """Yield name, label, part and store of the vectors of the user."""
    images = {"test": competition.queries, "index": competition.index, "train": competition.train}
    folder = EmbeddingFolder(competition.index.source)
    for name in folder.names():
        with suppress(DataError, WorkspaceError):
            record = folder.read(name)
            for part, stored in (record.parts if record else {}).items():
                store = ExtractorStore(folder.store_folder(name, part, stored.digest), len(images[part]))
                if part in PARTS and stored.images == images[part].source.key and store.is_intact():
                    yield f"embeddings {name}", f"embeddings {name}", part, store
