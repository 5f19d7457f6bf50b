"""The environment variables that this process reads, and those that compiled libraries read without Python."""

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from harness.running.dependencies.callers import is_library_call

_NATIVE = (
    ("BLIS_", "CUBLAS_", "CUDA_", "CUDNN_", "DNNL_", "GOTO_", "JAX_", "KERAS_", "KMP_", "MKL_", "NPY_")
    + ("NUMBA_", "NVIDIA_", "OMP_", "ONEDNN_", "OPENBLAS_", "ORT_", "OV_", "PYTORCH_", "TF_", "TORCH_", "XLA_")
)  # fmt: skip
_SESSION = (
    ("COVERAGE_", "DBUS_", "GIT", "GPG_", "LC_", "LESS", "PYTEST_", "PYTHON", "SSH_", "SUDO_", "TERM", "TMUX", "VSCODE")
    + ("HYPOTHESIS_", "JUPYTER", "JPY_", "KERNEL_", "WANDB_", "MLFLOW_", "XDG_RUNTIME", "XDG_SESSION")
)  # fmt: skip
_OF_SESSION = {
    *("_", "CI", "CLICOLOR", "COLORTERM", "COLUMNS", "DISPLAY", "EDITOR", "FORCE_COLOR", "HOME", "HOSTNAME", "LANG"),
    *("LANGUAGE", "LINES", "LOGNAME", "MAIL", "NO_COLOR", "OLDPWD", "PAGER", "PATH", "PWD", "SHELL", "SHLVL", "TEMP"),
    *("TMP", "TMPDIR", "TZ", "USER", "USERNAME", "VIRTUAL_ENV", "WAYLAND_DISPLAY"),
}  # fmt: skip
_OF_RUN = {
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "LANDMARK_JOBS"),
    *("LANDMARK_WORKSPACE", "LANDMARK_CACHE", "LANDMARK_DEVICE", "LANDMARK_TEST_DATA", "LANDMARK_EDITOR"),
    *("LANDMARK_KERNEL_CACHE", "LANDMARK_KERNEL_LAYER", "LANDMARK_KERNEL_FALLBACK"),
    *("LANDMARK_OWN_STORE", "LANDMARK_KERNEL_LAYER", "LANDMARK_KERNEL_FALLBACK", "LANDMARK_MESSAGES"),
    *("NUMBA_CACHE_DIR", "TF_CPP_MIN_LOG_LEVEL", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_CLI_CONFIG_FILE"),
    *("KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"),  # which threadpoolctl and joblib set
    *("CUDA_CACHE_PATH", "TRITON_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR", "JOBLIB_TEMP_FOLDER", "LANDMARK_PROCESS"),
    "MPLCONFIGDIR",
}
_READERS = {"os.py", "_collections_abc.py", "<frozen os>", "<frozen _collections_abc>"}
_EARLY = {"LANDMARK_ENGINE", "LANDMARK_KERNELS"}  # read before a run notes what it reads
_SECRET = ("CREDENTIAL", "PASSWD", "PASSWORD", "SECRET", "TOKEN", "_KEY", "_URL")


def can_matter(name: str) -> bool:
    """Return whether a variable can change a result: false for those of a terminal session, of threads, and secrets.

    HOME is not among them: files in another home directory are looked for there.

    >>> can_matter("KERAS_BACKEND"), can_matter("PATH"), can_matter("HF_TOKEN")
    (True, False, False)
    """
    is_session = name in _OF_SESSION or name in _OF_RUN or name.startswith(_SESSION)
    return not is_session and not any(part in name.upper() for part in _SECRET)


def native_variables(environment: Mapping[str, str]) -> set[str]:
    """Return the names of variables that libraries such as oneDNN, XLA and CUDA read without Python."""
    names = {name for name in environment if name.startswith(_NATIVE)} | (_EARLY & environment.keys())
    return {name for name in names if can_matter(name)}


class VariableReads:
    """The names of variables that code reads through `os.environ` or `os.getenv`, also of those that are not set.

    A copy of the whole environment, which libraries make to start processes, reads no variable. One that the code of a
    solution makes reads all.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._copied: set[str] = set()  # names that an iteration has passed, whose next reading belongs to it

    def start(self) -> None:
        """Note each variable that is read from now on. It cannot be undone."""
        reads, environment_class = self, type(os.environ)

        class NotedEnvironment(environment_class):  # type: ignore[misc, valid-type]  # the class is private
            def __getitem__(self, key: Any) -> Any:
                reads._note(key)
                return environment_class.__getitem__(self, key)

            def __iter__(self) -> Iterator[Any]:
                names = list(environment_class.__iter__(self))
                if is_library_call(sys._getframe(1), _READERS):  # noqa: SLF001 (who iterates)
                    reads._copied.update(map(_text, names))
                return iter(names)

        for environment in (os.environ, getattr(os, "environb", None)):
            if type(environment) is environment_class:
                environment.__class__ = NotedEnvironment

    def _note(self, key: object) -> None:
        name = _text(key)
        if name in self._copied:
            self._copied.discard(name)
        else:
            self.names.add(name)


def _text(key: object) -> str:
    return os.fsdecode(key) if isinstance(key, bytes) else str(key)
