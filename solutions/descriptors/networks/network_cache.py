"""The cache of converted networks: a folder for each, named by a digest of all that made it.

It lies in LANDMARK_CACHE, else in XDG_CACHE_HOME/landmark, else in ~/.cache/landmark, and may be deleted at any time.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from filelock import FileLock

from harness import HarnessError, imports_digest, own_store
from solutions.descriptors.networks.conversion import DESCRIPTION, convert_in_subprocess
from solutions.descriptors.networks.file_digest import digest_of_file
from solutions.descriptors.networks.network_spec import ConvertedNetwork, NetworkSpec
from solutions.descriptors.networks.package_versions import package_version
from solutions.descriptors.networks.registry import find_source

VARIABLE = "LANDMARK_CACHE"
_DIGESTS = "digests.json"  # of the files of a converted network, to notice damage


def networks_folder() -> Path:
    """Return the folder of the cache, which need not exist."""
    base = os.environ.get(VARIABLE)
    if not base:
        shared = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        base = os.path.join(shared, "landmark")
    return Path(base).expanduser().absolute() / "networks"


def network_key(spec: NetworkSpec) -> str:
    """Return a digest of all that determines the converted network: spec, weights, code and library versions.

    Raises HarnessError if a file of the network cannot be read.
    """
    source = find_source(spec)
    facts = [
        spec.to_json(),
        sorted(source.identity(spec).items()),
        _code_digest(source.__name__),
        package_version("onnx"),
    ]
    return sha256(json.dumps(facts).encode()).hexdigest()[:40]


@cache
def _code_digest(module: str) -> str:
    return imports_digest(module)


def converted_network(spec: NetworkSpec) -> tuple[Path, ConvertedNetwork]:
    """Return the file of the converted network and its description; convert it if it is missing or damaged.

    Several processes that need the same network convert it once. Raises HarnessError if the network cannot be
    converted, or the cache not be written.
    """
    key, own = network_key(spec), own_store()
    folder = networks_folder() / key
    if own is not None and not _is_complete(folder):  # a plug-in does not write the shared cache
        folder = own / "networks" / key
    if not _is_complete(folder):
        with _locked(folder):
            if not _is_complete(folder):
                _convert(spec, folder)
    description = ConvertedNetwork.read(folder / DESCRIPTION)
    return folder / description.file, description


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of one network. Raises HarnessError if the cache cannot be written."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.with_suffix(".lock"))
        lock.acquire()
    except OSError as error:
        raise _unwritable(folder.parent, error) from None
    try:
        yield
    finally:
        lock.release()


def _convert(spec: NetworkSpec, folder: Path) -> None:
    """Convert into a temporary folder, which replaces that of the network."""
    try:
        for abandoned in folder.parent.glob(f".{folder.name}.*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        temporary = folder.with_name(f".{folder.name}.{token_hex(8)}")
        temporary.mkdir()
        try:
            convert_in_subprocess(spec, temporary)
            digests = {path.name: digest_of_file(str(path)) for path in temporary.iterdir()}
            (temporary / _DIGESTS).write_text(json.dumps(digests), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise _unwritable(folder.parent, error) from None


def _is_complete(folder: Path) -> bool:
    """Return whether all files are there and undamaged."""
    try:
        digests = json.loads((folder / _DIGESTS).read_text(encoding="utf-8"))
        return DESCRIPTION in digests and all(digest_of_file(str(folder / name)) == digests[name] for name in digests)
    except (OSError, ValueError, TypeError, HarnessError):
        return False


def _unwritable(folder: Path, error: OSError) -> HarnessError:
    return HarnessError(
        f"{folder}: converted networks cannot be written: {error.strerror or error}; set {VARIABLE} to another folder"
    )
