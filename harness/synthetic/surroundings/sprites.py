"""Sprites of trees, people, cars and lamp posts, drawn once per process and pasted into pictures."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from harness.synthetic.noise import Image, sample_clouds, scale_channels

VARIANTS = 24  # of each kind


@dataclass(frozen=True, eq=False)
class Sprite:
    """A picture, RGBA, and its height in units."""

    picture: Image
    height: float


@cache
def sprites(kind: str) -> tuple[Sprite, ...]:
    """Return all variants of a kind: tree, bare_tree, palm, person, car or lamp."""
    rng = np.random.default_rng((3, *kind.encode()))
    return tuple(DRAWERS[kind](rng) for _ in range(VARIANTS))


def _canvas(height: int, width: int) -> Image:
    return np.zeros((height, width, 4), np.uint8)


def _tree(rng: np.random.Generator) -> Sprite:
    picture = _canvas(160, 128)
    _draw_trunk(picture, rng)
    green = np.array([rng.uniform(50, 100), rng.uniform(95, 135), rng.uniform(35, 65)])
    crown = np.zeros(picture.shape[:2], np.uint8)
    for _ in range(int(rng.integers(10, 22))):
        x, y = rng.normal(64, 20), rng.normal(58, 20)
        cv2.circle(crown, (round(x), round(y)), int(rng.integers(10, 24)), 255, -1)
    leaves = 0.6 * sample_clouds(rng, 160, 128, 0.3) + 0.4 * rng.random((160, 128))
    crown[leaves < 0.3] = 0
    _paint_leaves(picture, crown > 0, green, leaves)
    return Sprite(picture, rng.uniform(1.6, 4.0))


def _paint_leaves(
    picture: Image, where: NDArray[np.bool_], green: NDArray[np.float64], leaves: NDArray[np.float64]
) -> None:
    light = (0.45 + 1.1 * leaves) * np.linspace(1.15, 0.7, picture.shape[0])[:, None]
    colour = (light[..., None] * green).clip(0, 255)
    picture[where, :3] = colour[where]
    picture[where, 3] = 255


def _draw_trunk(picture: Image, rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    lean = round(rng.normal(0, 6))
    cv2.line(
        picture, (width // 2, height), (width // 2 + lean, height // 3), (74, 58, 44, 255), int(rng.integers(5, 10))
    )


def _bare_tree(rng: np.random.Generator) -> Sprite:
    picture = _canvas(160, 128)
    tips = [(64.0, 160.0, -np.pi / 2, 46.0)]
    for depth in range(6):
        grown = []
        for x, y, angle, length in tips:
            end = (x + length * np.cos(angle), y + length * np.sin(angle))
            root, tip = (round(x), round(y)), (round(end[0]), round(end[1]))
            cv2.line(picture, root, tip, (58, 48, 42, 255), max(1, 6 - depth))
            turns = rng.normal(0, 0.2) + np.array([-0.45, 0.4])
            grown += [(*end, angle + turn, length * rng.uniform(0.6, 0.85)) for turn in turns]
        tips = grown
    return Sprite(picture, rng.uniform(2.0, 4.0))


def _palm(rng: np.random.Generator) -> Sprite:
    picture = _canvas(192, 128)
    top = (round(64 + rng.normal(0, 10)), 48)
    cv2.line(picture, (64, 192), top, (112, 92, 68, 255), 6)
    for angle in np.linspace(0, 2 * np.pi, 15) + rng.normal(0, 0.15, size=15):
        along = np.linspace(0, 1, 8)
        x = top[0] + 52 * along * np.cos(angle)
        y = top[1] + 34 * along * np.sin(angle) + 26 * along**2
        points = np.stack([x, y], 1).round().astype(np.int32)
        cv2.polylines(picture, [points], False, (52, int(rng.integers(80, 130)), 44, 255), 5)
    return Sprite(picture, rng.uniform(2.0, 4.0))


def _person(rng: np.random.Generator) -> Sprite:
    picture = _canvas(128, 56)
    skin = (*(np.array([224, 178, 146]) * rng.uniform(0.4, 1.0)).astype(int).tolist(), 255)
    shirt, legs = ((*rng.integers(20, 240, size=3).tolist(), 255) for _ in range(2))
    stride = int(rng.integers(0, 8))
    for side in (-1, 1):
        cv2.line(picture, (28 + 4 * side, 72), (28 + side * (5 + stride), 124), legs, 10)
        hand = (28 + side * int(rng.integers(10, 22)), int(rng.integers(20, 74)))
        cv2.line(picture, (28 + 9 * side, 34), hand, shirt, 7)
    cv2.ellipse(picture, (28, 50), (13, 28), 0, 0, 360, shirt, -1)
    cv2.circle(picture, (28, 13), 10, skin, -1)
    cv2.ellipse(picture, (28, 10), (11, 8), 0, 180, 360, (*rng.integers(15, 110, size=3).tolist(), 255), -1)
    return Sprite(picture, rng.uniform(0.5, 0.62))


def _car(rng: np.random.Generator) -> Sprite:
    picture = _canvas(80, 192)
    paint = (*rng.integers(20, 235, size=3).tolist(), 255)
    roof = np.array([(40, 34), (66, 6), (128, 6), (158, 34)], np.int32)
    roof[:, 0] += rng.integers(-10, 10)
    cv2.fillPoly(picture, [roof], (52, 62, 74, 255))
    cv2.polylines(picture, [roof], True, paint, 6)
    cv2.rectangle(picture, (6, 32), (186, 64), paint, -1)
    cv2.rectangle(picture, (6, 52), (186, 64), (*(channel * 3 // 4 for channel in paint[:3]), 255), -1)
    for x in (44, 150):
        cv2.circle(picture, (x, 64), 15, (24, 24, 26, 255), -1)
        cv2.circle(picture, (x, 64), 7, (150, 150, 150, 255), -1)
    return Sprite(picture, rng.uniform(0.45, 0.7))


def _lamp(rng: np.random.Generator) -> Sprite:
    picture = _canvas(192, 64)
    iron = (*(np.array([50, 54, 52]) + rng.integers(0, 60)).tolist(), 255)
    cv2.line(picture, (32, 192), (32, 24), iron, 4)
    arms = int(rng.integers(0, 3))
    for arm in range(-arms, arms + 1, max(1, arms)):
        cv2.line(picture, (32, 40), (32 + 10 * arm, 30), iron, 3)
        cv2.circle(picture, (32 + 10 * arm, 20), 8, (236, 228, 196, 255), -1)
    return Sprite(picture, rng.uniform(1.3, 2.2))


DRAWERS = {"tree": _tree, "bare_tree": _bare_tree, "palm": _palm, "person": _person, "car": _car, "lamp": _lamp}


def paste_sprite(
    canvas: Image, sprite: Sprite, foot: tuple[float, float], height: float, light: tuple[float, ...]
) -> None:
    """Paste a sprite of `height` pixels with its foot at a pixel, its colours multiplied by `light` (RGB)."""
    rows, columns = canvas.shape[:2]
    width = height * sprite.picture.shape[1] / sprite.picture.shape[0]
    if not 3 < height < 3 * rows or width < 2:
        return
    left, top = round(foot[0] - width / 2), round(foot[1] - height)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(columns, left + round(width)), min(rows, top + round(height))
    if x1 <= x0 or y1 <= y0:
        return
    size = (round(width), round(height))
    picture = cv2.resize(sprite.picture, size, interpolation=cv2.INTER_AREA if height < 160 else cv2.INTER_LINEAR)
    patch = picture[y0 - top : y1 - top, x0 - left : x1 - left]
    patch = scale_channels(patch, (*light, 1.0))
    mask = cv2.threshold(patch[..., 3], 110, 255, cv2.THRESH_BINARY)[1]
    patch[..., 3] = 0  # no pixel is lit at night
    cv2.copyTo(patch, mask, canvas[y0:y1, x0:x1])
