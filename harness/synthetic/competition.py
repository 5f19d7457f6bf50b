"""The synthetic competition: photographs of landmarks and distractors, rendered from a seed.

The folder has the layout of Google Landmarks v2. The seed and the number of an image determine the image, so the files
are byte for byte the same for any number of processes, and an interrupted run can be resumed.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.atomic_files import atomic_path, write_atomically
from harness.errors import DataError, HarnessError

if TYPE_CHECKING:
    from harness.synthetic.image_plan import ImagePlan
    from harness.synthetic.photographer import Photographer

MARKER = "synthetic.json"  # file with the parameters, written before the first image
DRAWING_VERSION = 1  # increment whenever the same parameters would produce different images
CHUNK = 32  # images per task of a process
_PARENT_POLL_S = 0.5

Progress = Callable[[int, int], None]  # images done, total
Row = tuple[object, ...]


@dataclass(frozen=True)
class SyntheticCompetition:
    """The parameters of a synthetic competition, which determine all of its files.

    Raises DataError if a parameter is out of range.
    """

    landmarks: int = 40
    seed: int = 7
    difficulty: float = 0.5  # 0 is easy, 1 is hard
    train_per_landmark: float = 12  # on average; long-tailed, at least 2
    index_per_landmark: float = 10  # on average; at least 1
    queries_per_landmark: float = 4  # on average; at least 1
    distractors: float = 0.35  # share of index and test images without a landmark
    near_duplicates: float = 0.2  # share of landmark queries that are an edited index image
    size: int = 256  # approximate longer side in pixels

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise DataError(f"{name}={value}: must be from {low} to {high}")

    @classmethod
    def from_image_count(cls, images: int, **numbers: float) -> "SyntheticCompetition":
        """Return a competition with a total of about `images` images, within a few percent.

        >>> SyntheticCompetition.from_image_count(1_000_000).landmarks
        29817
        """
        one = cls(landmarks=1, **numbers)  # type: ignore[arg-type]
        per_landmark = one.train_per_landmark + (one.index_per_landmark + one.queries_per_landmark) / (
            1 - one.distractors
        )
        return cls(landmarks=max(1, round(images / per_landmark)), **numbers)  # type: ignore[arg-type]

    def write(self, folder: Path, jobs: int = 1, progress: Progress | None = None) -> None:
        """Write the competition to `folder` with `jobs` processes, resuming an interrupted earlier call.

        `progress` is called with the number of finished images and the total. The tables are written last. Raises
        DataError if the folder holds anything else.
        """
        from joblib import Parallel, delayed

        folder = Path(folder)
        _prepare_folder(folder, self)
        total = len(_image_plan(self))
        chunks = (range(start, min(start + CHUNK, total)) for start in range(0, total, CHUNK))
        start = {} if jobs == 1 else {"initializer": _end_with, "initargs": (os.getpid(),)}
        parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", **start)
        done = 0
        with _killed_processes_named(folder):
            for count in parallel(delayed(_draw_images)(self, folder, numbers) for numbers in chunks):
                done += count
                if progress:
                    progress(done, total)
        for name, header, rows in _tables(self):
            _write_table(folder / name, header, rows)


_RANGES = {
    "landmarks": (1, 10**8),
    "seed": (0, 2**63),
    "difficulty": (0, 1),
    "train_per_landmark": (2, 10**5),
    "index_per_landmark": (1, 10**5),
    "queries_per_landmark": (1, 10**5),
    "distractors": (0, 0.99),
    "near_duplicates": (0, 1),
    "size": (32, 4096),
}


def _prepare_folder(folder: Path, competition: SyntheticCompetition) -> None:
    """Create the folder and its marker. Raises DataError if the folder holds anything but this competition."""
    text = json.dumps({"drawing": DRAWING_VERSION, **asdict(competition)}, indent=1) + "\n"
    marker = folder / MARKER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if marker.is_file() and marker.read_text(encoding="utf-8") == text:
            return
        if any(folder.iterdir()):
            raise DataError(f"{folder}: holds something else than {competition}; choose a new or an empty folder")
        write_atomically(marker, text)
    except OSError as error:
        raise DataError(f"{folder}: cannot be written to: {error.strerror}; choose another folder") from None


@lru_cache(maxsize=1)
def _image_plan(competition: SyntheticCompetition) -> "ImagePlan":
    from harness.synthetic.image_plan import ImagePlan

    c = competition
    means = (c.train_per_landmark, c.index_per_landmark, c.queries_per_landmark)
    return ImagePlan(c.seed, c.landmarks, means, c.distractors, c.near_duplicates)


@lru_cache(maxsize=1)
def _photographer(competition: SyntheticCompetition) -> "Photographer":
    from harness.synthetic.photographer import Photographer

    return Photographer(competition.seed, competition.difficulty, competition.size)


@contextmanager
def _killed_processes_named(folder: Path) -> Iterator[None]:
    """Raise HarnessError if a process of joblib inside the block is killed."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        yield
    except BrokenProcessPool:
        raise HarnessError(
            f"{folder}: a process that draws images was killed, perhaps because memory ran out; the same command goes "
            "on where it ended, with fewer --jobs in less memory"
        ) from None


def _end_with(parent: int) -> None:
    """End this process soon after its parent, which may be killed; the workers of joblib wait for minutes."""

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL_S)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _draw_images(competition: SyntheticCompetition, folder: Path, numbers: range) -> int:
    """Draw the images that do not exist yet; returns the number of images."""
    from harness.synthetic.photographer import single_threaded_opencv

    plan = _image_plan(competition)
    with single_threaded_opencv():
        for number, image_id in zip(numbers, plan.ids(numbers), strict=True):
            path = folder / plan.part(number) / image_id[0] / image_id[1] / image_id[2] / f"{image_id}.jpg"
            if not path.exists():
                _write_image(path, _draw_image(competition, number))
    return len(numbers)


def _draw_image(competition: SyntheticCompetition, number: int) -> bytes:
    """Return the JPEG bytes of an image."""
    plan, photographer = _image_plan(competition), _photographer(competition)
    landmark, original = plan.landmark(number), plan.original(number)
    if landmark < 0:
        return photographer.photograph_distractor(number)
    if original is not None:
        return photographer.photograph_near_duplicate(number, original, landmark)
    return photographer.photograph_landmark(number, landmark, noisy=plan.part(number) == "train")


def _write_image(path: Path, data: bytes) -> None:
    """Write the file atomically; a later process overwrites the temporary file of a killed one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_bytes(data)
    temporary.replace(path)


def _tables(competition: SyntheticCompetition) -> Iterator[tuple[str, str, Iterable[Row]]]:
    """Yield the name, header and rows of each table; rows of images are sorted by id."""
    from harness.synthetic.photographer import landmark_name

    plan, seed = _image_plan(competition), competition.seed
    names = ((landmark, landmark_name(seed, landmark)) for landmark in range(competition.landmarks))
    yield "train_label_to_category.csv", "landmark_id,category", names
    train = plan.sorted_by_id("train")
    labels = ((image_id, plan.landmark(number)) for number, image_id in zip(train, plan.ids(train), strict=True))
    yield "train.csv", "id,landmark_id", labels
    yield "retrieval_solution.csv", "id,images,Usage", _ground_truth(plan, _index_images)
    yield "recognition_solution.csv", "id,landmarks,Usage", _ground_truth(plan, _landmarks)
    for part in ("index", "test"):
        yield f"{part}.csv", "id", ((image_id,) for image_id in plan.ids(plan.sorted_by_id(part)))


def _ground_truth(plan: "ImagePlan", answer: Callable[["ImagePlan", int, str], tuple[str, str]]) -> Iterator[Row]:
    queries, public = plan.sorted_by_id("test"), plan.is_public()
    for number, query in zip(queries.tolist(), plan.ids(queries), strict=True):
        yield (query, *answer(plan, plan.landmark(number), "Public" if public[number] else "Private"))


def _index_images(plan: "ImagePlan", landmark: int, usage: str) -> tuple[str, str]:
    if landmark < 0:
        return "None", "Ignored"
    return " ".join(sorted(plan.ids(plan.numbers("index", landmark)))), usage


def _landmarks(_: "ImagePlan", landmark: int, usage: str) -> tuple[str, str]:
    return str(landmark) if landmark >= 0 else "", usage


def _write_table(path: Path, header: str, rows: Iterable[Row]) -> None:
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        file.writelines(",".join(map(str, row)) + "\n" for row in rows)
