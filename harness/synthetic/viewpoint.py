"""Viewpoint, lighting and weather of a photograph, sampled by difficulty."""

from dataclasses import dataclass

import numpy as np

from harness.synthetic.building.solids import Body, Vectors
from harness.synthetic.building.style import Colour, vary_colour
from harness.synthetic.camera import Camera, look_at

ASPECTS = ((4, 3), (4, 3), (3, 2), (3, 4), (2, 3), (1, 1), (16, 9))


@dataclass(frozen=True)
class Lighting:
    """Lighting at a time of day. Shares in [0, 1]."""

    high_sky: Colour
    low_sky: Colour
    tint: tuple[float, float, float]  # of sunlit surfaces
    shade: float  # brightness of faces away from the sun
    exposure: float
    night: bool = False


LIGHTINGS = {
    "noon": Lighting((70, 126, 200), (178, 208, 232), (1.0, 1.0, 0.97), 0.5, 1.05),
    "morning": Lighting((110, 150, 205), (232, 220, 200), (1.05, 0.99, 0.88), 0.45, 0.98),
    "overcast": Lighting((168, 174, 182), (206, 208, 210), (0.95, 0.98, 1.02), 0.86, 0.9),
    "storm": Lighting((84, 90, 100), (150, 152, 156), (0.9, 0.95, 1.04), 0.8, 0.68),
    "sunset": Lighting((96, 92, 140), (246, 168, 96), (1.18, 0.9, 0.66), 0.42, 0.88),
    "dusk": Lighting((34, 44, 92), (150, 116, 130), (0.78, 0.78, 1.0), 0.75, 0.72),
    "night": Lighting((8, 10, 24), (30, 30, 46), (0.7, 0.75, 1.0), 0.8, 0.32, night=True),
}
COMMON_LIGHTINGS, RARE_LIGHTINGS = (
    ("noon", "noon", "morning", "overcast"),
    ("storm", "sunset", "dusk", "night", "night"),
)


@dataclass(frozen=True)
class Viewpoint:
    """The parameters of one photograph. Angles in radians, lengths in units, shares in [0, 1]."""

    width: int  # pixels
    height: int
    azimuth: float
    elevation: float
    distance: float  # in diagonals of the building
    frame_share: float  # share of the frame that the building fills; above 1 for details
    aim: tuple[float, float, float]  # target point, in shares of the building's bounding box
    shift: tuple[float, float]  # of the building in the frame, in shares of the frame
    roll: float
    light: Lighting
    sun: float  # azimuth
    floodlight: Colour
    haze: float
    rain: bool
    snow: bool
    cloudiness: float
    neighbours: int
    occluders: int
    scaffolding: bool
    shadow: bool


def draw_viewpoint(rng: np.random.Generator, difficulty: float, side: int) -> Viewpoint:
    """Sample a viewpoint for a picture with a longer side of about `side` pixels; difficulty in [0, 1]."""
    hard = float(difficulty)
    across, down = ASPECTS[int(rng.integers(len(ASPECTS)))]
    long_side = side * rng.uniform(0.85, 1.1) / max(across, down)
    detail = rng.random() < 0.06 + 0.28 * hard
    light = LIGHTINGS[str(rng.choice(RARE_LIGHTINGS if rng.random() < 0.55 * hard else COMMON_LIGHTINGS))]
    spread = 0.12 + 0.62 * hard
    return Viewpoint(
        width=round(across * long_side),
        height=round(down * long_side),
        azimuth=float(np.clip(rng.normal(0, spread), -1.9, 1.9)),
        elevation=float(rng.random() < 0.3) * rng.uniform(0, 0.2 + 0.5 * hard),
        distance=rng.uniform(1.5 - 0.5 * hard, 1.8 + 1.5 * hard),
        frame_share=rng.uniform(1.3, 1.5 + 1.0 * hard) if detail else rng.uniform(0.88 - 0.5 * hard, 0.98),
        aim=_aim(rng, detail),
        shift=tuple(rng.normal(0, 0.02 + 0.1 * hard, size=2)),
        roll=rng.normal(0, 0.05 * hard),
        light=light,
        sun=rng.uniform(-1.4, 1.4),
        floodlight=vary_colour(
            rng, ((255, 196, 110), (250, 240, 220), (120, 140, 255), (255, 120, 170))[rng.integers(4)], 0.08
        ),
        haze=float(rng.random() < 0.2 + 0.4 * hard) * rng.uniform(0.05, 0.2 + 0.4 * hard),
        rain=rng.random() < 0.12 * hard,
        snow=rng.random() < 0.14 * hard,
        cloudiness=rng.uniform(0, 0.9),
        neighbours=int(rng.integers(0, 2 + round(5 * hard))),
        occluders=int(rng.poisson(0.4 + 5 * hard)),
        scaffolding=rng.random() < 0.08 * hard,
        shadow=rng.random() < 0.5 * hard,
    )


def _aim(rng: np.random.Generator, detail: bool) -> tuple[float, float, float]:
    spread = 0.22 if detail else 0.05
    x, z = rng.normal(0.5, spread, size=2).clip(0.1, 0.9)
    return float(x), 0.1 if detail else 0.3, float(z)


def bounding_box(bodies: list[Body]) -> tuple[Vectors, Vectors]:
    """Return the lowest and the highest corner of the bounding box of all bodies."""
    return np.min([body.low for body in bodies], axis=0), np.max([body.high for body in bodies], axis=0)


def place_camera(view: Viewpoint, low: Vectors, high: Vectors, enlargement: float) -> Camera:
    """Return the camera that frames the box as the viewpoint says, for a picture enlarged by `enlargement`."""
    target = low + (high - low) * view.aim
    size = float(np.linalg.norm(high - low))
    reach = view.distance * size * (1.4 if view.frame_share > 1 else 1)
    azimuth = np.array([np.sin(view.azimuth), -np.cos(view.azimuth), 0])
    eye = target + azimuth * reach
    eye[2] = 0.6 + np.sin(view.elevation) * reach
    width, height = view.width * enlargement, view.height * enlargement
    corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
    pixels, _ = look_at(eye, target, view.roll, 1.0, (0, 0)).project(corners)
    span = pixels.max(axis=0) - pixels.min(axis=0)
    focal = view.frame_share * min(width / span[0], height / span[1])
    offset = (0, 0) if view.frame_share > 1 else (pixels.max(axis=0) + pixels.min(axis=0)) / 2 * focal
    centre = ((0.5 + view.shift[0]) * width - offset[0], (0.5 + view.shift[1]) * height - offset[1])
    return look_at(eye, target, view.roll, float(focal), centre)
