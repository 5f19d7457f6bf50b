"""The built-in competition: landmarks, photographs of them and everybody else's, drawn in code from a seed.

The folder is laid out like Google Landmarks v2. Each image follows from the seed and its own number alone, so the
files are the same byte for byte however many processes draw them, and a drawing that was interrupted goes on.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.atomic_files import whole, write_whole
from harness.errors import DataError

if TYPE_CHECKING:
    from harness.synthetic.image_plan import Plan
    from harness.synthetic.photographer import Studio

MARKER = "synthetic.json"  # lies in the folder from the first image on and says what is drawn there
DRAWING = 1  # to be raised whenever the same numbers come to give other images
CHUNK = 32  # images a process draws before it reports

Progress = Callable[[int, int], None]  # images done, images in all
Row = tuple[object, ...]


@dataclass(frozen=True)
class SyntheticCompetition:
    """A competition to be drawn; all of it follows from these numbers.

    Raises DataError for a number outside its range.
    """

    landmarks: int = 40
    seed: int = 7
    difficulty: float = 0.5  # 0 is easy, 1 is hard
    train_per_landmark: float = 12  # on average; long-tailed, at least 2
    index_per_landmark: float = 10  # on average; at least 1
    queries_per_landmark: float = 4  # on average; at least 1
    distractors: float = 0.35  # share of the index and test images that show no landmark
    near_duplicates: float = (
        0.2  # share of the landmarks' queries that are an index image cropped, resized and encoded anew
    )
    size: int = 256  # pixels of the longer side, roughly

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise DataError(f"{name}={value}: a synthetic competition takes {low} to {high}")

    @classmethod
    def of_images(cls, images: int, **numbers: float) -> "SyntheticCompetition":
        """Return the competition with as many landmarks as give about so many images, to a few percent.

        >>> SyntheticCompetition.of_images(1_000_000).landmarks
        29817
        """
        one = cls(landmarks=1, **numbers)  # type: ignore[arg-type]
        shown = one.train_per_landmark + (one.index_per_landmark + one.queries_per_landmark) / (1 - one.distractors)
        return cls(landmarks=max(1, round(images / shown)), **numbers)  # type: ignore[arg-type]

    def write(self, folder: Path, jobs: int = 1, progress: Progress | None = None) -> None:
        """Draw the competition into `folder` with `jobs` processes, going on where an earlier call stopped.

        `progress` is told the number of images done and of all. The tables come last: they are there when all is.
        Raises DataError if the folder holds anything but this competition.
        """
        from joblib import Parallel, delayed

        folder = Path(folder)
        _claim(folder, self)
        total = len(_plan(self))
        chunks = (range(start, min(start + CHUNK, total)) for start in range(0, total, CHUNK))
        parallel = Parallel(n_jobs=jobs, return_as="generator_unordered")
        done = 0
        for drawn in parallel(delayed(_draw)(self, folder, numbers) for numbers in chunks):
            done += drawn
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


def _claim(folder: Path, competition: SyntheticCompetition) -> None:
    """Make sure that the folder holds nothing, or this competition as far as it got."""
    text = json.dumps({"drawing": DRAWING, **asdict(competition)}, indent=1) + "\n"
    marker = folder / MARKER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if marker.is_file() and marker.read_text(encoding="utf-8") == text:
            return
        if any(folder.iterdir()):
            raise DataError(f"{folder}: holds something else than {competition}; name a new folder, or empty this one")
        write_whole(marker, text)
    except OSError as error:
        raise DataError(f"{folder}: cannot be written to: {error.strerror}; name another folder") from None


@lru_cache(maxsize=1)
def _plan(competition: SyntheticCompetition) -> "Plan":
    from harness.synthetic.image_plan import Plan

    it = competition
    means = (it.train_per_landmark, it.index_per_landmark, it.queries_per_landmark)
    return Plan(it.seed, it.landmarks, means, it.distractors, it.near_duplicates)


@lru_cache(maxsize=1)
def _studio(competition: SyntheticCompetition) -> "Studio":
    from harness.synthetic.photographer import Studio

    return Studio(competition.seed, competition.difficulty, competition.size)


def _draw(competition: SyntheticCompetition, folder: Path, numbers: range) -> int:
    """Draw those of the images that are not there yet; gives the number of images."""
    from harness.synthetic.photographer import on_one_core

    plan = _plan(competition)
    with on_one_core():
        for number, image_id in zip(numbers, plan.ids(numbers), strict=True):
            path = folder / plan.part(number) / image_id[0] / image_id[1] / image_id[2] / f"{image_id}.jpg"
            if not path.exists():
                _write_image(path, _photograph(competition, number))
    return len(numbers)


def _photograph(competition: SyntheticCompetition, number: int) -> bytes:
    """The JPEG file of an image."""
    plan, studio = _plan(competition), _studio(competition)
    landmark, original = plan.landmark(number), plan.original(number)
    if landmark < 0:
        return studio.distractor(number)
    if original is not None:
        return studio.near_duplicate(number, original, landmark)
    return studio.landmark(number, landmark, noisy=plan.part(number) == "train")


def _write_image(path: Path, data: bytes) -> None:
    """Write the file whole; what a killed process leaves behind has the name the next one writes to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_bytes(data)
    temporary.replace(path)


def _tables(competition: SyntheticCompetition) -> Iterator[tuple[str, str, Iterable[Row]]]:
    """Name, header and rows of each table; rows of images come in the order of their ids."""
    from harness.synthetic.photographer import landmark_name

    plan, seed = _plan(competition), competition.seed
    names = ((landmark, landmark_name(seed, landmark)) for landmark in range(competition.landmarks))
    yield "train_label_to_category.csv", "landmark_id,category", names
    train = plan.in_order("train")
    shown = ((image_id, plan.landmark(number)) for number, image_id in zip(train, plan.ids(train), strict=True))
    yield "train.csv", "id,landmark_id", shown
    yield "retrieval_solution.csv", "id,images,Usage", _ground_truth(plan, _index_images)
    yield "recognition_solution.csv", "id,landmarks,Usage", _ground_truth(plan, _landmarks)
    for part in ("index", "test"):
        yield f"{part}.csv", "id", ((image_id,) for image_id in plan.ids(plan.in_order(part)))


def _ground_truth(plan: "Plan", answer: Callable[["Plan", int, str], tuple[str, str]]) -> Iterator[Row]:
    queries, public = plan.in_order("test"), plan.is_public()
    for number, query in zip(queries.tolist(), plan.ids(queries), strict=True):
        yield (query, *answer(plan, plan.landmark(number), "Public" if public[number] else "Private"))


def _index_images(plan: "Plan", landmark: int, usage: str) -> tuple[str, str]:
    if landmark < 0:
        return "None", "Ignored"
    return " ".join(sorted(plan.ids(plan.numbers("index", landmark)))), usage


def _landmarks(_: "Plan", landmark: int, usage: str) -> tuple[str, str]:
    return str(landmark) if landmark >= 0 else "", usage


def _write_table(path: Path, header: str, rows: Iterable[Row]) -> None:
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        file.writelines(",".join(map(str, row)) + "\n" for row in rows)
