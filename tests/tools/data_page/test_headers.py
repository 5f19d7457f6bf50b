import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.data.competition import Competition
from tests.factories.competitions import image_id, image_path
from tools.data_page.headers import HEADER, read_header, read_headers


def save_image(path: Path, mode: str = "RGB", size: tuple[int, int] = (30, 20), **options) -> Path:
    Image.new(mode, size).save(path, **options)
    return path


def orientation(number: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = number
    return exif.tobytes()


@pytest.mark.parametrize(
    ("name", "mode", "format"),
    [
        ("a.jpg", "RGB", "JPEG"),
        ("a.jpg", "L", "JPEG"),
        ("a.jpg", "CMYK", "JPEG"),
        ("a.png", "RGBA", "PNG"),
        ("a.png", "P", "PNG"),
        ("a.webp", "RGB", "WEBP"),
    ],
)
def test_a_header_gives_size_format_and_mode(tmp_path: Path, name: str, mode: str, format: str) -> None:
    path = save_image(tmp_path / name, mode)
    assert read_header(path).tolist() == (True, 30, 20, path.stat().st_size, format, mode, 1)


@pytest.mark.parametrize(
    ("number", "size"), [(1, (30, 20)), (3, (30, 20)), (5, (20, 30)), (6, (20, 30)), (8, (20, 30))]
)
def test_sizes_are_those_of_the_image_turned_upright(tmp_path: Path, number: int, size: tuple[int, int]) -> None:
    result = read_header(save_image(tmp_path / "a.jpg", exif=orientation(number)))
    assert (result["width"], result["height"]) == size
    assert result["orientation"] == number


@pytest.mark.parametrize("exif", [orientation(9), orientation(0), b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0rubbish"])
def test_an_invalid_orientation_is_upright(tmp_path: Path, exif: bytes) -> None:
    result = read_header(save_image(tmp_path / "a.jpg", exif=exif))
    assert (result["width"], result["height"], result["orientation"]) == (30, 20, 1)


@pytest.mark.parametrize(
    "content", [b"", b"no image", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0"]
)
def test_a_file_that_is_no_image_has_no_size_and_format(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    assert read_header(tmp_path / "a.jpg").tolist() == (True, 0, 0, 0, "", "", 0)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    assert read_header(tmp_path / "a.jpg")["width"] == 0


def test_headers_are_in_the_order_of_the_set_with_zeros_for_missing_files(competition_folder, tmp_path) -> None:
    image_path(competition_folder, "index", image_id("index", 1)).unlink()
    images = Competition.open(competition_folder, tmp_path).index
    result = read_headers(images, "index")
    assert result.dtype == HEADER
    assert result["file"].tolist() == [True, False, *[True] * 8]
    assert result[1] == np.zeros((), HEADER)
    assert result["width"].tolist() == [48, 0, *[48] * 8]
