"""Facades: storeys of windows, mouldings, columns and a portal, drawn from a building's plan."""

from itertools import pairwise

import cv2
import numpy as np

from harness.synthetic.building import ornament
from harness.synthetic.building.masonry import draw_wall
from harness.synthetic.building.openings import GLASS, WALL, draw_window, shade
from harness.synthetic.building.portal import Wall, draw_columns, draw_moulding, draw_portal
from harness.synthetic.building.style import BuildingPlan
from harness.synthetic.noise import Image


def draw_facade(
    rng: np.random.Generator, plan: BuildingPlan, wall: Wall, width: float, height: float, scale: float
) -> Image:
    """Draw a wall of width x height units at `scale` pixels per unit: RGBA, the fourth channel WALL, GLASS or 0."""
    rows, columns = max(8, round(height * scale)), max(8, round(width * scale))
    texture = np.empty((rows, columns, 4), np.uint8)
    texture[..., :3] = draw_wall(rng, plan.material, plan.wall, rows, columns, plan.course * scale)
    texture[..., 3] = WALL
    if plan.material == "timber":
        _draw_beams(texture, plan, scale)
    top, bottom = _draw_mouldings(texture, plan, scale)
    if not wall.blind:
        _draw_storeys(rng, texture, plan, wall, top, bottom, scale)
    if wall.portal:
        draw_portal(texture, plan, wall, scale)
    if wall.crenels:
        _draw_crenels(texture, plan, scale)
    return texture


def _draw_mouldings(texture: Image, plan: BuildingPlan, scale: float) -> tuple[int, int]:
    """Draw cornice, frieze, plinth and quoins; returns the first and last row of the storeys."""
    rows = texture.shape[0]
    cornice, plinth = round(min(plan.cornice, 0.1 * rows / scale) * scale), round(plan.plinth * scale)
    draw_moulding(texture, 0, cornice, plan.trim)
    top = cornice
    if plan.frieze and rows > 2.2 * scale:
        frieze = max(5, round(0.32 * scale))
        ornament.draw_frieze(texture, plan, top + frieze // 4, frieze)
        top += round(1.3 * frieze)
    texture[rows - plinth :, :, :3] = texture[rows - plinth :, :, :3] // 8 * 6
    if plan.quoins:
        _draw_quoins(texture, plan, scale)
    return top, rows - plinth


def _draw_quoins(texture: Image, plan: BuildingPlan, scale: float) -> None:
    step = max(3, round(plan.course * 1.5 * scale))
    for place, top in enumerate(range(0, texture.shape[0], step)):
        reach = round((0.22 + 0.12 * (place % 2)) * scale)
        for part in (texture[top : top + step - 1, :reach], texture[top : top + step - 1, -reach:]):
            part[..., :3] = shade(plan.trim, 0.94 + 0.08 * (place % 2))


def _draw_beams(texture: Image, plan: BuildingPlan, scale: float) -> None:
    rows, columns = texture.shape[:2]
    beam, thick = (*shade(plan.trim, 0.5), WALL), max(1, round(0.07 * scale))
    step = max(6, round(plan.bay * scale / 2))
    for place, left in enumerate(range(0, columns, step)):
        cv2.line(texture, (left, 0), (left, rows), beam, thick)
        if (plan.motif >> place % 16) & 1:
            cv2.line(texture, (left, rows), (left + step, round(rows - plan.storey * scale)), beam, thick)
    for top in range(0, rows, max(6, round(plan.storey * scale))):
        cv2.line(texture, (0, top), (columns, top), beam, thick)


def _draw_storeys(
    rng: np.random.Generator, texture: Image, plan: BuildingPlan, wall: Wall, top: int, bottom: int, scale: float
) -> None:
    columns = texture.shape[1]
    storeys = max(1, round((bottom - top) / scale / plan.storey))
    bays = max(1, round(columns / scale / plan.bay))
    bays += wall.portal != "" and bays % 2 == 0
    edges = np.linspace(bottom, top, storeys + 1).round().astype(int)
    for storey, (low, high) in enumerate(pairwise(edges.tolist())):
        if plan.string_course and storey:
            draw_moulding(texture, low, max(2, round(0.08 * scale)), shade(plan.trim, 0.97))
        _draw_window_row(rng, texture, plan, storey, (high, low), bays)
    if plan.pilasters:
        _draw_pilasters(texture, plan, top, bottom, bays)


def _draw_window_row(
    rng: np.random.Generator, texture: Image, plan: BuildingPlan, storey: int, span: tuple[int, int], bays: int
) -> None:
    kind = plan.windows[min(storey, len(plan.windows) - 1)]
    bay, storey_height = texture.shape[1] / bays, span[1] - span[0]
    share = {"ribbon": 0.94, "slit": 0.22}.get(kind, plan.window_width)
    width, height = round(bay * share), round(storey_height * plan.window_height)
    if kind == "round":
        width = height = min(width, height)
    if width < 4 or height < 5 or height > storey_height:
        return
    window = draw_window(plan, kind, width, height)
    opaque = window[..., 3] > 0
    top = span[0] + (storey_height - height) // 2
    for place in range(bays):
        left = round((place + 0.5) * bay - width / 2)
        if left < 0 or left + width > texture.shape[1]:
            continue
        pane = window if rng.random() < 0.7 else _vary_window(rng, window)
        texture[top : top + height, left : left + width][opaque] = pane[opaque]
        if plan.motif % 3 == 0 and storey_height > 2.1 * height // 1.4:
            carve_height = (storey_height - height) // 3
            ornament.draw_motif(texture, plan, 2 + place % 2, (left, top - carve_height - 1, width, carve_height))


def _vary_window(rng: np.random.Generator, window: Image) -> Image:
    """Return the window with curtains, open or lit, so that no two rows of windows are equal."""
    changed = window.copy()
    height, width = window.shape[:2]
    part = changed[: int(rng.integers(1, height + 1)), : int(rng.integers(width // 2, width + 1))]
    glass = part[..., 3] == GLASS
    part[glass, :3] = rng.integers(30, 190)
    return changed


def _draw_pilasters(texture: Image, plan: BuildingPlan, top: int, bottom: int, bays: int) -> None:
    edges = np.linspace(0, texture.shape[1], bays + 1)
    draw_columns(texture, plan, top, bottom, edges, max(3, round(texture.shape[1] / bays * 0.14)))


def _draw_crenels(texture: Image, plan: BuildingPlan, scale: float) -> None:
    width, height = max(4, round(0.28 * scale)), max(4, round(0.3 * scale))
    texture[:height] = (*plan.wall, WALL)
    for left in range(width // 2, texture.shape[1], 2 * width):
        texture[:height, left : left + width] = 0
