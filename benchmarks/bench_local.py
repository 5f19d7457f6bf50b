"""Local features: verification of 100 images, compared with a k-d tree and RANSAC of scikit-image; SIFT with OpenCV."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from scipy.spatial import cKDTree
from skimage.measure import ransac
from skimage.transform import AffineTransform
from threadpoolctl import threadpool_limits

from benchmarks.bench_hashes import photograph
from benchmarks.process import cpu_seconds
from benchmarks.table import Row, show
from harness import Ragged
from harness.cpu_budget import limit_cores
from harness.data.images.decode import decode
from solutions.local.extractor import LocalFeatures
from solutions.local.geometry import Geometry
from solutions.local.matching import Matching
from solutions.local.sift import Sift
from solutions.local.verification import DELF_VERIFICATION, Verification

CANDIDATES, FEATURES, SHARED, MATCHING = 100, 500, 60, 5  # images, rows of each, shared rows, images that share them
EVERY = 10  # the slow reference verifies every tenth candidate
N_IMAGES = 8
REPEATS = 3
DISTANCE = 0.9  # largest distance of a match of the reference


def rows() -> Iterator[Row]:
    """Yield the CPU seconds per query, and the photographs per CPU second."""
    with threadpool_limits(1), limit_cores(1):
        cv2.setNumThreads(1)
        yield from verification_rows(*random_features())
        yield from extraction_rows()


def verification_rows(query: LocalFeatures, index: LocalFeatures) -> Iterator[Row]:
    candidates = np.arange(CANDIDATES)[None]
    variants: dict[str, Callable[[], object]] = {
        "mutual with ratio, affine": lambda: Verification().count_inliers(query, index, candidates),
        "mutual, affine": lambda: Verification(Matching()).count_inliers(query, index, candidates),
        "mutual, homography": lambda: Verification(Matching(), Geometry("homography")).count_inliers(
            query, index, candidates
        ),
        "the reference's matches": lambda: DELF_VERIFICATION.count_inliers(query, index, candidates),
        "tree and scikit-image": lambda: by_reference(query, index, range(0, CANDIDATES, EVERY)),
    }
    seconds_of = {name: [cpu_seconds(variant)] for name, variant in variants.items()}
    for _ in range(REPEATS - 1):
        for name, variant in variants.items():
            seconds_of[name].append(cpu_seconds(variant))
    reference = median(seconds_of.pop("tree and scikit-image")) * EVERY
    for name, seconds in seconds_of.items():
        yield (
            f"{CANDIDATES} candidates of {FEATURES} features, {name}",
            f"{median(seconds):.2f} s; {reference / median(seconds):.1f} × tree and scikit-image ({reference:.1f} s)",
            "≤ 0.5 s",
            median(seconds) <= 0.5,
        )


def extraction_rows() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        pixels = [decode(photograph(Path(folder), number), reduce_to=512) for number in range(N_IMAGES)]
    sift, plain = Sift(), cv2.SIFT.create(1000)
    small = [cv2.resize(image, (512, 384), interpolation=cv2.INTER_AREA) for image in pixels]
    variants = [lambda: sift.describe(pixels), lambda: by_opencv(plain, small)]
    seconds = [[cpu_seconds(variant) for variant in variants] for _ in range(REPEATS)]
    ours, theirs = (N_IMAGES / median(column) for column in zip(*seconds, strict=True))
    ratio = ours / theirs
    yield (
        "SIFT of photographs, 512 pixels, decoded before",
        f"{ours:.0f} images/s; {ratio:.2f} × OpenCV alone",
        "≥ 0.9 ×",
        ratio >= 0.9,
    )


def by_opencv(sift: cv2.SIFT, images: list[np.ndarray]) -> None:
    """Compute the features of each image and free them, as our extractor does."""
    for image in images:
        sift.detectAndCompute(image, None)


def by_reference(query: LocalFeatures, index: LocalFeatures, candidates: range) -> list[int]:
    """Return the inliers of each candidate by the procedure of Detect-to-Retrieve."""
    vectors, points = query.strongest(0)
    inliers = []
    for image in candidates:
        others, other_points = index.strongest(image)
        distances, nearest = cKDTree(others).query(vectors, distance_upper_bound=DISTANCE)
        near = np.isfinite(distances)
        pairs = points[near], other_points[nearest[near]]
        mask = None
        if near.sum() > 3:
            mask = ransac(pairs, AffineTransform, min_samples=3, residual_threshold=10, max_trials=1000, rng=0)[1]
        inliers.append(0 if mask is None else int(mask.sum()))
    return inliers


def random_features() -> tuple[LocalFeatures, LocalFeatures]:
    """Return a query and random images; the first of them share some rows with it, scaled and shifted."""
    random = np.random.default_rng(0)
    images = [_random_image(random) for _ in range(CANDIDATES + 1)]
    for vectors, points in images[1 : MATCHING + 1]:
        vectors[:SHARED] = images[0][0][:SHARED] + random.normal(0, 8, (SHARED, 128))
        points[:SHARED] = images[0][1][:SHARED] * 0.8 + random.normal(40, 2, (SHARED, 2))
    return tuple(_features(part) for part in (images[:1], images[1:]))


def _random_image(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return random.gamma(0.6, 30, (FEATURES, 128)), random.uniform(0, 512, (FEATURES, 2))


def _features(images: list[tuple[np.ndarray, np.ndarray]]) -> LocalFeatures:
    starts = np.arange(len(images)) * FEATURES
    vectors = np.concatenate([rows.clip(0, 255).astype(np.uint8) for rows, _ in images])
    points = np.concatenate([np.pad(xy, ((0, 0), (0, 2))).astype(np.float32) for _, xy in images])
    ragged = [Ragged(rows, starts, starts + FEATURES) for rows in (vectors, points)]
    return LocalFeatures(Sift(), *ragged, np.full((len(images), 2), 512, np.float32))


if __name__ == "__main__":
    show(sys.modules[__name__])
