"""The sandbox policy of a run: which files its process may read and write."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from harness.running.outcome import RunJob
from harness.running.user_code import code_folder
from harness.sandbox.policy import Mode, SandboxPolicy
from harness.solution.spec import split_spec
from harness.workspace import Workspace
from metrics.kernel_folders import kernel_folders

_OWN_TABLES = {"train.csv", "index.csv", "test.csv", "files.csv"}  # files.csv names the class folder of each image
_TABLES = (
    (".csv", ".tsv", ".txt", ".pkl", ".parquet", ".xlsx", ".mat", ".jsonl")
    + (".gz", ".zip", ".bz2", ".xz", ".zst", ".lz4", ".7z", ".rar", ".tar", ".tgz")
)  # fmt: skip
_TRUTH = ("solution", "truth", "gnd_")  # parts of names of files with answers, also of copies
_PASSWORDS = (".ssh", ".gnupg", ".netrc", ".pgpass", ".kaggle", ".aws", ".docker", ".git-credentials", ".config/gcloud")
_MODEL_TOKENS = (".cache/huggingface/token", ".cache/huggingface/stored_tokens", ".huggingface")
_PRIVATE = ("folds", "studies", "runs", "serving", "uploads", "own_stores")  # of a workspace
_CACHES = ("LANDMARK_CACHE", "XDG_CACHE_HOME", "HF_HOME", "TORCH_HOME", "KERAS_HOME", "NUMBA_CACHE_DIR")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_WEB = (80, 443)


def run_policy(job: RunJob, folder: Path, mode: Mode, stores: Sequence[Path] = ()) -> SandboxPolicy:
    """Return the policy of a run in its folder, which may write that and some stores, see `shared_stores`.

    It hides the tables of the competition but those that a parameter names, the leaderboard, folds, studies and other
    runs.
    """
    workspace = Workspace(Path(job.workspace))
    hidden = [*tables_to_hide(Path(job.folder), job.spec), *private_paths(workspace)]
    is_trusted = workspace.descriptors in stores
    if not is_trusted:
        hidden += [Path(os.path.expanduser("~"), name) for name in _MODEL_TOKENS]
    if job.fold is not None and not is_trusted:
        hidden.append(workspace.descriptors / "fitted")  # some were fitted with labels of the fold's queries
    for path in stores:
        with suppress(OSError):  # what writes there says so
            path.mkdir(parents=True, exist_ok=True)
    return _policy(mode, hidden, [folder, *stores])


def own_store_of(job: RunJob, mode: Mode) -> Path | None:
    """Return the folder where a run stores descriptors, fits and networks; None if it writes those that all share.

    Plug-ins of a folder share one, since they can import each other. Without a sandbox there is none.
    """
    workspace = Workspace(Path(job.workspace))
    code = None if mode == "off" else code_folder(job.spec, workspace.register)
    if code is None:
        return None
    return workspace.folder / "own_stores" / sha256(os.fsencode(code)).hexdigest()[:16]


def process_policy(
    folder: Path, mode: Mode = "auto", workspace: Path | None = None, tables: Sequence[Path] = ()
) -> SandboxPolicy:
    """Return the policy of another process that imports a plug-in: it may write to a folder only, and read no table."""
    private = [] if workspace is None else private_paths(Workspace(workspace))
    return _policy(mode, [*private, *tables], [folder])


def tables_to_hide(folder: Path, spec: str) -> list[Path]:
    """Return the tables in a competition's folder, also compressed ones, except those that a parameter names.

    A parameter such as `hashes='demo/hashes.csv'` does not show the competition's own tables and ground truth.
    """
    values = split_spec(spec)[1].values()
    named = {os.path.realpath(value) for value in values if isinstance(value, str) and os.path.isfile(value)}
    tables = [path for path in folder.iterdir() if _is_table(path.name.lower())]
    return [path for path in tables if _is_own(path) or os.path.realpath(path) not in named]


def _is_table(name: str) -> bool:
    is_code = name.endswith((".py", ".pyc"))
    return name.endswith(_TABLES) or (any(part in name for part in _TRUTH) and not is_code)


def _is_own(path: Path) -> bool:
    names = {path.name.lower(), os.path.basename(os.path.realpath(path)).lower()}
    return bool(names & _OWN_TABLES) or any("solution" in name for name in names)


def shared_stores(workspace: Workspace) -> list[Path]:
    """Return the folders that runs of built-in solutions write: descriptors, networks, kernels and models."""
    home, kernels = Path(os.path.expanduser("~")), kernel_folders()[1]
    caches = [Path(os.environ[name]) for name in _CACHES if os.environ.get(name)]
    keras = [home / ".keras"] if find_spec("keras") else []  # it makes the folder itself
    return [workspace.descriptors, home / ".cache", *keras, *caches, *([kernels] if kernels else [])]


def private_paths(workspace: Workspace) -> list[Path]:
    """Return what no solution may read: the leaderboard, folds, studies, runs, uploads, and passwords of the user."""
    folder, home = workspace.folder, Path(os.path.expanduser("~"))
    passwords = [home / name for name in _PASSWORDS]
    return [*(folder / name for name in _PRIVATE), *folder.glob("leaderboard.db*"), workspace.database, *passwords]


def _policy(mode: Mode, hidden: list[Path], writable: list[Path]) -> SandboxPolicy:
    ports = tuple(sorted({*_WEB, *_proxy_ports()}))
    return SandboxPolicy(mode, tuple(map(str, hidden)), writable=tuple(map(str, writable)), ports=ports)


def _proxy_ports() -> Iterator[int]:
    """Yield the ports of the proxies that the environment names."""
    for name in _PROXIES:
        for variable in (name, name.upper()):
            with suppress(ValueError):
                port = urlsplit(os.environ.get(variable, "")).port
                if port:
                    yield port
