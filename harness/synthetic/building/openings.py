"""Windows, doors and arches: their outlines and the pictures that are pasted into walls."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from harness.synthetic.building.style import BuildingPlan, Colour
from harness.synthetic.noise import Image

Points: TypeAlias = NDArray[np.float64]  # (k, 2) x and y

WALL, GLASS = 64, 255  # fourth channel of a texture: how a pixel is lit at night


def outline(kind: str, left: float, top: float, width: float, height: float) -> Points:
    """Return the outline (k, 2) of an opening that fills the rectangle, at least one pixel wide and high."""
    width, height = max(1.0, width), max(1.0, height)
    return _unit_outline(kind, height / width) * (width, height) + (left, top)


def _unit_outline(kind: str, aspect: float) -> Points:
    turn = np.linspace(np.pi, 2 * np.pi, 13)
    if kind == "round":
        around = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        return 0.5 + np.stack([np.cos(around), np.sin(around) * min(1, 1 / aspect)], 1) / 2
    if kind in {"arch", "twin"}:
        rise = min(0.5, 0.5 / aspect)
        head = np.stack([0.5 + np.cos(turn) / 2, rise + np.sin(turn) * rise], 1)
        return np.vstack([head, [[1, 1], [0, 1]]])
    if kind in {"pointed", "lattice"}:
        rise = min(0.7, 0.8 / aspect)
        along = np.linspace(0, 1, 7)
        half = np.stack([0.5 * (1 - np.cos(along * np.pi / 2)), rise * (1 - np.sin(along * np.pi / 2) ** 1.3)], 1)
        other = half[::-1] * (-1, 1) + (1, 0)
        return np.vstack([half, other[1:], [[1, 1], [0, 1]]])
    return np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)


def fill(image: Image, points: Points, colour: Colour, shine: int = WALL) -> None:
    """Fill a polygon of the picture with a colour."""
    cv2.fillPoly(image, [np.rint(points).astype(np.int32)], (*colour, shine), cv2.LINE_8)


def shade(colour: Colour, factor: float) -> Colour:
    """Return a colour with its brightness multiplied by a factor."""
    red, green, blue = (max(0, min(255, round(channel * factor))) for channel in colour)
    return red, green, blue


def draw_window(plan: BuildingPlan, kind: str, width: int, height: int) -> Image:
    """Draw a window with its frame, RGBA; the fourth channel is 0 outside it."""
    picture = np.zeros((height, width, 4), np.uint8)
    frame = max(1.0, width * 0.1)
    fill(picture, outline(kind, 0, 0, width - 1, height - 1), plan.trim)
    fill(picture, outline(kind, frame, frame, width - 1 - 2 * frame, height - 1 - frame), shade(plan.trim, 0.5))
    inner = outline(kind, frame + 1, frame * 1.7, width - 3 - 2 * frame, height - 2 - 2.4 * frame)
    fill(picture, inner, plan.glass, GLASS)
    GLAZING_STYLES.get(kind, _draw_bars)(picture, plan)
    cv2.rectangle(picture, (0, height - max(2, round(frame))), (width, height), (*shade(plan.trim, 1.1), WALL), -1)
    return picture


def _draw_bars(picture: Image, plan: BuildingPlan) -> None:
    height, width = picture.shape[:2]
    bar = (*shade(plan.trim, 0.9), WALL)
    cv2.line(picture, (width // 2, height // 8), (width // 2, height), bar, max(1, width // 14))
    for share in (0.38, 0.68):
        cv2.line(picture, (width // 8, round(height * share)), (width - width // 8, round(height * share)), bar, 1)


def _draw_mullions(picture: Image, plan: BuildingPlan) -> None:
    height, width = picture.shape[:2]
    half = outline("arch", 0, 0, width * 0.36, height * 0.6)
    picture[height // 8 :, width // 8 : -max(1, width // 8)] = (*shade(plan.trim, 0.82), WALL)
    for left in (0.12, 0.52):
        fill(picture, half + np.array([width * left, height * 0.34]), plan.glass, GLASS)
    fill(picture, outline("round", width * 0.36, height * 0.1, width * 0.28, height * 0.2), plan.glass, GLASS)


def _draw_lattice(picture: Image, plan: BuildingPlan) -> None:
    height, width = picture.shape[:2]
    bar = (*shade(plan.trim, 0.85), WALL)
    for start in range(-height, width, max(4, width // 4)):
        cv2.line(picture, (start, 0), (start + height, height), bar, 1)
        cv2.line(picture, (start + height, 0), (start, height), bar, 1)
    picture[..., 3][_outside("pointed", width, height)] = 0


def _outside(kind: str, width: int, height: int) -> NDArray[np.bool_]:
    mask = np.ones((height, width), np.uint8)
    cv2.fillPoly(mask, [np.rint(outline(kind, 0, 0, width - 1, height - 1)).astype(np.int32)], 0)
    return mask.astype(bool)


def _draw_spokes(picture: Image, plan: BuildingPlan) -> None:
    height, width = picture.shape[:2]
    centre, reach = (width // 2, height // 2), min(width, height) / 2 - 1
    for angle in np.arange(8 + plan.motif % 5) * 2 * np.pi / (8 + plan.motif % 5):
        tip = (round(centre[0] + reach * np.cos(angle)), round(centre[1] + reach * np.sin(angle)))
        cv2.line(picture, centre, tip, (*shade(plan.trim, 0.9), WALL), max(1, width // 40))
    cv2.circle(picture, centre, max(1, round(reach / 3.5)), (*plan.trim, WALL), max(1, width // 30))


def _draw_shutters(picture: Image, plan: BuildingPlan) -> None:
    height, width = picture.shape[:2]
    side = max(2, width // 4)
    for part in (picture[: height - 2, :side], picture[: height - 2, -side:]):
        part[:] = (*plan.shutter, WALL)
        part[::3] = (*shade(plan.shutter, 0.75), WALL)


def _draw_pediment(picture: Image, plan: BuildingPlan) -> None:
    height, width = picture.shape[:2]
    top = max(3, height // 6)
    picture[:top] = 0
    fill(picture, np.array([[0, top], [width / 2, 0], [width - 1, top]]), shade(plan.trim, 1.08))
    cv2.line(picture, (0, top), (width, top), (*shade(plan.trim, 0.6), WALL), 1)
    _draw_bars(picture[top:], plan)


GLAZING_STYLES = {
    "twin": _draw_mullions, "lattice": _draw_lattice, "round": _draw_spokes, "shutters": _draw_shutters,
    "pediment": _draw_pediment,
}  # fmt: skip
