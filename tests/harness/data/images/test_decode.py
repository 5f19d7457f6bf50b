"""Tests of `harness.data.images.decode` and `harness.data.images.exif`."""

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from harness.data.images import decode as decoding
from harness.data.images.decode import UndecodableError, UnreadableError, decode
from tests.factories.competitions import random_photo

PHOTO = random_photo(1, "photo", 60)[:, :48]  # 60 high, 48 wide
CODECS = ["jpg", "png", "webp", "gif", "bmp"]


Saved = Callable[[bytes], Path]


def encode(codec: str, pixels: np.ndarray = PHOTO, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, {"jpg": "jpeg"}.get(codec, codec), **options)
    return file.getvalue()


@pytest.fixture
def save(tmp_path: Path) -> Saved:
    def save(content: bytes) -> Path:
        path = tmp_path / "image.jpg"
        path.write_bytes(content)
        return path

    return save


def decoding_error(path: Path, **options: object) -> str:
    with pytest.raises(UndecodableError) as raised:
        decode(path, **options)
    text = str(raised.value)
    assert text.isprintable(), "one line, for a terminal"
    assert len(text) <= 120
    return text


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_full_decode_equals_pillow_for_any_suffix(save: Saved, codec: str, mode: str) -> None:
    content = encode(codec)
    expected = np.asarray(Image.open(io.BytesIO(content)).convert(mode))
    assert np.array_equal(decode(save(content), mode=mode), expected)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("reduce_to", [6, 7, 12, 24, 48, 100])
def test_a_reduced_decode_keeps_both_sides_and_the_picture(save: Saved, codec: str, reduce_to: int) -> None:
    full = decode(save(encode(codec)))
    reduced = decode(save(encode(codec)), reduce_to=reduce_to)
    assert min(reduced.shape) >= min(reduce_to, min(full.shape))
    assert max(reduced.shape) <= max(full.shape)
    thumbnails = [Image.fromarray(each).resize((6, 6), Image.Resampling.BOX) for each in (full, reduced)]
    one, other = (np.asarray(each, float) for each in thumbnails)
    assert abs(one - other).mean() < 12


def test_a_large_jpeg_is_decoded_small(save: Saved) -> None:
    assert decode(save(encode("jpg", random_photo(1, 0, 800))), reduce_to=90).shape == (100, 100)


@pytest.mark.parametrize(("reduce_to", "side"), [(401, 800), (400, 400), (301, 400), (300, 300)])
def test_colours_of_a_jpeg_are_decoded_at_half_scale_or_less_or_in_full(save: Saved, reduce_to: int, side: int) -> None:
    path = save(encode("jpg", random_photo(1, 0, 800)))
    assert decode(path, mode="RGB", reduce_to=reduce_to).shape == (side, side, 3)
    if side == 800:
        assert np.array_equal(decode(path, mode="RGB", reduce_to=reduce_to), decode(path, mode="RGB"))


def test_grey_or_resized_jpeg_files_are_decoded_at_the_smallest_scale(save: Saved) -> None:
    path = save(encode("jpg", random_photo(1, 0, 800)))
    assert decode(path, mode="L", reduce_to=401).shape == (500, 500)
    reduced = Image.fromarray(simplejpeg.decode_jpeg(path.read_bytes(), min_height=401, min_width=401))
    resized = decode(path, mode="RGB", size=(64, 64), reduce_to=401)
    assert np.array_equal(resized, reduced.resize((64, 64), Image.Resampling.LANCZOS))


def test_a_size_is_width_and_height(save: Saved) -> None:
    assert decode(save(encode("jpg")), size=(20, 30)).shape == (30, 20)
    assert decode(save(encode("png")), mode="RGB", size=(20, 30), reduce_to=5).shape == (30, 20, 3)


@pytest.mark.parametrize("codec", ["jpg", "png", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["little", "big"])
def test_the_exif_orientation_is_applied(save: Saved, codec: str, orientation: int, order: str) -> None:
    exif = Image.Exif()
    exif.endian = {"little": "<", "big": ">"}[order]
    exif[0x0112] = orientation
    path = save(encode(codec, exif=exif.tobytes()))
    expected = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("L"))
    assert np.array_equal(decode(path, upright=True), expected)
    height, width = decode(path, upright=True, reduce_to=5).shape
    assert (width > height) == (orientation >= 5)
    assert decode(path).shape == PHOTO.shape[:2]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"II",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\x05\0\x12\x01\x03\0",
        b"XX*\0\x08\0\0\0",
        b"MM\0*\0\0\0\x08\xff\xff",
    ],
)
def test_corrupt_exif_is_no_orientation_and_no_warning(save: Saved, damage: bytes) -> None:
    jpeg = encode("jpg")
    segment = b"\xff\xe1" + struct.pack(">H", len(damage) + 8) + b"Exif\0\0" + damage
    path = save(jpeg[:2] + segment + jpeg[20:])  # without the JFIF segment, as cameras write it
    assert np.array_equal(decode(path, upright=True), decode(save(jpeg)))
    assert decode(path, upright=True, reduce_to=10).shape == decode(save(jpeg), reduce_to=10).shape


@pytest.mark.parametrize("codec", ["gif", "webp", "png"])
def test_the_first_frame_of_an_animation_is_decoded(save: Saved, codec: str) -> None:
    frames = [Image.fromarray(np.full((8, 8, 3), shade, np.uint8)) for shade in (0, 128, 255)]
    file = io.BytesIO()
    frames[0].save(file, codec, save_all=True, append_images=frames[1:], duration=50)
    assert decode(save(file.getvalue())).max() < 8


def test_a_cmyk_jpeg_is_decoded_as_pillow_does(save: Saved) -> None:
    file = io.BytesIO()
    Image.fromarray(PHOTO).convert("CMYK").save(file, "jpeg")
    path = save(file.getvalue())
    assert np.array_equal(decode(path, mode="RGB"), np.asarray(Image.open(path).convert("RGB")))
    assert decode(path, reduce_to=20).shape == (30, 24)


def test_the_upper_eight_of_sixteen_bits_are_decoded(save: Saved) -> None:
    depths = np.arange(0, 65536, 257, dtype=np.uint16).reshape(16, 16)
    assert np.array_equal(decode(save(encode("png", depths))), np.arange(256).reshape(16, 16))


def test_transparency_is_dropped_without_a_warning(save: Saved) -> None:
    palette = Image.fromarray(PHOTO).convert("P")
    transparent = io.BytesIO()
    palette.save(transparent, "png", transparency=bytes(range(256)))
    opaque = io.BytesIO()
    palette.save(opaque, "png")
    assert np.array_equal(decode(save(transparent.getvalue())), decode(save(opaque.getvalue())))
    alpha = np.dstack([PHOTO, np.zeros(PHOTO.shape[:2], np.uint8)])
    assert np.array_equal(decode(save(encode("png", alpha)), mode="RGB"), PHOTO)


def test_slight_damage_that_pillow_accepts_is_accepted_at_any_scale(save: Saved) -> None:
    jpeg = encode("jpg")
    path = save(jpeg[:-2] + b"\x12\x34\x56" + jpeg[-2:])
    assert np.array_equal(decode(path), decode(save(jpeg)))
    assert min(decode(path, reduce_to=20).shape) >= 20


@pytest.mark.parametrize("options", [{}, {"reduce_to": 16}, {"mode": "RGB", "size": (9, 9), "upright": True}])
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"no image", "is no JPEG, PNG, WebP, GIF or BMP image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no JPEG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is no JPEG"),
        (b"\xff\xd8\xff", "is damaged"),
        (b"\x89PNG\r\n\x1a\n", "is damaged"),
        (b"RIFF\0\0\0\0WAVE", "is damaged"),
        (b"GIF89a", "is damaged"),
        (b"BM", "is damaged"),
        (encode("jpg")[:700], "is damaged: image file is truncated"),
        (encode("png")[:700], "is damaged"),
        (encode("webp")[:100], "is damaged"),
    ],
)
def test_a_file_that_is_not_an_image_raises_in_one_short_line(
    save: Saved, content: bytes, why: str, options: dict[str, object]
) -> None:
    assert why in decoding_error(save(content), **options)


def png_of(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def jpeg_of(width: int, height: int) -> bytes:
    jpeg = bytearray(encode("jpg"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(jpeg)


@pytest.mark.parametrize(
    "content", [png_of(60_000, 60_000), jpeg_of(60_000, 60_000), png_of(15_000, 12_000), jpeg_of(15_000, 12_000)]
)
@pytest.mark.parametrize("options", [{}, {"reduce_to": 16}])
def test_a_decompression_bomb_raises_before_it_is_decoded(
    save: Saved, content: bytes, options: dict[str, object]
) -> None:
    assert "pixels; at most 178 million are decoded" in decoding_error(save(content), **options)


def test_a_decompression_bomb_raises_at_reduced_scale_too(save: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simplejpeg.decode_jpeg", None)
    assert "pixels; at most 178 million" in decoding_error(save(jpeg_of(60_000, 60_000)), reduce_to=16)


def test_a_huge_file_raises_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    path.touch()
    os.truncate(path, 1 << 40)
    assert decoding_error(path) == "has more than 512 MB"


def test_pipes_and_folders_raise_without_blocking(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    (tmp_path / "nowhere.jpg").symlink_to(tmp_path / "none.jpg")
    assert decoding_error(tmp_path / "folder.jpg") == decoding_error(tmp_path / "pipe.jpg") == "is not a file"
    assert decoding_error(tmp_path / "loop.jpg") == "Too many levels of symbolic links"
    assert (
        decoding_error(tmp_path / "nowhere.jpg") == decoding_error(tmp_path / "none.jpg") == "No such file or directory"
    )


def test_a_missing_file_raises_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        decode(tmp_path / "none.jpg")


def test_a_lack_of_file_handles_is_not_a_fault_of_the_image(save: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise OSError(24, "Too many open files")

    path = save(encode("jpg"))
    monkeypatch.setattr("os.stat", exhausted)
    with pytest.raises(OSError, match="Too many open files"):
        decode(path)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_gives_an_image_or_undecodable_error(
    save: Saved, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.setattr(decoding, "MAX_PIXELS", 1 << 18)
    content = bytearray(encode(data.draw(st.sampled_from(CODECS))))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(1, len(content))) :]
    options = data.draw(
        st.sampled_from([{}, {"reduce_to": 10}, {"mode": "RGB", "size": (8, 8), "reduce_to": 16, "upright": True}])
    )
    try:
        assert decode(save(bytes(content)), **options).dtype == np.uint8
    except UndecodableError as error:
        assert str(error).isprintable()
