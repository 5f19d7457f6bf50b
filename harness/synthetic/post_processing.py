"""Camera and editing effects: lens blur, sensor noise, tone, borders, watermarks, rotation, JPEG compression."""

from dataclasses import dataclass

import cv2
import numpy as np
import simplejpeg

from harness.synthetic.noise import Image, resize, sample_grain

ORIENTATIONS = {1: 6, 2: 3, 3: 8}  # anticlockwise quarter turns of the pixels -> EXIF orientation that undoes them
WATERMARKS = ("(c) archive", "STOCK PHOTO", "sample", "visit!", "2004/07/21", "landmark.example")


@dataclass(frozen=True, eq=False)
class Jpeg:
    """The content of a JPEG file: RGB pixels, EXIF orientation (1 to 8) and quality."""

    picture: Image
    orientation: int
    quality: int  # of the JPEG, in percent


def apply_camera(rng: np.random.Generator, picture: Image, difficulty: float) -> Jpeg:
    """Apply random camera and editing effects; difficulty in [0, 1]."""
    picture = _apply_lens(rng, picture, difficulty)
    picture = _apply_tones(rng, picture, difficulty)
    picture = _add_sensor_noise(rng, picture, difficulty)
    if rng.random() < 0.14 * difficulty:
        picture = _add_border_or_watermark(rng, picture)
    orientation = 1
    if rng.random() < 0.16 * difficulty:
        turns = int(rng.choice([1, 1, 3, 3, 2]))
        picture = np.ascontiguousarray(np.rot90(picture, turns))
        orientation = ORIENTATIONS[turns] if rng.random() < 0.4 else 1
    return Jpeg(picture, orientation, int(rng.integers(round(85 - 50 * difficulty), 96)))


def make_near_duplicate(rng: np.random.Generator, original: Jpeg) -> Jpeg:
    """Return a near-duplicate: the photograph slightly cropped, resized, brightened and recompressed."""
    rows, columns = original.picture.shape[:2]
    top, bottom, left, right = (rng.uniform(0, 0.035, size=4) * (rows, rows, columns, columns)).astype(int)
    cropped = original.picture[top : rows - bottom, left : columns - right]
    factor = rng.uniform(0.7, 1.15)
    height, width = (max(8, round(side * factor)) for side in cropped.shape[:2])
    smaller = resize(cropped, width, height, cv2.INTER_AREA)
    curve = (np.arange(256) * rng.uniform(0.92, 1.08)).clip(0, 255).astype(np.uint8)
    brighter = np.asarray(cv2.LUT(smaller, curve), np.uint8)
    return Jpeg(brighter, original.orientation, int(rng.integers(45, 92)))


def encode(jpeg: Jpeg) -> bytes:
    """Return the bytes of the JPEG file, with an EXIF header only if the orientation is not 1."""
    picture = np.ascontiguousarray(jpeg.picture)
    data: bytes = simplejpeg.encode_jpeg(picture, quality=jpeg.quality, colorspace="RGB", colorsubsampling="420")
    if jpeg.orientation == 1:
        return data
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + bytes([0, jpeg.orientation, 0, 0])
    body = b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00"
    return data[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + data[2:]


def _apply_lens(rng: np.random.Generator, picture: Image, difficulty: float) -> Image:
    """Apply defocus or motion blur, or neither."""
    draw = rng.random()
    if draw < 0.25 * difficulty:
        return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 0.6 + 1.2 * difficulty))
    if draw < 0.4 * difficulty:
        length = int(rng.integers(2, 4 + round(3 * difficulty)))
        kernel = np.eye(length) if rng.random() < 0.5 else np.full((1, length), 1.0)
        return cv2.filter2D(picture, -1, kernel / kernel.sum())
    return picture


def _apply_tones(rng: np.random.Generator, picture: Image, difficulty: float) -> Image:
    """Change white balance, contrast and gamma; sometimes convert to greyscale or sepia."""
    levels = np.arange(256) / 255
    gain = rng.normal(1, 0.02 + 0.07 * difficulty, size=3) * rng.normal(1, 0.03 + 0.1 * difficulty)
    contrast, gamma = np.exp(rng.normal(0, 0.05 + 0.25 * difficulty, size=2))
    curve = (levels**gamma)[:, None] * gain
    curve = (0.5 + (curve - 0.5) * contrast).clip(0, 1) * 255
    picture = cv2.LUT(picture, curve[None].astype(np.uint8))
    if rng.random() < 0.12 * difficulty:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None]
        tone = (1.0, 1.0, 1.0) if rng.random() < 0.7 else (1.05, 0.92, 0.72)
        picture = (grey * np.array(tone)).clip(0, 255).astype(np.uint8)
    return picture


def _add_sensor_noise(rng: np.random.Generator, picture: Image, difficulty: float) -> Image:
    strength = abs(rng.normal(0, 0.06 + 0.2 * difficulty))
    if strength < 0.03:
        return picture
    rows, columns = picture.shape[:2]
    return cv2.addWeighted(picture, 1, sample_grain(rng, rows, columns), strength, -128 * strength)


def _add_border_or_watermark(rng: np.random.Generator, picture: Image) -> Image:
    """Add a border or a watermark."""
    rows, columns = picture.shape[:2]
    if rng.random() < 0.5:
        wide = int(rng.integers(3, max(4, rows // 16)))
        colour = [int(rng.choice([0, 255, 240, 30]))] * 3
        inner = picture[wide:-wide, wide:-wide]
        return cv2.copyMakeBorder(inner, wide, wide, wide, wide, cv2.BORDER_CONSTANT, value=colour)
    marked = picture.copy()
    text, place = str(rng.choice(WATERMARKS)), (int(rng.integers(0, columns // 2)), int(rng.integers(rows // 8, rows)))
    cv2.putText(marked, text, place, cv2.FONT_HERSHEY_SIMPLEX, columns / 420, (255, 255, 255), 1, cv2.LINE_AA)
    return cv2.addWeighted(picture, 0.3, marked, 0.7, 0)
