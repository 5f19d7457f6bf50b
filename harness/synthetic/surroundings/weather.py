"""Lighting and weather effects: night, floodlight, haze, rain, snow and cast shadows."""

import cv2
import numpy as np

from harness.synthetic.building.openings import GLASS, WALL
from harness.synthetic.noise import Image, sample_clouds, scale_channels
from harness.synthetic.viewpoint import Viewpoint


def cast_shadow(canvas: Image, rng: np.random.Generator) -> None:
    """Darken the picture by the shadow of a building outside the frame."""
    rows, columns = canvas.shape[:2]
    x, slope = rng.uniform(0, columns), rng.normal(0, 0.8)
    points = np.array([(x, 0), (x + slope * rows, rows), (-columns if x < columns / 2 else 2 * columns, rows / 2)])
    mask = np.zeros((rows, columns), np.uint8)
    cv2.fillConvexPoly(mask, points.astype(np.int32), 255)
    mask[canvas[..., 3] == 0] = 0
    cv2.copyTo(scale_channels(canvas, (0.5, 0.53, 0.6, 1.0)), mask, canvas)


def apply_lighting(canvas: Image, rng: np.random.Generator, view: Viewpoint) -> Image:
    """Return the RGB picture under the viewpoint's lighting; at night windows are lit and walls floodlit."""
    tint = np.array(view.light.tint) * view.light.exposure * rng.uniform(0.88, 1.12)
    kind = canvas[..., 3]
    picture = scale_channels(canvas[..., :3], (*tint.tolist(), 1.0))
    if view.light.night:
        _floodlight(picture, canvas, rng, view)
    glass = kind > (GLASS + WALL) // 2
    if view.light.night or view.light.exposure < 0.6:
        lit = sample_clouds(rng, kind.shape[0], kind.shape[1], 0.5) > rng.uniform(0.3, 0.75)
        picture[glass & lit] = (np.array([255, 214, 140]) * rng.uniform(0.6, 1.0)).astype(np.uint8)
    elif rng.random() < 0.6:  # reflections of the sky
        picture[glass] = picture[glass] // 2 + (np.array(view.light.high_sky) * rng.uniform(0.2, 0.5)).astype(np.uint8)
    return picture


def _floodlight(picture: Image, canvas: Image, rng: np.random.Generator, view: Viewpoint) -> None:
    rows = canvas.shape[0]
    fall = np.linspace(rng.uniform(0.45, 0.9), rng.uniform(0.9, 1.25), rows)[:, None, None]
    lit = canvas[..., :3] * (np.array(view.floodlight) / 255 * fall).astype(np.float32)
    walls = canvas[..., 3] >= WALL - 16
    picture[walls] = lit.clip(0, 255).astype(np.uint8)[walls]


def add_haze(picture: Image, rng: np.random.Generator, view: Viewpoint) -> Image:
    """Return the picture with the haze of its viewpoint."""
    if not view.haze:
        return picture
    haze = np.array(view.light.low_sky) * rng.uniform(0.85, 1.1)
    cover = np.full_like(picture, haze.clip(0, 255).astype(np.uint8))
    return cv2.addWeighted(picture, 1 - view.haze, cover, view.haze, 0)


def add_rain_or_snow(picture: Image, rng: np.random.Generator, view: Viewpoint) -> Image:
    """Return the picture with the rain or snow of its viewpoint."""
    if not (view.rain or view.snow):
        return picture
    rows, columns = picture.shape[:2]
    layer = picture.copy()
    slant = rng.uniform(-0.3, 0.3) * 14
    for x, y in rng.random((220 if view.snow else 320, 2)) * (columns, rows):
        if view.snow:
            cv2.circle(layer, (int(x), int(y)), int(rng.integers(1, 3)), (244, 246, 250), -1)
        else:
            cv2.line(layer, (int(x), int(y)), (int(x + slant), int(y + 14)), (206, 212, 220), 1)
    share = 0.75 if view.snow else 0.4
    return cv2.addWeighted(picture, 1 - share, layer, share, 0)
