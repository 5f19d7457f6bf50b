"""A pinhole camera that renders bodies with the painter's algorithm."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from harness.synthetic.building.solids import Body, Face, Vectors
from harness.synthetic.noise import Image, scale_channels

NEAREST = 0.25  # units; faces closer to the camera are not drawn


@dataclass(frozen=True, eq=False)
class Camera:
    """Position, orientation and intrinsic parameters of a pinhole camera."""

    eye: Vectors  # (3,)
    axes: NDArray[np.float64]  # (3, 3): right, down and forward as rows
    focal: float  # pixels
    centre: tuple[float, float]  # pixels

    def project(self, points: Vectors) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the pixels (k, 2) and depths (k,) of points (k, 3)."""
        in_camera = (points - self.eye) @ self.axes.T
        depth = in_camera[:, 2]
        return in_camera[:, :2] / depth[:, None] * self.focal + self.centre, depth

    def ground(self) -> NDArray[np.float64]:
        """Return the homography (3, 3) from x and y on the ground to pixels."""
        inside = np.array([[self.focal, 0, self.centre[0]], [0, self.focal, self.centre[1]], [0, 0, 1]])
        outside = np.column_stack([self.axes[:, 0], self.axes[:, 1], -self.axes @ self.eye])
        return inside @ outside

    def horizon(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the row of the horizon in each column."""
        right, down, forward = self.axes[:, 2]
        return np.asarray(self.centre[1] - ((columns - self.centre[0]) * right + self.focal * forward) / down)


def look_at(eye: Vectors, target: Vectors, roll: float, focal: float, centre: tuple[float, float]) -> Camera:
    """Return a camera at `eye` that points at `target`, rolled by `roll` radians."""
    forward = (target - eye) / np.linalg.norm(target - eye)
    across = np.cross(forward, np.array([0.0, 0.0, 1.0]))
    right = across / np.linalg.norm(across)
    down = np.cross(forward, right)
    cosine, sine = np.cos(roll), np.sin(roll)
    axes = np.stack([cosine * right + sine * down, cosine * down - sine * right, forward])
    return Camera(np.asarray(eye, float), axes, focal, centre)


def order_far_to_near(bodies: Sequence[Body], eye: Vectors) -> Iterator[Body]:
    """Yield the bodies in painting order: each may cover those before it.

    If an axis-aligned plane separates two bounding boxes, the one on the eye's side is nearer. Cycles are broken by the
    distance of the centres, farthest first.
    """
    low = np.array([body.low for body in bodies]).reshape(-1, 3)
    high = np.array([body.high for body in bodies]).reshape(-1, 3)
    slack = 1e-6
    apart = high[:, None] <= low[None] + slack  # (n, n, 3): per axis, the first box ends where the second begins
    farther = ((apart & (eye >= low[None] - slack)) | (apart.swapaxes(0, 1) & (eye <= high[None] + slack))).any(axis=2)
    nearer = ((apart & (eye < high[:, None])) | (apart.swapaxes(0, 1) & (eye > low[:, None]))).any(axis=2)
    before: NDArray[np.bool_] = np.asarray(farther & ~nearer)
    distance = np.linalg.norm((low + high) / 2 - eye, axis=1)
    remaining = np.ones(len(bodies), bool)
    while remaining.any():
        ready = remaining & ~before[remaining].any(axis=0)
        index = int(np.argmax(np.where(ready if ready.any() else remaining, distance, -1)))
        remaining[index] = False
        yield bodies[index]


def paint_bodies(canvas: Image, camera: Camera, bodies: Sequence[Body], sun: Vectors, shade: float) -> None:
    """Paint the bodies on the RGBA canvas. Faces away from the sun, a unit vector, have brightness `shade`."""
    for body in order_far_to_near(bodies, camera.eye):
        for face in body.visible_faces(camera.eye):
            lit = max(0.0, float(face.normal @ sun) / float(np.linalg.norm(face.normal)))
            paint_face(canvas, camera, face, shade + (1 - shade) * min(1.0, 0.25 + lit))


def paint_face(canvas: Image, camera: Camera, face: Face, light: float) -> None:
    """Paint one face with the brightness of its texture multiplied by `light`."""
    around, depth = camera.project(face.outline)
    corners, corner_depth = camera.project(face.corners)
    if min(depth.min(), corner_depth.min()) < NEAREST:
        return
    rows, columns = canvas.shape[:2]
    left, top = np.floor(around.min(axis=0)).clip(0, (columns, rows)).astype(int)
    right, bottom = np.ceil(around.max(axis=0) + 1).clip(0, (columns, rows)).astype(int)
    if right - left < 2 or bottom - top < 2:
        return
    width = max(np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[3])))
    height = max(np.hypot(*(corners[3] - corners[0])), np.hypot(*(corners[2] - corners[1])))
    texture = face.texture.level_for_size(float(width), float(height))
    patch = _warp(texture, corners - (left, top), (int(right - left), int(bottom - top)))
    if light != 1:
        patch = scale_channels(patch, (light, light, light, 1.0))
    mask = np.zeros(patch.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(around - (left, top)).astype(np.int32), 255)
    if face.texture.has_holes:
        mask[patch[..., 3] <= 32] = 0
    cv2.copyTo(patch, mask, canvas[top:bottom, left:right])


def _warp(texture: Image, corners: NDArray[np.float64], size: tuple[int, int]) -> Image:
    rows, columns = texture.shape[:2]
    source = np.array([(0, 0), (columns - 1, 0), (columns - 1, rows - 1), (0, rows - 1)], np.float32)
    homography = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    flags = cv2.INTER_LINEAR
    return cv2.warpPerspective(texture, homography, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
