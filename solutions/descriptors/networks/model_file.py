"""Whether a file can hold a model of its suffix, by its first bytes and size: a failed download, a pointer, a cut."""

import json
import os
import zipfile
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from harness import HarnessError
from solutions.descriptors.networks.file_digest import digest_of_file

_HEAD = 4096  # bytes that are looked at
_AGAIN = "download it again"
_SIGNATURES = {  # of formats, the longest first
    b"\x89HDF\r\n\x1a\n": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"%PDF": "a PDF document",
    b"\x80": "a pickle",
}
_EXPECTED = {  # of a suffix
    ".keras": ("a ZIP archive",),
    ".h5": ("an HDF5 file", "binary data"),  # other data may come first
    ".hdf5": ("an HDF5 file", "binary data"),
    ".npz": ("a ZIP archive",),
    ".npy": ("a NumPy array",),
    ".pt": ("a ZIP archive", "a pickle"),
    ".pth": ("a ZIP archive", "a pickle"),
    ".pt2": ("a ZIP archive",),
    ".ckpt": ("a ZIP archive", "a pickle"),
    ".onnx": ("binary data",),
    ".xml": ("XML",),
}


_MEMBERS = {".keras": "config.json"}  # what is in every archive of a suffix


def digest_of_model(file: str) -> str:
    """Return the SHA-256 of a file of a model or of weights; HarnessError, in one line, if it cannot be one."""
    require_model_file(file)
    return digest_of_file(file)


def require_model_file(file: str) -> None:
    """Raise HarnessError, which says what a file is and what to do, if it cannot hold a model of its suffix."""
    suffix = Path(file).suffix.lower()
    head, size = _read(file)
    kind = _kind(head)
    expected = _EXPECTED.get(suffix)
    if not size and suffix != ".bin":  # a model may have no weights
        raise HarnessError(f"{file}: is empty; {_AGAIN}")
    if kind == "a Git LFS pointer":
        raise HarnessError(f"{file}: is a pointer of Git LFS and not the file itself; fetch it by: git lfs pull")
    if kind == "an HTML page":
        problem = f"is an HTML page and no {suffix or 'model'} file"
        raise HarnessError(f"{file}: {problem}; {_AGAIN}, from the address of the file itself")
    if expected and kind not in expected:
        raise HarnessError(f"{file}: is {kind} and no {suffix} file; {_AGAIN}, or name it by its own suffix")
    if kind == "a ZIP archive" and expected:
        _require_members(file, suffix)
    if suffix == ".safetensors":
        _require_safetensors(file, size)


def _read(file: str) -> tuple[bytes, int]:
    """Return the first bytes of a regular file, and its size; HarnessError for anything else."""
    try:
        mode = os.stat(file).st_mode
        if S_ISDIR(mode):
            raise HarnessError(f"{file}: is a folder; name a file in it")
        if not S_ISREG(mode):
            raise HarnessError(f"{file}: is a pipe or a device; name a file")
        with open(file, "rb") as opened:
            return opened.read(_HEAD), os.fstat(opened.fileno()).st_size
    except OSError as error:
        raise HarnessError(f"{file}: cannot be read: {error.strerror}") from None


def _kind(head: bytes) -> str:
    """Return what a file seems to be, by its first bytes."""
    if head.startswith(b"version https://git-lfs.github.com/spec"):
        return "a Git LFS pointer"
    known = next((name for signature, name in _SIGNATURES.items() if head.startswith(signature)), None)
    if known:
        return known
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")) or (text.startswith(b"<") and b"<html" in text):
        return "an HTML page"
    if text.startswith(b"<"):
        return "XML"
    return "text" if _is_text(head) else "binary data"


def _is_text(head: bytes) -> bool:
    try:
        text = head[:512].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(each.isprintable() or each in "\t\r\n" for each in text)


def _require_members(file: str, suffix: str) -> None:
    """Raise HarnessError unless a ZIP archive is whole and holds what files of its suffix hold."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        raise HarnessError(f"{file}: is cut off or damaged; {_AGAIN}") from None
    member = _MEMBERS.get(suffix)
    if member and member not in names:
        raise HarnessError(f"{file}: is a ZIP archive of something else, without {member}; name a {suffix} file")


def _require_safetensors(file: str, size: int) -> None:
    """Raise HarnessError unless the header of a .safetensors file fits its size."""
    try:
        with open(file, "rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            header = json.loads(opened.read(min(length, size)))
        ends = [each["data_offsets"][1] for name, each in header.items() if name != "__metadata__"]
        fits = 8 + length + max(ends, default=0) == size
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        fits = False
    if not fits:
        raise HarnessError(f"{file}: is cut off or no .safetensors file; {_AGAIN}")
