"""Ornaments that distinguish facades: motifs, friezes, niches with statues, clocks and rose windows."""

import cv2
import numpy as np

from harness.synthetic.building.openings import GLASS, WALL, fill, outline, shade
from harness.synthetic.building.style import BuildingPlan
from harness.synthetic.noise import Image, resize


def draw_motif(image: Image, plan: BuildingPlan, number: int, box: tuple[int, int, int, int]) -> None:
    """Draw a mirror-symmetric motif of the plan into the box (left, top, width, height)."""
    left, top, width, height = box
    if min(width, height) < 4 or left < 0 or top < 0 or left + width > image.shape[1] or top + height > image.shape[0]:
        return
    half = np.random.default_rng((plan.motif, number)).random((7, 4)) < 0.5
    relief = np.hstack([half, half[:, -2::-1]]).astype(np.uint8) * 255
    relief = resize(relief, width, height, cv2.INTER_NEAREST)
    part = image[top : top + height, left : left + width, :3]
    shadow = np.roll(relief, (max(1, height // 14), max(1, width // 18)), (0, 1))
    part[shadow > 0] = shade(plan.wall, 0.5)
    part[relief > 0] = shade(plan.trim, 1.08)


def draw_frieze(image: Image, plan: BuildingPlan, top: int, height: int) -> None:
    """Draw a band of alternating motifs over the whole width."""
    width = image.shape[1]
    image[top : top + height] = (*shade(plan.trim, 0.86), WALL)
    for place, left in enumerate(range(0, width - height, round(height * 1.15))):
        draw_motif(image, plan, place % 2, (left, top + 1, height - 1, height - 2))


def draw_niche(image: Image, plan: BuildingPlan, number: int, box: tuple[int, int, int, int]) -> None:
    """Draw a niche with a statue whose pose is determined by the plan and the number."""
    left, top, width, height = box
    rng = np.random.default_rng((plan.motif, 100 + number))
    fill(image, outline("arch", left, top, width, height), shade(plan.wall, 0.42))
    stone = shade(plan.trim, rng.uniform(0.95, 1.2))
    lean = rng.uniform(-0.12, 0.12) * width
    middle, foot = left + width / 2, top + height
    body = np.array([[-0.22, 0], [-0.26, -0.5], [-0.14, -0.68], [0.14, -0.68], [0.24, -0.45], [0.2, 0]])
    fill(image, body * (width, height) + (middle + lean, foot), stone)
    head = (round(middle + lean), round(foot - 0.75 * height))
    cv2.circle(image, head, max(1, round(width * 0.13)), (*stone, WALL), -1)
    hand = (round(middle + rng.uniform(-0.5, 0.5) * width), round(foot - rng.uniform(0.3, 0.9) * height))
    cv2.line(image, (head[0], round(foot - 0.58 * height)), hand, (*stone, WALL), max(1, round(width * 0.1)))


def draw_clock(image: Image, plan: BuildingPlan, x: int, y: int, radius: int) -> None:
    """Draw a clock."""
    cv2.circle(image, (x, y), radius, (*shade(plan.trim, 0.6), WALL), -1)
    cv2.circle(image, (x, y), round(radius * 0.85), (240, 236, 220, GLASS), -1)
    for angle in np.arange(12) * np.pi / 6:
        tip = (round(x + 0.72 * radius * np.cos(angle)), round(y + 0.72 * radius * np.sin(angle)))
        cv2.circle(image, tip, max(1, radius // 12), (30, 30, 30, WALL), -1)
    cv2.line(image, (x, y), (x + radius // 3, y - radius // 3), (20, 20, 20, WALL), max(1, radius // 10))
    cv2.line(image, (x, y), (x - radius // 9, y - round(radius * 0.6)), (20, 20, 20, WALL), max(1, radius // 12))


def draw_rose_window(image: Image, plan: BuildingPlan, x: int, y: int, radius: int) -> None:
    """Draw a rose window; the plan's motif determines the number of petals."""
    rng = np.random.default_rng((plan.motif, 7))
    cv2.circle(image, (x, y), radius, (*shade(plan.trim, 1.05), WALL), -1)
    cv2.circle(image, (x, y), round(radius * 0.88), (*shade(plan.trim, 0.55), WALL), -1)
    for ring, size in ((0.66, 0.16), (0.34, 0.12)):
        petals = int(rng.integers(6, 15))
        tint = tuple(int(channel) for channel in rng.integers(40, 170, size=3))
        for angle in np.arange(petals) * 2 * np.pi / petals:
            place = (round(x + ring * radius * np.cos(angle)), round(y + ring * radius * np.sin(angle)))
            cv2.circle(image, place, max(1, round(size * radius)), (*tint, GLASS), -1)
    cv2.circle(image, (x, y), max(1, round(radius * 0.15)), (*plan.glass, GLASS), -1)
