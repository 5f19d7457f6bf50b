"""Tests of `solutions.descriptors.networks.model_file`: what a file is that cannot be a model."""

import io
import json
import os
import zipfile

import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.networks.model_file import digest_of_model, require_model_file

HTML = b"\n<!DOCTYPE html><html><body>404</body></html>"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"


def archive(name: str = "config.json") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        written.writestr(name, "{}" * 1000)
    return file.getvalue()


def tensors(cut: int = 0) -> bytes:
    header = json.dumps({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}).encode()
    content = len(header).to_bytes(8, "little") + header + bytes(16)
    return content[: len(content) - cut]


FAULTS = [
    ("a.keras", HTML, "is an HTML page and no .keras file; download it again, from the address of the file itself"),
    ("a.onnx", HTML, "is an HTML page and no .onnx file"),
    ("a.safetensors", POINTER, "is a pointer of Git LFS and not the file itself; fetch it by: git lfs pull"),
    ("a.bin", POINTER, "git lfs pull"),
    ("a.pt", b"", "is empty; download it again"),
    (
        "a.keras",
        b"\x89HDF\r\n\x1a\n" + bytes(99),
        "is an HDF5 file and no .keras file; download it again, or name it by",
    ),
    ("a.h5", archive(), "is a ZIP archive and no .h5 file"),
    ("a.pt2", b"\x80\x04K\x01.", "is a pickle and no .pt2 file"),
    ("a.onnx", b'{"error": "not found"}', "is text and no .onnx file"),
    ("a.xml", b"\x1f\x8b\x08" + bytes(20), "is a gzip archive and no .xml file"),
    ("a.keras", archive()[:-30], "is cut off or damaged; download it again"),
    ("a.keras", archive("a.txt"), "is a ZIP archive of something else, without config.json; name a .keras file"),
    ("a.safetensors", tensors(cut=3), "is cut off or no .safetensors file"),
    ("a.safetensors", bytes(100), "is cut off or no .safetensors file"),
]


@pytest.mark.parametrize(("name", "content", "expected"), FAULTS)
def test_a_file_that_is_no_model_is_named_by_what_it_is(tmp_path, name, content, expected):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(HarnessError) as raised:
        digest_of_model(str(tmp_path / name))
    assert expected in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path / name))


@pytest.mark.parametrize(("make", "expected"), [(os.mkdir, "is a folder"), (os.mkfifo, "is a pipe"), (None, "No such")])
def test_what_is_no_file_is_named(tmp_path, make, expected):
    if make:
        make(tmp_path / "a.onnx")
    with pytest.raises(HarnessError, match=expected):
        require_model_file(str(tmp_path / "a.onnx"))


@pytest.mark.parametrize("name", ["a.keras", "a.npz", "a.pt", "a.pth", "a.weights", "a.bin"])
def test_an_archive_may_be_a_model(tmp_path, name):
    (tmp_path / name).write_bytes(archive())
    require_model_file(str(tmp_path / name))


def test_weights_may_begin_with_any_bytes(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"")
    require_model_file(str(tmp_path / "a.bin"))
    (tmp_path / "a.safetensors").write_bytes(tensors())
    require_model_file(str(tmp_path / "a.safetensors"))
    np.arange(9.0).tofile(tmp_path / "a.data")
    assert len(digest_of_model(str(tmp_path / "a.data"))) == 64
