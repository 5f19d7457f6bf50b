"""Bodies in space: faces that carry textures, and turned shapes such as domes and round towers.

Lengths are in units; x runs to the right along the front, y away from who looks at the front, z up.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from harness.synthetic.noise import Image

Vectors: TypeAlias = NDArray[np.float64]  # (k, 3) points, or one (3,)


@dataclass(frozen=True, eq=False)
class Texture:
    """A picture to lay on a face, RGBA: fourth channel 0 where there is nothing."""

    picture: Image
    open: bool = False  # whether it has holes

    @cached_property
    def levels(self) -> list[Image]:
        """The picture at full, half, quarter ... resolution."""
        levels = [self.picture]
        while min(levels[-1].shape[:2]) > 16:
            levels.append(cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))  # type: ignore[arg-type]
        return levels

    def at_width(self, width: float, height: float) -> Image:
        """The level nearest above the size in pixels at which it will be seen."""
        rows, columns = self.picture.shape[:2]
        shrinkage = min(columns / max(width, 1), rows / max(height, 1))
        level = int(np.log2(max(1.0, shrinkage * 1.3)))
        return self.levels[min(level, len(self.levels) - 1)]


@dataclass(frozen=True, eq=False)
class Face:
    """A flat piece of a body's surface."""

    texture: Texture
    corners: Vectors  # (4, 3): where the texture's top left, top right, bottom right and bottom left come to lie
    outline: Vectors  # (k, 3), convex: what of it there is
    normal: Vectors  # (3,), outwards


@dataclass(frozen=True, eq=False)
class Solid:
    """A body: its bounding box and its faces."""

    low: Vectors
    high: Vectors
    faces: tuple[Face, ...]

    def seen_from(self, eye: Vectors) -> list[Face]:
        """The faces turned towards the eye, in an order in which they may be painted."""
        towards = [float(face.normal @ (eye - face.corners[0])) for face in self.faces]
        return [face for face, cosine in zip(self.faces, towards, strict=True) if cosine > 0]


@dataclass(frozen=True, eq=False)
class Turned:
    """A body turned about an upright axis: a picture of its skin, and its radius at each height."""

    low: Vectors
    high: Vectors
    skin: Image  # RGBA (height, about the circumference)
    profile: NDArray[np.float64]  # (k,) radius in shares of the widest, from the top down

    def seen_from(self, eye: Vectors) -> list[Face]:
        """One upright face turned towards the eye, with the skin wrapped as it is seen from there."""
        axis = (self.low + self.high) / 2
        away = axis[:2] - eye[:2]
        away /= np.hypot(*away)
        right = np.array([away[1], -away[0], 0]) * (self.high[0] - self.low[0]) / 2
        texture = Texture(self._wrapped(float(np.arctan2(away[1], away[0]))), open=True)
        top, bottom = (np.array([axis[0], axis[1], level]) for level in (self.high[2], self.low[2]))
        corners = np.array([top - right, top + right, bottom + right, bottom - right])
        return [Face(texture, corners, corners, np.array([-away[0], -away[1], 0.0]))]

    def _wrapped(self, azimuth: float) -> Image:
        rows, around = self.skin.shape[:2]
        columns = max(8, round(around / np.pi))
        across = np.linspace(-1, 1, columns)[None, :]
        radius = np.interp(np.linspace(0, 1, rows), np.linspace(0, 1, len(self.profile)), self.profile)[:, None]
        sine = across / np.maximum(radius, 1e-3)
        angle = np.arcsin(sine.clip(-1, 1))
        u = ((angle / (2 * np.pi) + azimuth / (2 * np.pi)) % 1) * (around - 1)
        v = np.broadcast_to(np.arange(rows)[:, None], u.shape)
        skin = np.asarray(cv2.remap(self.skin, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR), np.uint8)
        light = 0.45 + 0.6 * np.cos(angle - 0.5).clip(0.1, 1)  # from a little to the side
        skin[..., :3] = (skin[..., :3] * light[..., None]).clip(0, 255)
        skin[np.abs(sine) > 1] = 0
        return skin


Body: TypeAlias = Solid | Turned


def box(low: Vectors, high: Vectors, front: Texture, side: Texture, top: Texture) -> Solid:
    """A box with the same texture in front and behind, and on both sides."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    upright = [
        (front, (x0, y0), (x1, y0), (0, -1, 0)),
        (side, (x1, y0), (x1, y1), (1, 0, 0)),
        (side, (x0, y1), (x0, y0), (-1, 0, 0)),
        (front, (x1, y1), (x0, y1), (0, 1, 0)),
    ]
    faces = [
        _quad(texture, [(*start, z1), (*end, z1), (*end, z0), (*start, z0)], normal)
        for texture, start, end, normal in upright
    ]
    lid = z1 - (0.3 if front.open else 0)
    faces.insert(0, _quad(top, [(x0, y1, lid), (x1, y1, lid), (x1, y0, lid), (x0, y0, lid)], (0, 0, 1)))
    return Solid(np.asarray(low, float), np.asarray(high, float), tuple(faces))


def _quad(texture: Texture, corners: list[tuple[float, ...]], normal: tuple[float, ...]) -> Face:
    points = np.array(corners, float)
    return Face(texture, points, points, np.array(normal, float))


def hip(low: Vectors, high: Vectors, slope: Texture, ridge: tuple[float, float] = (0, 0)) -> Solid:
    """A roof over the box: four slopes that rise to a point, or to a ridge of the given shares of width and depth."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    reach = np.array([(x1 - x0) * ridge[0], (y1 - y0) * ridge[1]]) / 2
    signs = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    eaves = [np.array([x, y, z0]) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
    peaks = [np.array([*(middle + reach * sign), z1]) for sign in signs]
    faces = [_slope(slope, eaves[i], eaves[(i + 1) % 4], peaks[(i + 1) % 4], peaks[i]) for i in range(4)]
    return Solid(np.asarray(low, float), np.asarray(high, float), tuple(faces))


def _slope(texture: Texture, left: Vectors, right: Vectors, right_top: Vectors, left_top: Vectors) -> Face:
    """A trapezium or triangle of a roof; the texture fills the rectangle round it."""
    middle = (left_top + right_top) / 2
    along = (right - left) / np.linalg.norm(right - left)
    up = middle - left - ((middle - left) @ along) * along
    corners = np.array([left + up, right + up, right, left])
    return Face(texture, corners, np.array([left_top, right_top, right, left]), np.cross(along, up))


def gable(low: Vectors, high: Vectors, slope: Texture, end: Texture) -> Solid:
    """A saddle roof over the box, its ridge running away from the front, its gable in front."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    x = (x0 + x1) / 2
    ends = []
    for y, (start, stop), normal in ((y0, (x0, x1), (0, -1, 0)), (y1, (x1, x0), (0, 1, 0))):
        corners = np.array([(start, y, z1), (stop, y, z1), (stop, y, z0), (start, y, z0)], float)
        ends.append(Face(end, corners, np.array([(x, y, z1), (stop, y, z0), (start, y, z0)]), np.array(normal, float)))
    sides = [
        _slope(slope, np.array([a, c, z0]), np.array([a, d, z0]), np.array([x, d, z1]), np.array([x, c, z1]))
        for a, c, d in ((x1, y0, y1), (x0, y1, y0))
    ]
    return Solid(np.asarray(low, float), np.asarray(high, float), (*sides, *ends))
