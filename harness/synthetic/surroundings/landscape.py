"""Sky, ground, skyline and neighbouring houses."""

from functools import cache

import cv2
import numpy as np

from harness.synthetic.building.facade import draw_facade
from harness.synthetic.building.masonry import draw_roof, draw_wall
from harness.synthetic.building.openings import WALL
from harness.synthetic.building.portal import Wall
from harness.synthetic.building.solids import Body, Texture, Vectors, hip_roof, make_box
from harness.synthetic.building.style import STYLES, draw_building_plan, vary_colour
from harness.synthetic.camera import NEAREST, Camera
from harness.synthetic.noise import SIDE, Image, cloud_field, sample_clouds, scale_channels
from harness.synthetic.viewpoint import Viewpoint

GROUNDS = ("paving", "grass", "gravel", "water", "asphalt")
HOUSE_VARIANTS = 20


def draw_sky(rng: np.random.Generator, view: Viewpoint, height: int, width: int) -> Image:
    """Draw the sky, RGBA with fourth channel 0."""
    rows, columns = max(2, height // 3), max(2, width // 3)
    fall = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None] ** rng.uniform(0.6, 1.4)
    colour = (1 - fall) * np.array(view.light.high_sky) + fall * np.array(view.light.low_sky)
    field = sample_clouds(rng, rows, columns, rng.uniform(0.3, 1.0))
    cover = ((field - 0.8 + 0.5 * view.cloudiness) * 4).clip(0, 0.9)[..., None]
    white = np.array(view.light.low_sky) * rng.uniform(0.85, 1.2)
    sky = np.zeros((rows, columns, 4), np.uint8)
    sky[..., :3] = (colour * (1 - cover) + white * cover).clip(0, 255)
    return cv2.resize(sky, (width, height), interpolation=cv2.INTER_LINEAR)


@cache
def ground_texture(kind: str, variant: int) -> Image:
    """Return a periodic ground texture, RGBA with fourth channel 0, 256 x 256 pixels."""
    rng = np.random.default_rng((4, variant, *kind.encode()))
    texture = np.zeros((256, 256, 4), np.uint8)
    if kind == "paving":
        texture[..., :3] = draw_wall(
            rng, "panels" if variant % 2 else "ashlar", vary_colour(rng, (168, 160, 148), 0.12), 256, 256, 16
        )
    else:
        colour = {"grass": (92, 124, 58), "gravel": (176, 160, 132), "water": (70, 102, 120), "asphalt": (98, 98, 100)}[
            kind
        ]
        rough = np.roll(cloud_field()[:SIDE:2, :SIDE:2], rng.integers(256, size=2), axis=(0, 1))  # stays periodic
        light = 0.72 + 0.4 * rough[..., None] + 0.16 * rng.random((256, 256, 1))
        texture[..., :3] = (light * np.array(vary_colour(rng, colour, 0.1))).clip(0, 255)
    return texture


def paint_ground(canvas: Image, rng: np.random.Generator, camera: Camera, view: Viewpoint) -> None:
    """Paint the ground up to the horizon and the skyline, with snow if the viewpoint has any."""
    rows, columns = canvas.shape[:2]
    ends = camera.horizon(np.array([0.0, columns - 1.0]))
    _draw_skyline(canvas, rng, float(ends.mean()), view)
    if ends.min() >= rows:
        return
    texture = ground_texture(GROUNDS[rng.integers(len(GROUNDS))], int(rng.integers(4)))
    if view.snow:
        texture = cv2.addWeighted(texture, 0.25, np.full_like(texture, (232, 236, 244, 0)), 0.75, 0)
    scale = np.diag([1 / 24, 1 / 24, 1.0]) @ np.array([[1, 0, rng.uniform(-99, 99)], [0, 1, 0], [0, 0, 1]])
    flat = cv2.warpPerspective(
        texture, camera.ground() @ scale, (columns, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )
    mask = np.zeros((rows, columns), np.uint8)
    edge = [(0, ends[0] + 1), (columns - 1, ends[1] + 1), (columns - 1, 2 * rows + 9), (0, 2 * rows + 9)]
    cv2.fillPoly(mask, [np.clip(edge, -(2**14), 2**14).astype(np.int32)], 255)
    light = view.light.shade * 0.5 + 0.5
    cv2.copyTo(scale_channels(flat, (light, light, light, 1.0)), mask, canvas)


def cast_shadows(canvas: Image, camera: Camera, bodies: list[Body], sun: Vectors, shade: float) -> None:
    """Darken the shadows of the bodies on the ground; `shade` is the brightness of shaded faces."""
    mask = np.zeros(canvas.shape[:2], np.uint8)
    for body in bodies:
        corners = np.array(np.meshgrid(*zip(body.low, body.high, strict=True))).reshape(3, -1).T
        corners -= corners[:, 2:] * sun / sun[2]
        pixels, depth = camera.project(corners)
        if depth.min() > NEAREST:
            hull = cv2.convexHull(pixels.clip(-(2**13), 2**13).astype(np.float32))
            cv2.fillConvexPoly(mask, np.rint(hull).astype(np.int32), 255)
    light = 0.3 + 0.7 * shade
    cv2.copyTo(scale_channels(canvas, (light, light, light, 1.0)), mask, canvas)


def _draw_skyline(canvas: Image, rng: np.random.Generator, horizon: float, view: Viewpoint) -> None:
    """Draw hills, woods or roofs along the horizon."""
    rows, columns = canvas.shape[:2]
    high = rows * rng.uniform(0.0, 0.14)
    steps = int(rng.integers(5, 40))
    tops = horizon - high * (0.3 + rng.random(steps))
    if rng.random() < 0.5:
        tops = np.repeat(tops, 2)
    places = np.repeat(np.linspace(0, columns, len(tops) // 2 + 1), 2)[: len(tops)] if len(tops) > steps else None
    x = np.linspace(0, columns, len(tops)) if places is None else places
    points = np.vstack([np.stack([x, tops], 1), [[columns, horizon + 2], [0, horizon + 2]]])
    near_colour = vary_colour(rng, ((84, 104, 74), (110, 120, 140), (150, 140, 128))[rng.integers(3)], 0.08)
    colour = (0.55 * np.array(near_colour) + 0.45 * np.array(view.light.low_sky)).astype(int).tolist()
    cv2.fillPoly(canvas, [np.clip(points, -(2**14), 2**14).astype(np.int32)], (*colour, 0))


@cache
def _house_textures(variant: int) -> tuple[Texture, Texture, Texture]:
    """Return the front, side and roof textures of a neighbouring house."""
    rng = np.random.default_rng((5, variant))
    names = ("palace", "town_hall", "modern", "castle")
    plan = draw_building_plan(rng, STYLES[names[variant % len(names)]])
    front, side = (
        Texture(draw_facade(rng, plan, Wall("door" if width > 3 else ""), width, 3.4, 32)) for width in (4.0, 3.0)
    )
    roof = np.dstack([draw_roof(rng, plan.roof, 48, 128, 8), np.full((48, 128), WALL, np.uint8)])
    return front, side, Texture(roof)


def draw_neighbours(rng: np.random.Generator, view: Viewpoint, low: Vectors, high: Vectors) -> list[Body]:
    """Return houses beside and behind the box from `low` to `high`."""
    bodies: list[Body] = []
    for side in rng.permutation([-1, 1, -1, 1, 0, 0, -1, 1])[: view.neighbours]:
        width, depth, height = rng.uniform(2.5, 6), rng.uniform(2, 3.5), rng.uniform(1.5, 3.8)
        behind = high[1] + 1 + rng.uniform(0, 8)
        near_edge = (high[0] if side > 0 else low[0]) + side * (rng.uniform(0.3, 5) + width / 2)
        x, y = (near_edge, rng.uniform(0, 6)) if side else (rng.uniform(low[0], high[0]), behind)
        bodies += _draw_house(rng, np.array([x - width / 2, y, 0]), width, depth, height)
    return bodies


def _draw_house(rng: np.random.Generator, corner: Vectors, width: float, depth: float, height: float) -> list[Body]:
    front, flank, roof = _house_textures(int(rng.integers(HOUSE_VARIANTS)))
    house: list[Body] = [make_box(corner, corner + np.array([width, depth, height]), front, flank, roof)]
    if rng.random() < 0.7:
        eaves = corner + np.array([0, 0, height])
        house.append(hip_roof(eaves, eaves + np.array([width, depth, rng.uniform(0.6, 1.5)]), roof, (0.7, 0)))
    return house
