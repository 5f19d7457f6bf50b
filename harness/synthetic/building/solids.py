"""Textured 3D bodies: polyhedra, and solids of revolution such as domes and round towers.

Lengths are in units; x points right along the front, y into the building, z up.
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
    """The picture of a face, RGBA; the fourth channel is 0 where the face has a hole."""

    picture: Image
    has_holes: bool = False

    @cached_property
    def mip_levels(self) -> list[Image]:
        """The picture at full, half, quarter … resolution."""
        mip_levels = [self.picture]
        while min(mip_levels[-1].shape[:2]) > 16:
            mip_levels.append(cv2.resize(mip_levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        return mip_levels

    def level_for_size(self, width: float, height: float) -> Image:
        """Return the smallest level that is not smaller than the size in pixels."""
        rows, columns = self.picture.shape[:2]
        shrinkage = min(columns / max(width, 1), rows / max(height, 1))
        level = int(np.log2(max(1.0, shrinkage * 1.3)))
        return self.mip_levels[min(level, len(self.mip_levels) - 1)]


@dataclass(frozen=True, eq=False)
class Face:
    """A flat piece of a body's surface."""

    texture: Texture
    corners: Vectors  # (4, 3): positions of the texture's top left, top right, bottom right and bottom left
    outline: Vectors  # (k, 3), the convex visible part
    normal: Vectors  # (3,), outwards


@dataclass(frozen=True, eq=False)
class Polyhedron:
    """A body of flat faces, with its bounding box."""

    low: Vectors
    high: Vectors
    faces: tuple[Face, ...]

    def visible_faces(self, eye: Vectors) -> list[Face]:
        """Return the faces that are turned towards the eye, in painting order."""
        towards = [float(face.normal @ (eye - face.corners[0])) for face in self.faces]
        return [face for face, cosine in zip(self.faces, towards, strict=True) if cosine > 0]


@dataclass(frozen=True, eq=False)
class SolidOfRevolution:
    """A body of revolution about a vertical axis: its unrolled surface, and its radius at each height."""

    low: Vectors
    high: Vectors
    skin: Image  # RGBA (height, about the circumference)
    profile: NDArray[np.float64]  # (k,) radius in shares of the widest, from the top down

    def visible_faces(self, eye: Vectors) -> list[Face]:
        """Return one vertical face turned towards the eye, with the surface as seen from there."""
        axis = (self.low + self.high) / 2
        away = axis[:2] - eye[:2]
        away /= np.hypot(*away)
        right = np.array([away[1], -away[0], 0]) * (self.high[0] - self.low[0]) / 2
        texture = Texture(self._unroll_visible_half(float(np.arctan2(away[1], away[0]))), has_holes=True)
        top, bottom = (np.array([axis[0], axis[1], level]) for level in (self.high[2], self.low[2]))
        corners = np.array([top - right, top + right, bottom + right, bottom - right])
        return [Face(texture, corners, corners, np.array([-away[0], -away[1], 0.0]))]

    def _unroll_visible_half(self, azimuth: float) -> Image:
        rows, around = self.skin.shape[:2]
        columns = max(8, round(around / np.pi))
        across = np.linspace(-1, 1, columns)[None, :]
        radius = np.interp(np.linspace(0, 1, rows), np.linspace(0, 1, len(self.profile)), self.profile)[:, None]
        sine = across / np.maximum(radius, 1e-3)
        angle = np.arcsin(sine.clip(-1, 1))
        u = ((angle / (2 * np.pi) + azimuth / (2 * np.pi)) % 1) * (around - 1)
        v = np.broadcast_to(np.arange(rows)[:, None], u.shape)
        skin = np.asarray(cv2.remap(self.skin, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR), np.uint8)
        skin[..., :3] = (skin[..., :3] * _side_light(angle)[..., None]).clip(0, 255)
        skin[np.abs(sine) > 1] = 0
        return skin


Body: TypeAlias = Polyhedron | SolidOfRevolution


def _side_light(angle: Vectors) -> Vectors:
    """Return the brightness of a round body at angles in radians; the light comes from the side."""
    return np.asarray(0.45 + 0.6 * np.cos(angle - 0.5).clip(0.1, 1))


def make_box(low: Vectors, high: Vectors, front: Texture, side: Texture, top: Texture) -> Polyhedron:
    """Return a box with one texture for front and back and one for both sides."""
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
    lid = z1 - (0.3 if front.has_holes else 0)
    faces.insert(0, _quad(top, [(x0, y1, lid), (x1, y1, lid), (x1, y0, lid), (x0, y0, lid)], (0, 0, 1)))
    return Polyhedron(np.asarray(low, float), np.asarray(high, float), tuple(faces))


def _quad(texture: Texture, corners: list[tuple[float, ...]], normal: tuple[float, ...]) -> Face:
    points = np.array(corners, float)
    return Face(texture, points, points, np.array(normal, float))


def hip_roof(low: Vectors, high: Vectors, slope: Texture, ridge: tuple[float, float] = (0, 0)) -> Polyhedron:
    """Return a roof of four slopes over the box, with a point or a ridge in shares of width and depth."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    reach = np.array([(x1 - x0) * ridge[0], (y1 - y0) * ridge[1]]) / 2
    signs = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    eaves = [np.array([x, y, z0]) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
    peaks = [np.array([*(middle + reach * sign), z1]) for sign in signs]
    faces = [_slope(slope, eaves[i], eaves[(i + 1) % 4], peaks[(i + 1) % 4], peaks[i]) for i in range(4)]
    return Polyhedron(np.asarray(low, float), np.asarray(high, float), tuple(faces))


def _slope(texture: Texture, left: Vectors, right: Vectors, right_top: Vectors, left_top: Vectors) -> Face:
    """Return a trapezium or triangle of a roof; the texture fills its bounding rectangle."""
    middle = (left_top + right_top) / 2
    along = (right - left) / np.linalg.norm(right - left)
    up = middle - left - ((middle - left) @ along) * along
    corners = np.array([left + up, right + up, right, left])
    return Face(texture, corners, np.array([left_top, right_top, right, left]), np.cross(along, up))


def gable_roof(low: Vectors, high: Vectors, slope: Texture, end: Texture) -> Polyhedron:
    """Return a saddle roof over the box, with its gable in front."""
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
    return Polyhedron(np.asarray(low, float), np.asarray(high, float), (*sides, *ends))
