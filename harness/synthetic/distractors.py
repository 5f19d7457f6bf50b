"""Distractor pictures without a landmark: other buildings, landscapes, people, rooms, pages, maps, diagrams."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from harness.synthetic.building.masonry import draw_wall
from harness.synthetic.building.style import STYLES, Colour, vary_colour
from harness.synthetic.building.templates import build_landmark
from harness.synthetic.noise import Image, sample_clouds
from harness.synthetic.scene import draw_landscape, draw_scene
from harness.synthetic.surroundings.sprites import paste_sprite, sprites
from harness.synthetic.viewpoint import Viewpoint, draw_viewpoint

TEXTURE_RESOLUTION = 0.11  # pixels per unit of a building's textures, per pixel of the picture's longer side


def draw_distractor(rng: np.random.Generator, difficulty: float, side: int) -> Image:
    """Draw a picture without a landmark, RGB, with a longer side of about `side` pixels.

    The share of buildings in the styles of the landmarks grows with the difficulty.
    """
    if rng.random() < 0.25 + 0.4 * difficulty:
        family = list(STYLES)[rng.integers(len(STYLES))]
        bodies = build_landmark(rng, family, TEXTURE_RESOLUTION * side)
        return draw_scene(rng, draw_viewpoint(rng, difficulty, side), bodies)
    view = draw_viewpoint(rng, difficulty, side)
    return KINDS[rng.integers(len(KINDS))](rng, view)


def _colour(rng: np.random.Generator, low: int = 20, high: int = 235) -> Colour:
    red, green, blue = rng.integers(low, high, size=3).tolist()
    return red, green, blue


def _paper(rng: np.random.Generator, view: Viewpoint) -> Image:
    paper = 235 + 16 * (sample_clouds(rng, view.height, view.width) - 0.5)
    return (paper[..., None] * (1, 0.99, rng.uniform(0.85, 1))).astype(np.uint8)


def _portrait(rng: np.random.Generator, view: Viewpoint) -> Image:
    """Draw one to four people close to the camera."""
    picture = draw_landscape(rng, view)
    canvas = np.dstack([cv2.GaussianBlur(picture, (0, 0), 3), np.zeros(picture.shape[:2], np.uint8)])
    people = sprites("person")
    for _ in range(int(rng.integers(1, 5))):
        foot = (rng.uniform(0.2, 0.8) * view.width, view.height * rng.uniform(1.0, 2.0))
        paste_sprite(
            canvas, people[rng.integers(len(people))], foot, view.height * rng.uniform(1.2, 2.4), (1.0, 1.0, 1.0)
        )
    return np.ascontiguousarray(canvas[..., :3])


def _room(rng: np.random.Generator, view: Viewpoint) -> Image:
    """Draw a room with floor, ceiling, three walls and furniture."""
    width, height = view.width, view.height
    paint = vary_colour(rng, (196, 184, 168), 0.15)
    picture = np.full((height, width, 3), paint, np.uint8)
    near_box = np.array([(0, 0), (width, 0), (width, height), (0, height)])
    far_box = np.array([(0.3, 0.25), (0.72, 0.25), (0.72, 0.68), (0.3, 0.68)]) * (width, height)
    far_box += rng.normal(0, 0.06, size=2) * (width, height)
    for i in range(4):
        points = np.array([near_box[i], near_box[(i + 1) % 4], far_box[(i + 1) % 4], far_box[i]])
        cv2.fillPoly(picture, [points.astype(np.int32)], vary_colour(rng, paint, 0.12))
    _draw_furniture(rng, picture, far_box)
    light = 0.6 + 0.7 * sample_clouds(rng, height, width)
    return (picture * light[..., None]).clip(0, 255).astype(np.uint8)


def _draw_furniture(rng: np.random.Generator, picture: Image, far_box: NDArray[np.float64]) -> None:
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(2, 9))):
        x, y = rng.uniform(far_box[0], far_box[2])
        w, h = rng.uniform(0.04, 0.2, size=2) * (width, height)
        y += rng.choice([0, 0.25]) * height
        cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), _colour(rng), -1)
        cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), _colour(rng, 10, 90), 2)


def _page(rng: np.random.Generator, view: Viewpoint) -> Image:
    """Draw a page of text."""
    picture = _paper(rng, view)
    ink, size = _colour(rng, 0, 90), rng.uniform(0.3, 0.7)
    letters = np.array(list("abcdefghiklmnoprstuvwy     "))
    for row in range(round(40 * size), view.height, round(34 * size)):
        text = "".join(rng.choice(letters, size=int(view.width / 16 / size)))
        cv2.putText(picture, text, (10, row), cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1, cv2.LINE_AA)
    if rng.random() < 0.5:
        cv2.rectangle(picture, (0, 0), (view.width, view.height // 5), _colour(rng), -1)
    return picture


def _map(rng: np.random.Generator, view: Viewpoint) -> Image:
    """Draw a map with land, water, roads and place names."""
    land = sample_clouds(rng, view.height, view.width, rng.uniform(0.3, 1.0))
    palette = np.array([_colour(rng, 150, 250) for _ in range(5)], np.uint8)
    picture: Image = palette[(land * 4.99).astype(int)]
    for _ in range(int(rng.integers(4, 14))):
        way = np.cumsum(rng.normal(0, 20, size=(12, 2)), axis=0) + rng.uniform(0, 1, size=2) * (view.width, view.height)
        cv2.polylines(picture, [way.astype(np.int32)], False, _colour(rng), int(rng.integers(1, 4)), cv2.LINE_AA)
    for _ in range(int(rng.integers(2, 9))):
        name = "".join(rng.choice(list("aeiourstnlm"), size=6)).title()
        place = (rng.uniform(0, 0.9, size=2) * (view.width, view.height)).astype(int).tolist()
        cv2.putText(picture, name, place, cv2.FONT_HERSHEY_PLAIN, 0.8, (30, 30, 40), 1, cv2.LINE_AA)
    return picture


def _diagram(rng: np.random.Generator, view: Viewpoint) -> Image:
    """Draw a bar chart with a curve."""
    picture = _paper(rng, view)
    bars = int(rng.integers(3, 14))
    base, step = int(view.height * 0.88), view.width * 0.85 / bars
    tops = base - rng.uniform(0.1, 0.8, size=bars) * view.height
    ink = _colour(rng)
    for place, top in enumerate(tops):
        left = int(view.width * 0.1 + place * step)
        cv2.rectangle(picture, (left, int(top)), (int(left + step * 0.7), base), ink if place % 2 else _colour(rng), -1)
    curve = np.stack([np.linspace(view.width * 0.1, view.width * 0.95, bars), tops], 1)
    cv2.polylines(picture, [curve.astype(np.int32)], False, _colour(rng, 0, 120), 2, cv2.LINE_AA)
    cv2.line(picture, (view.width // 12, base), (view.width, base), (20, 20, 20), 1)
    return picture


def _still_life(rng: np.random.Generator, view: Viewpoint) -> Image:
    """Draw round objects on a table in front of a wall."""
    material = str(rng.choice(["plaster", "brick", "panels", "tiles"]))
    picture = draw_wall(rng, material, _colour(rng, 60, 220), view.height, view.width, rng.uniform(8, 30))
    cv2.rectangle(picture, (0, int(view.height * 0.7)), (view.width, view.height), _colour(rng, 60, 200), -1)
    for _ in range(int(rng.integers(2, 9))):
        centre = (int(rng.uniform(0, view.width)), int(view.height * rng.uniform(0.45, 0.85)))
        axes = rng.uniform(0.05, 0.2, size=2) * min(view.width, view.height)
        colour = np.array(_colour(rng))
        for ring in range(6):
            shrunk = tuple(int(axis * (1 - ring / 6)) for axis in axes)
            cv2.ellipse(picture, centre, shrunk, 0, 0, 360, (colour + ring * 6).tolist(), -1)
    return picture


KINDS: tuple[Callable[[np.random.Generator, Viewpoint], Image], ...] = (
    draw_landscape, draw_landscape, draw_landscape, _portrait, _portrait, _room, _room, _still_life,
    _page, _map, _diagram,
)  # fmt: skip
