"""Wall features other than windows: the portal and its emblem, columns and mouldings."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from harness.synthetic.building import ornament
from harness.synthetic.building.openings import WALL, fill, outline, shade
from harness.synthetic.building.style import BuildingPlan, Colour
from harness.synthetic.noise import Image


@dataclass(frozen=True)
class Wall:
    """Features of one wall in addition to its building's plan."""

    portal: str = ""  # door, arch, gate or colonnade; none if empty
    emblem: str = ""  # rose, clock, niches or motif, above the portal
    blind: bool = False  # without windows
    crenels: bool = False


def draw_moulding(texture: Image, top: int, height: int, colour: Colour) -> None:
    """Draw a moulding, lit above and shaded below."""
    texture[top : top + height] = (*colour, WALL)
    texture[top : top + max(1, height // 4), :, :3] = shade(colour, 1.15)
    texture[top + height : top + height + max(1, height // 2), :, :3] //= 2


def draw_columns(
    texture: Image, plan: BuildingPlan, top: int, bottom: int, xs: NDArray[np.float64], width: int
) -> None:
    """Draw shaded columns with capital and base, centred on the given columns of pixels."""
    across = np.linspace(-1, 1, width)
    light = (0.62 + 0.45 * np.sqrt(1 - across**2 * 0.9) - 0.12 * across)[None, :, None]
    shaft = (np.asarray(plan.trim) * light).clip(0, 255).astype(np.uint8)
    for x in xs:
        left = int(np.clip(x - width // 2, 0, texture.shape[1] - width))
        texture[top:bottom, left : left + width, :3] = shaft
        texture[top:bottom, left : left + width, 3] = WALL
        wide = slice(max(0, left - width // 4), left + width + width // 4)
        for row in (top, bottom - width // 2):
            texture[row : row + max(2, width // 2), wide] = (*shade(plan.trim, 1.06), WALL)


def draw_portal(texture: Image, plan: BuildingPlan, wall: Wall, scale: float) -> None:
    """Draw the portal of a wall and the emblem above it."""
    rows, columns = texture.shape[:2]
    if wall.portal == "colonnade":
        _draw_colonnade(texture, plan, scale)
        return
    share, rise = {"door": (0.26, 0.38), "arch": (0.42, 0.6), "gate": (0.46, 0.68), "iwan": (0.56, 0.8)}[wall.portal]
    width, height = min(share * columns, 3.2 * scale), rise * rows
    height = min(height, width * 1.9)
    kind = "pointed" if wall.portal == "iwan" or "pointed" in plan.windows else "arch"
    _draw_archivolts(texture, plan, kind, (columns - width) / 2, rows - height, width, height)
    _draw_emblem(texture, plan, wall, columns // 2, round(rows - height), scale)


def _draw_archivolts(
    texture: Image, plan: BuildingPlan, kind: str, left: float, top: float, width: float, height: float
) -> None:
    """Draw a portal with stepped archivolts and a door."""
    rings = 3 + plan.motif % 3
    for ring in range(rings):
        inset = ring * width * 0.035
        colour = shade(plan.trim if ring % 2 == 0 else plan.wall, 1.08 - 0.14 * ring)
        points = outline(kind, left + inset, top + inset, width - 2 * inset, height - inset)
        fill(texture, points, colour)
    inset = rings * width * 0.035
    fill(texture, outline(kind, left + inset, top + inset, width - 2 * inset, height - inset), (38, 32, 30))
    door = outline("rectangle", left + 2 * inset, top + height * 0.45, width - 4 * inset, height * 0.55)
    fill(texture, door, shade(plan.shutter, 0.55))
    middle = round(left + width / 2)
    cv2.line(texture, (middle, round(top + height * 0.45)), (middle, round(top + height)), (30, 26, 24, WALL), 1)


def _draw_colonnade(texture: Image, plan: BuildingPlan, scale: float) -> None:
    rows, columns = texture.shape[:2]
    top = round(min(0.16 * rows, 0.7 * scale))
    texture[top + 1 :, :, :3] //= 2  # the porch lies in shadow
    count = 4 + 2 * (plan.motif % 3)
    places = np.linspace(0.05, 0.95, count) * columns
    draw_columns(texture, plan, top, rows, places, max(4, round(columns / count * 0.42)))
    draw_moulding(texture, 0, top, plan.trim)
    ornament.draw_frieze(texture, plan, top // 3, max(4, top // 2))


def _draw_emblem(texture: Image, plan: BuildingPlan, wall: Wall, x: int, portal_top: int, scale: float) -> None:
    """Draw the emblem above a portal whose top is row `portal_top`."""
    room = portal_top - round(0.3 * scale)
    radius = round(min(room * 0.45, 0.9 * scale, 0.36 * texture.shape[1]))
    if radius < 5:
        return
    y = portal_top - round(0.12 * scale) - radius
    if wall.emblem in {"rose", "clock"}:
        {"rose": ornament.draw_rose_window, "clock": ornament.draw_clock}[wall.emblem](texture, plan, x, y, radius)
    elif wall.emblem == "niches":
        for place in range(-2, 3):
            box = (x + round((place * 1.1 - 0.45) * radius), y - radius, round(0.9 * radius), 2 * radius)
            ornament.draw_niche(texture, plan, place + 2, box)
    elif wall.emblem == "motif":
        for place in (-1, 0, 1):
            box = (x + round((2.1 * place - 1) * radius), y - radius, 2 * radius, 2 * radius)
            ornament.draw_motif(texture, plan, 4 + abs(place), box)
