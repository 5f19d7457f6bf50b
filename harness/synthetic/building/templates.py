"""Templates of buildings, one per style, with random proportions."""

from collections.abc import Callable

import numpy as np

from harness.synthetic.building.builder import BLIND_WALL, BuildingBuilder
from harness.synthetic.building.portal import Wall
from harness.synthetic.building.solids import Body
from harness.synthetic.building.style import STYLES


def build_landmark(rng: np.random.Generator, family: str, scale: float) -> list[Body]:
    """Return the bodies of one building of a style, its front at y = 0, with textures of `scale` pixels per unit."""
    builder = BuildingBuilder(rng, STYLES[family], scale)
    TEMPLATES[family](builder, rng)
    return builder.bodies


def _pick(rng: np.random.Generator, *options: str) -> str:
    return options[rng.integers(len(options))]


def _add_tower_top(builder: BuildingBuilder, rng: np.random.Generator, x: float, y: float, z: float, w: float) -> None:
    """Add the top of a square tower: a spire, a dome, an onion dome, or nothing."""
    kind = _pick(rng, *builder.style.domes, "spire", "spire", "flat")
    if kind == "spire":
        builder.add_hip_roof(x, y, z, w, w, w * rng.uniform(0.8, 2.6))
    elif kind != "flat":
        builder.add_round(x, y + w / 2, z, w * 0.46, w * rng.uniform(1.0, 1.5), kind)


def _church(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    w, h, d = rng.uniform(3.4, 5), rng.uniform(3.2, 5), rng.uniform(6, 10)
    builder.add_block(
        0, 0, 0, w, d, h, Wall(_pick(rng, "arch", "iwan", "door"), _pick(rng, "rose", "rose", "niches", "motif"))
    )
    rise = rng.uniform(1.2, 2.6)
    builder.add_gable_roof(0, 0, h, w, d, rise, Wall(emblem="motif"))
    towers, tw, th = rng.integers(3), rng.uniform(1.4, 2.2), h * rng.uniform(1.1, 1.9)
    tower = Wall("door" if rng.random() < 0.4 else "", "")
    y = rng.uniform(-0.3, 0.6)
    state = rng.bit_generator.state
    for side in ((-1, 1), (-1,), (1,))[towers]:
        rng.bit_generator.state = state  # so that twin towers are equal
        builder.add_block(side * (w + tw) / 2, y, 0, tw, tw, th, tower)
        _add_tower_top(builder, rng, side * (w + tw) / 2, y, th, tw)
    if rng.random() < 0.35:
        builder.add_round(0, d * 0.6, h + 0.4 * rise, w * 0.3, w * 0.75, "dome", 1)


def _palace(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    w, h, d = rng.uniform(8, 12), rng.uniform(2.4, 3.8), rng.uniform(3, 4.5)
    centre, proud, roof = w * rng.uniform(0.2, 0.34), rng.uniform(0.3, 0.8), rng.uniform(0.6, 1.4)
    builder.add_block(0, 0, 0, w, d, h, Wall())
    builder.add_hip_roof(0, 0, h, w, d, roof, (rng.uniform(0.75, 0.92), rng.uniform(0, 0.5)))
    rise = h * rng.uniform(1.0, 1.3)
    builder.add_block(
        0,
        -proud,
        0,
        centre,
        proud,
        rise,
        Wall(_pick(rng, "arch", "colonnade", "door"), _pick(rng, "clock", "motif", "niches")),
    )
    crown = rng.random()
    if crown < 0.5:
        builder.add_gable_roof(0, -proud, rise, centre, proud, centre * rng.uniform(0.18, 0.3))
    if crown > 0.35:
        builder.add_round(
            0, d * 0.5, h + roof, centre * 0.4, centre * rng.uniform(0.9, 1.3), _pick(rng, "dome", "onion"), 1
        )
    if rng.random() < 0.6:
        wing = w * rng.uniform(0.12, 0.2)
        for side in (-1, 1):
            builder.add_block(side * (w - wing) / 2, -proud, 0, wing, proud, h * 1.08, Wall())
            builder.add_hip_roof(side * (w - wing) / 2, -proud, h * 1.08, wing, proud, wing * 0.7)


def _mausoleum(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    base, w, h = rng.uniform(0.3, 1.0), rng.uniform(4.5, 7), rng.uniform(3, 4.4)
    builder.add_block(0, -1, 0, w * 1.5, w * 1.5, base, BLIND_WALL)
    builder.add_block(0, 0, base, w, w * 0.9, h, Wall("iwan", _pick(rng, "motif", "niches", "")))
    kind, r = _pick(rng, *builder.style.domes), w * rng.uniform(0.22, 0.3)
    builder.add_round(0, w * 0.45, base + h, r, r * rng.uniform(1.8, 2.6), kind)
    small = r * rng.uniform(0.28, 0.42)
    for side in (-1, 1):
        builder.add_round(side * w * 0.36, w * 0.2, base + h, small, small * 3, _pick(rng, "turret"))
    if rng.random() < 0.75:
        _add_minarets(builder, rng, base, w, h)


def _add_minarets(builder: BuildingBuilder, rng: np.random.Generator, base: float, w: float, h: float) -> None:
    height, slim = rng.uniform(1.1, 1.7) * (h + base), rng.uniform(0.3, 0.45)
    for side in (-1, 1):
        for y in (-0.5, w * 1.2) if rng.random() < 0.6 else (-0.5,):
            builder.add_round(side * w * 0.68, y, base, slim, height, "minaret", 3)


def _castle(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    w, h, d = rng.uniform(5, 9), rng.uniform(2, 3.2), rng.uniform(3, 5)
    builder.add_block(
        0, 0, 0, w, d, h, Wall(_pick(rng, "gate", "arch", "iwan"), _pick(rng, "motif", "niches", ""), crenels=True)
    )
    keep, rise, x = rng.uniform(1.6, 3), h * rng.uniform(1.3, 2.1), rng.uniform(-0.3, 0.3) * w
    builder.add_block(x, d, 0, keep, keep, rise, Wall(crenels=rng.random() < 0.5))
    if rng.random() < 0.5:
        _add_tower_top(builder, rng, x, d, rise, keep)
    kind = _pick(rng, "cone", "cylinder", "cone")
    for side in (-1, 1):
        r, height = rng.uniform(0.6, 1.1), h * rng.uniform(1.1, 2.0)
        builder.add_round(side * (w / 2 + r), r * rng.uniform(0, 0.9), 0, r, height, kind, int(rng.integers(2, 4)))
    if rng.random() < 0.5:
        builder.add_round(-x, d + 1, 0, 0.7, h * rng.uniform(1.4, 2.4), "cone", 3)


def _add_steps(builder: BuildingBuilder, steps: int, w: float, d: float) -> float:
    """Add steps around a floor of the width and depth, and return the height of the floor."""
    for step in range(steps):
        out = 0.3 * (steps - step)
        builder.add_block(0, -out, 0.22 * step, w + 2 * out, d + 2 * out, 0.22, BLIND_WALL)
    return 0.22 * steps


def _temple(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    steps, w = int(rng.integers(2, 5)), rng.uniform(5, 9)
    d, h = w * rng.uniform(0.7, 1.5), w * rng.uniform(0.32, 0.5)
    z = _add_steps(builder, steps, w, d)
    builder.add_block(0, 0, z, w, d, h, Wall("colonnade"))
    builder.add_gable_roof(0, 0, z + h, w, d, w * rng.uniform(0.14, 0.26), Wall(emblem="motif"))
    if rng.random() < 0.4:
        builder.add_round(0, d * 0.5, z + h + w * 0.1, w * 0.3, w * rng.uniform(0.5, 0.7), "dome", 1)
    if rng.random() < 0.4:
        for side in (-1, 1):
            builder.add_block(side * w * 0.75, d * 0.2, 0, w * 0.4, d * 0.6, h * 0.8, Wall())


def _gate(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    w, d, h = rng.uniform(4.5, 7), rng.uniform(1.6, 3), rng.uniform(3.5, 5.5)
    builder.add_block(0, 0, 0, w, d, h, Wall(_pick(rng, "gate", "iwan"), _pick(rng, "motif", "niches", "niches")))
    attic = rng.uniform(0.5, 1.3)
    builder.add_block(0, 0.1, h, w * rng.uniform(0.6, 0.96), d - 0.2, attic, BLIND_WALL)
    if rng.random() < 0.6:
        kind, r = _pick(rng, "turret", "onion", "dome", "minaret"), rng.uniform(0.3, 0.5)
        height = r * rng.uniform(3, 6)
        for side in (-1, 1):
            builder.add_round(side * (w / 2 - r) * 0.8, d / 2, h + attic, r, height, kind, 1)
    if rng.random() < 0.6:
        wing, low = rng.uniform(1.5, 3), h * rng.uniform(0.45, 0.7)
        for side in (-1, 1):
            builder.add_block(
                side * (w + wing) / 2, 0.3, 0, wing, d - 0.5, low, Wall(_pick(rng, "arch", "door"), "motif")
            )


def _tower(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    w, z = rng.uniform(2, 3), 0.0
    is_round = rng.random() < 0.35
    if rng.random() < 0.5:
        builder.add_block(0, -0.6, 0, w * 2.4, w + 1.2, 1.2, Wall("door", ""))
        z = 1.2
    tiers = int(rng.integers(2, 5))
    for tier in range(tiers):
        h, size = rng.uniform(1.6, 3.6), w * (1 - 0.14 * tier)
        emblem = _pick(rng, "clock", "niches", "motif") if tier in {0, tiers - 1} else ""
        if is_round:
            builder.add_round(0, w / 2, z, size / 2, h, "cylinder", max(1, round(h)))
        else:
            builder.add_block(0, (w - size) / 2, z, size, size, h, Wall("door" if emblem else "", emblem))
        z += h
    _add_tower_top(builder, rng, 0, w * 0.07 * tiers, z, w * (1 - 0.14 * tiers))


def _pagoda(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    w, h, z = rng.uniform(4, 7), rng.uniform(1.0, 1.8), 0.4
    tiers, shrink, eaves = int(rng.integers(2, 6)), rng.uniform(0.7, 0.86), rng.uniform(0.4, 0.9)
    builder.add_block(0, -1, 0, w * 1.5, w * 1.4, 0.4, BLIND_WALL)
    for tier in range(tiers):
        y = (w / shrink**tier - w) / 2 if tier else 0.0
        wall = Wall("colonnade" if tier == 0 and rng.random() < 0.5 else "door", "motif")
        builder.add_block(0, y, z, w, w * 0.8, h, wall if tier == 0 else Wall())
        high = eaves * rng.uniform(0.8, 1.4)
        builder.add_hip_roof(0, y - eaves, z + h, w + 2 * eaves, w * 0.8 + 2 * eaves, high, (0.6, 0.5))
        z, w, h = z + h + high, w * shrink, h * 0.92
    builder.add_round(0, w, z, 0.2, 1.2, "cone")


def _town_hall(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    w, h, d = rng.uniform(5, 8), rng.uniform(2.4, 3.6), rng.uniform(3, 4.5)
    builder.add_block(0, 0, 0, w, d, h, Wall(_pick(rng, "arch", "door"), _pick(rng, "motif", "niches")))
    roof = rng.uniform(1.2, 2.4)
    (builder.add_gable_roof if rng.random() < 0.5 else builder.add_hip_roof)(0, 0, h, w, d, roof)
    tw, th = rng.uniform(1.2, 2), (h + roof) * rng.uniform(1.1, 1.7)
    x = rng.choice([-1, 0, 1]) * (w - tw) / 2
    builder.add_block(x, -tw * 0.6, 0, tw, tw * 0.6, th, Wall("door", "clock"))
    _add_tower_top(builder, rng, x, -tw * 0.8, th, tw)


def _modern(builder: BuildingBuilder, rng: np.random.Generator) -> None:
    z, w = 0.0, rng.uniform(3.5, 7)
    for _ in range(int(rng.integers(2, 5))):
        h, wide = rng.uniform(1, 4.5), w * rng.uniform(0.55, 1.0)
        builder.add_block(
            rng.uniform(-0.5, 0.5) * (w - wide), rng.uniform(0, 0.4), z, wide, rng.uniform(2, 3.2), h, Wall()
        )
        z, w = z + h, rng.uniform(0.85, 1.15) * wide
    if rng.random() < 0.4:
        builder.add_round(0, 1.5, z, w * 0.25, w * rng.uniform(0.2, 0.5), _pick(rng, "dome", "cylinder"), 1)
    if rng.random() < 0.5:
        builder.add_round(w * rng.choice([-0.75, 0.75]), 1.5, 0, w * 0.22, rng.uniform(2, 8), "cylinder", 4)


TEMPLATES: dict[str, Callable[[BuildingBuilder, np.random.Generator], None]] = {
    "church": _church, "palace": _palace, "mausoleum": _mausoleum, "castle": _castle, "temple": _temple,
    "gate": _gate, "tower": _tower, "pagoda": _pagoda, "town_hall": _town_hall, "modern": _modern,
}  # fmt: skip
