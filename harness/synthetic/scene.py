"""Renders the scene of a photograph: sky, ground, neighbouring houses, the building and occluders."""

import cv2
import numpy as np

from harness.synthetic.building.solids import Body, Vectors
from harness.synthetic.camera import Camera, paint_bodies
from harness.synthetic.noise import Image
from harness.synthetic.surroundings import weather
from harness.synthetic.surroundings.landscape import cast_shadows, draw_neighbours, draw_sky, paint_ground
from harness.synthetic.surroundings.sprites import paste_sprite, sprites
from harness.synthetic.viewpoint import Viewpoint, bounding_box, place_camera

OVERSAMPLING = 1.3  # pictures are rendered at this scale and then reduced
OCCLUDERS = ("tree", "tree", "bare_tree", "palm", "person", "person", "person", "car", "lamp")


def draw_scene(rng: np.random.Generator, view: Viewpoint, bodies: list[Body]) -> Image:
    """Draw the building and its surroundings from a viewpoint, RGB (view.height, view.width, 3)."""
    return _render(rng, view, bodies, *bounding_box(bodies))


def draw_landscape(rng: np.random.Generator, view: Viewpoint) -> Image:
    """Draw the surroundings without a landmark, RGB (view.height, view.width, 3)."""
    return _render(rng, view, [], np.array([-4.0, 0.0, 0.0]), np.array([4.0, 3.0, rng.uniform(2, 6)]))


def _render(rng: np.random.Generator, view: Viewpoint, bodies: list[Body], low: Vectors, high: Vectors) -> Image:
    camera = place_camera(view, low, high, OVERSAMPLING)
    canvas = draw_sky(rng, view, round(view.height * OVERSAMPLING), round(view.width * OVERSAMPLING))
    paint_ground(canvas, rng, camera, view)
    sun = np.array([np.sin(view.sun), -np.cos(view.sun), 0.7]) / np.hypot(1, 0.7)
    cast_shadows(canvas, camera, bodies, sun, view.light.shade)
    paint_bodies(canvas, camera, [*bodies, *draw_neighbours(rng, view, low, high)], sun, view.light.shade)
    if view.scaffolding and bodies:
        _draw_scaffolding(canvas, rng, camera, low, high)
    if view.shadow:
        weather.cast_shadow(canvas, rng)
    _draw_occluders(canvas, rng, camera, view, low)
    picture = weather.add_haze(weather.apply_lighting(canvas, rng, view), rng, view)
    picture = cv2.resize(picture, (view.width, view.height), interpolation=cv2.INTER_AREA)
    return weather.add_rain_or_snow(picture, rng, view)


def _draw_occluders(canvas: Image, rng: np.random.Generator, camera: Camera, view: Viewpoint, low: Vectors) -> None:
    """Draw trees, people, cars and lamps between the camera and the building, farthest first."""
    columns = canvas.shape[1]
    forward = camera.axes[2, :2] / np.hypot(*camera.axes[2, :2])
    right = camera.axes[0, :2]
    span = float((np.array([0, low[1]]) - camera.eye[:2]) @ forward)
    for share in -np.sort(-rng.uniform(0.1, 0.98, size=view.occluders)):
        depth = max(0.6, share * span)
        lateral = (rng.uniform(0, columns) - camera.centre[0]) / camera.focal * depth
        kinds = sprites(OCCLUDERS[rng.integers(len(OCCLUDERS))])
        sprite = kinds[rng.integers(len(kinds))]
        if sprite.height > 0.4 * depth:  # a tree right in front of the camera
            continue
        place = camera.eye[:2] + forward * depth + right * lateral
        pixels, depths = camera.project(np.array([(*place, 0), (*place, sprite.height)]))
        if depths.min() > 0.3:
            light = view.light.shade * 0.5 + 0.5
            paste_sprite(canvas, sprite, (pixels[0, 0], pixels[0, 1]), float(pixels[0, 1] - pixels[1, 1]), (light,) * 3)


def _draw_scaffolding(canvas: Image, rng: np.random.Generator, camera: Camera, low: Vectors, high: Vectors) -> None:
    """Draw scaffolding in front of a part of the facade."""
    left, right = np.sort(rng.uniform(low[0], high[0], size=2))
    top, y = rng.uniform(0.4, 0.9) * high[2], low[1] - 0.3
    for x in np.arange(left, right, 0.8):
        _draw_pole(canvas, camera, np.array([(x, y, 0), (x, y, top)]), (150, 152, 156, 0))
    for z in np.arange(0.7, top, 0.9):
        _draw_pole(canvas, camera, np.array([(left, y, z), (right, y, z)]), (176, 142, 96, 0))


def _draw_pole(canvas: Image, camera: Camera, ends: Vectors, colour: tuple[int, ...]) -> None:
    pixels, depth = camera.project(ends)
    if depth.min() > 0.3:
        thick = max(1, round(0.05 * camera.focal / float(depth.min())))
        start, stop = pixels.clip(-(2**13), 2**13).round().astype(int).tolist()
        cv2.line(canvas, start, stop, colour, min(thick, 12))
