"""Builds the bodies of one building. Each kind of wall is drawn once and reused."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from harness.synthetic.building.facade import draw_facade
from harness.synthetic.building.masonry import draw_roof, draw_wall
from harness.synthetic.building.openings import WALL, draw_window, shade
from harness.synthetic.building.portal import Wall
from harness.synthetic.building.solids import Body, SolidOfRevolution, Texture, gable_roof, hip_roof, make_box
from harness.synthetic.building.style import BuildingPlan, Style, draw_building_plan
from harness.synthetic.noise import Image

BLIND_WALL = Wall(blind=True)


class BuildingBuilder:
    """Collects the bodies of a building in `bodies`. Lengths are in units; x is the centre of a body, y its front."""

    def __init__(self, rng: np.random.Generator, style: Style, scale: float) -> None:
        """`scale` is the resolution of the textures in pixels per unit."""
        self.style, self.scale = style, scale
        self.rng = rng.spawn(1)[0]  # of its own, so that the shape does not depend on which textures are cached
        self.plan: BuildingPlan = draw_building_plan(rng, style)
        self.bodies: list[Body] = []
        self._textures: dict[tuple[object, ...], Texture] = {}
        self._solids: dict[tuple[object, ...], SolidOfRevolution] = {}

    def add_block(self, x: float, y: float, z: float, w: float, d: float, h: float, wall: Wall = Wall()) -> None:  # noqa: B008
        """Add a box with the given wall in front and behind, and plain walls at the sides."""
        side = Wall(blind=wall.blind, crenels=wall.crenels)
        top = self._texture(
            "top", (), lambda: _make_opaque(draw_wall(self.rng, "plaster", shade(self.plan.wall, 0.8), 32, 32, 8))
        )
        self.bodies.append(
            make_box((x - w / 2, y, z), (x + w / 2, y + d, z + h), self._wall(wall, w, h), self._wall(side, d, h), top)  # type: ignore[arg-type]
        )

    def add_hip_roof(
        self, x: float, y: float, z: float, w: float, d: float, h: float, ridge: tuple[float, float] = (0, 0)
    ) -> None:
        """Add a roof of four slopes with a point or a ridge, given in shares of width and depth."""
        low, high = np.array([x - w / 2, y, z]), np.array([x + w / 2, y + d, z + h])
        self.bodies.append(hip_roof(low, high, self._roof(max(w, d), np.hypot(h, min(w, d) / 2)), ridge))

    def add_gable_roof(
        self, x: float, y: float, z: float, w: float, d: float, h: float, end: Wall = BLIND_WALL
    ) -> None:
        """Add a saddle roof with its gable in front."""
        low, high = np.array([x - w / 2, y, z]), np.array([x + w / 2, y + d, z + h])
        self.bodies.append(gable_roof(low, high, self._roof(d, np.hypot(h, w / 2)), self._wall(end, w, h)))

    def add_round(self, x: float, y: float, z: float, r: float, h: float, kind: str, windows: int = 0) -> None:
        """Add a solid of revolution about the vertical axis at (x, y), of a kind in PROFILES, with rows of windows."""
        key = (kind, round(r, 3), round(h, 3), windows)
        if key not in self._solids:
            skin = self._skin(r, h, kind, windows)
            self._solids[key] = SolidOfRevolution(np.zeros(3), np.zeros(3), skin, PROFILES[kind])
        solid = self._solids[key]
        low, high = np.array([x - r, y - r, z]), np.array([x + r, y + r, z + h])
        self.bodies.append(SolidOfRevolution(low, high, solid.skin, solid.profile))

    def _texture(self, kind: object, size: tuple[float, ...], draw: Callable[[], Image]) -> Texture:
        key = (kind, *(round(side, 2) for side in size))
        if key not in self._textures:
            picture = draw()
            self._textures[key] = Texture(picture, has_holes=bool((picture[..., 3] == 0).any()))
        return self._textures[key]

    def _wall(self, wall: Wall, width: float, height: float) -> Texture:
        return self._texture(
            wall, (width, height), lambda: draw_facade(self.rng, self.plan, wall, width, height, self.scale)
        )

    def _roof(self, width: float, height: float) -> Texture:
        rows, columns = (max(8, round(side * self.scale * 0.7)) for side in (height, width))
        course = max(4.0, 0.3 * self.scale)
        return self._texture(
            "roof", (width, height), lambda: _make_opaque(draw_roof(self.rng, self.plan.roof, rows, columns, course))
        )

    def _skin(self, radius: float, height: float, kind: str, windows: int) -> Image:
        """Draw the unrolled surface: the roof at the top, masonry with windows below it."""
        rows, around = max(8, round(height * self.scale)), max(24, round(2 * np.pi * radius * self.scale))
        roof = round(ROOF_SHARE[kind] * rows)
        skin, course = np.full((rows, around, 4), WALL, np.uint8), self.plan.course * self.scale
        skin[:, :, :3] = draw_wall(self.rng, self.plan.material, self.plan.wall, rows, around, course)
        if roof:
            skin[:roof, :, :3] = draw_wall(self.rng, "tiles", self.plan.roof, roof, around, 0.25 * self.scale)
            _draw_ribs(skin[:roof], self.plan)
        _draw_windows(skin[roof:], self.plan, windows, radius * self.scale)
        for row in np.flatnonzero(np.abs(np.diff(PROFILES[kind])) > 0.06) / len(PROFILES[kind]) * rows:
            skin[int(row) : int(row) + max(2, rows // 40), :, :3] = self.plan.trim
        return skin


def _make_opaque(picture: Image) -> Image:
    """Add a fourth channel that marks all pixels as wall."""
    return np.dstack([picture, np.full(picture.shape[:2], WALL, np.uint8)])


def _draw_ribs(skin: Image, plan: BuildingPlan) -> None:
    ribs = 8 + 2 * (plan.motif % 6)
    width = max(1, skin.shape[1] // ribs // 7)
    for left in np.linspace(0, skin.shape[1], ribs, endpoint=False).astype(int):
        skin[:, left : left + width, :3] = shade(plan.roof, 1.25 if plan.motif % 2 else 0.7)


def _draw_windows(skin: Image, plan: BuildingPlan, storeys: int, radius: float) -> None:
    if not storeys:
        return
    high = skin.shape[0] // storeys
    bays = 6 + 2 * (plan.motif % 3)
    width, height = round(6.2 * radius / bays * 0.4), round(high * 0.5)
    if width < 4 or height < 5:
        return
    kind = plan.windows[0] if plan.windows[0] not in {"ribbon", "round"} else "arch"
    window = draw_window(plan, kind, width, height)
    opaque = window[..., 3] > 0
    for storey in range(storeys):
        top = storey * high + high // 4
        skin[storey * high : storey * high + max(1, high // 16), :, :3] = plan.trim
        for left in ((np.arange(bays) + 0.5) * skin.shape[1] / bays - width / 2).astype(int):
            skin[top : top + height, left : left + width][opaque] = window[opaque]


def _profile(*points: tuple[float, float]) -> NDArray[np.float64]:
    """Interpolate points (height from the top, radius) to the radii at 96 heights."""
    heights, radii = zip(*points, strict=True)
    return np.asarray(np.interp(np.linspace(0, 1, 96), heights, radii))


def _dome(top: float, bottom: float, bulge: float = 0.0) -> list[tuple[float, float]]:
    steps = np.linspace(0, 1, 17)
    radii = np.sqrt(1 - (1 - steps) ** 2) * (1 - bulge * steps**3)
    return list(zip((top + (bottom - top) * steps).tolist(), radii.tolist(), strict=True))


_ONION = [(0.0, 0.01), (0.12, 0.04), (0.22, 0.2), (0.34, 0.62), (0.46, 0.94), (0.56, 1.0), (0.68, 0.9), (0.75, 0.76)]
PROFILES = {
    "dome": _profile((0, 0.03), (0.12, 0.03), (0.121, 0.0), *_dome(0.13, 0.7), (0.701, 0.94), (1, 0.94)),
    "onion": _profile(*_ONION, (0.751, 0.84), (1, 0.84)),
    "cone": _profile((0, 0.0), (0.4, 1.0), (0.401, 0.86), (1, 0.86)),
    "cylinder": _profile((0, 1.0), (0.06, 1.0), (0.07, 0.9), (1, 0.9)),
    "minaret": _profile((0, 0.02), (0.05, 0.06), *[(0.05 + 0.1 * t, 0.62 * r) for t, r in _ONION[2:]], (0.14, 0.5),
                        (0.22, 0.5), (0.225, 1.0), (0.25, 1.0), (0.26, 0.6), (0.55, 0.66), (0.555, 1.0), (0.58, 1.0),
                        (0.59, 0.7), (1, 0.86)),
    "turret": _profile(*[(0.5 * t, 0.8 * r) for t, r in _dome(0.1, 0.9)], (0.46, 1.0), (0.52, 1.0), (0.53, 0.72),
                       (1, 0.72)),
}  # fmt: skip
ROOF_SHARE = {"dome": 0.7, "onion": 0.75, "cone": 0.4, "cylinder": 0.0, "minaret": 0.13, "turret": 0.46}
