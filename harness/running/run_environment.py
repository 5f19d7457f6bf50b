"""The environment variables of a run's process: no passwords, and folders of its own for temporary files and stores."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from tempfile import gettempdir

from harness.data.store.own_layer import OWN_STORE
from harness.errors import WorkspaceError
from metrics.kernel_folders import LAYER, kernel_environment

_SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|DSN$|_DB$|DATABASE|_KEY$|^PG(PASS|SERVICE)", re.IGNORECASE)
_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/@\s]*:[^/@\s]*@", re.IGNORECASE)
_MODEL_TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
_CACHES = {  # variables that name the caches of compiled kernels, and of fonts
    "NUMBA_CACHE_DIR": "numba",
    "CUDA_CACHE_PATH": "cuda",
    "TRITON_CACHE_DIR": "triton",
    "TORCHINDUCTOR_CACHE_DIR": "torch",
    "MPLCONFIGDIR": "matplotlib",
}
_LONGEST = 50  # bytes of the folder's path: the addresses of Unix sockets below it have at most 107
_LINK = "landmark-run-"


def run_environment(
    environment: Mapping[str, str], temporary: Path, own_store: Path | None, *, trusted: bool = False
) -> dict[str, str]:
    """Return the variables without passwords, tokens and addresses of databases, for a run with these folders.

    A proxy keeps its password, which downloads need, and `trusted` code the token of Hugging Face.
    """
    own = {"TMPDIR": temporary, "TEMP": temporary, "TMP": temporary, "JOBLIB_TEMP_FOLDER": temporary}
    own["MPLCONFIGDIR"] = temporary / "matplotlib"  # Matplotlib prints a warning if it may not write to its own
    if own_store is not None:
        kernels = own_store / "kernels"
        own |= {OWN_STORE: own_store, LAYER: kernels}
        own |= {variable: kernels / folder for variable, folder in _CACHES.items()}
    tokens = _MODEL_TOKENS if trusted else ()
    public = {name: value for name, value in environment.items() if name in tokens or not _is_secret(name, value)}
    return public | kernel_environment() | {name: str(path) for name, path in own.items()}


def _is_secret(name: str, value: str) -> bool:
    is_proxy = name.lower().endswith("_proxy")
    return bool(_SECRET.search(name)) or (bool(_WITH_PASSWORD.match(value)) and not is_proxy)


@contextmanager
def temporary_folder(run_folder: Path) -> Iterator[Path]:
    """Yield an empty folder for temporary files in a run's folder, or a shorter link to it; delete it at the end.

    Raises WorkspaceError if it cannot be created.
    """
    folder, link = run_folder / "tmp", None
    rmtree(folder, ignore_errors=True)  # left by a killed command
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"{folder}: cannot be created: {error.strerror}; choose another by --workspace") from None
    if len(os.fsencode(folder)) > _LONGEST:
        link = _link_to(folder)
    try:
        yield link or folder
    finally:
        if link:
            link.unlink(missing_ok=True)
        with suppress(RecursionError):
            rmtree(folder, ignore_errors=True)


def _link_to(folder: Path) -> Path | None:
    """Return a link with a short path to the folder, None if there can be none; delete those of killed commands."""
    with suppress(OSError):
        place = Path(gettempdir())
        for abandoned in place.glob(f"{_LINK}*"):
            if abandoned.is_symlink() and not abandoned.exists():
                abandoned.unlink(missing_ok=True)
        link = place / f"{_LINK}{token_hex(6)}"
        link.symlink_to(folder.absolute())
        return link
    return None
