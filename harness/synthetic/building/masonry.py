"""Textures of wall and roof materials."""

import numpy as np

from harness.synthetic.building.style import Colour
from harness.synthetic.noise import Field, Image, sample_clouds

STONE_SHAPES = {  # height of a stone in courses, width / height, depth of the joints
    "ashlar": (1.0, 2.0, 0.14),
    "rubble": (0.7, 1.4, 0.22),
    "brick": (0.5, 2.4, 0.16),
    "stripes": (1.2, 2.4, 0.08),
    "panels": (3.0, 1.0, 0.2),
    "tiles": (0.6, 0.8, 0.3),
}
TONE_SPREAD = {"rubble": 0.14, "brick": 0.11, "ashlar": 0.08, "tiles": 0.11}  # between stones; .04 for others


def draw_wall(rng: np.random.Generator, material: str, colour: Colour, height: int, width: int, course: float) -> Image:
    """Draw a wall without openings, (height, width, 3); `course` is the height of a row of stones in pixels."""
    light = 0.84 + 0.32 * sample_clouds(rng, height, width, max(1.0, height / 160))
    light += 0.1 * (sample_clouds(rng, height, width) - 0.5)
    if material in STONE_SHAPES:
        light += _stone_tones(rng, material, height, width, course)
    if material == "stripes":
        light[(np.arange(height) // max(2, round(1.2 * course))) % 2 == 1] *= 0.74
    light *= np.linspace(1.03, 0.93, height, dtype=np.float32)[:, None]  # darker towards the ground
    return (light[..., None] * np.asarray(colour, np.float32)).clip(0, 255).astype(np.uint8)


def _stone_tones(rng: np.random.Generator, material: str, height: int, width: int, course: float) -> Field:
    """Return the brightness offsets of stones and joints, about [-0.3, 0.3], (height, width)."""
    courses, aspect, joint = STONE_SHAPES[material]
    high = max(3, round(course * courses))
    wide = max(4, round(high * aspect))
    row = np.arange(height) // high
    shift = (row % 2) * (0 if material == "panels" else wide // 2)
    across = np.arange(width)[None, :] + shift[:, None]
    tone = rng.normal(0, TONE_SPREAD.get(material, 0.04), size=(row[-1] + 1, width // wide + 2)).astype(np.float32)
    stones: Field = tone[row[:, None], across // wide]
    stones[np.arange(height) % high == 0] -= joint
    stones -= np.float32(joint) * (across % wide == 0)
    return stones


def draw_roof(rng: np.random.Generator, colour: Colour, height: int, width: int, course: float) -> Image:
    """Draw a slope of tiles, (height, width, 3)."""
    return draw_wall(rng, "tiles", colour, height, width, course)
