"""Refuse files of torch that hold pickled objects or name other functions than operators, before torch loads them.

A file of TorchScript holds code in a language of its own; one of torch.export holds operators as JSON. Loading either
executes no Python of the file once these checks pass. A pickled module would execute any Python, and is never loaded.
Source: `torch/jit/_serialization.py`, `torch/export/pt2_archive/_package.py` and `torch/_export/serde/serialize.py`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from harness import HarnessError

_EXPORTED_FILES = re.compile(
    r"archive_format|archive_version|byteorder|version|\.data/\w+|\.format_version|\.storage_alignment"
    r"|models/model\.json|data/sample_inputs/model\.pt|data/(weights|constants)/(model_\w+_config\.json|(weight|tensor)_\d+)"
)
_OPERATORS = re.compile(
    r"torch\.ops\.(aten|prims|torchvision)\.\w+\.\w+|torch\.sym_\w+|math\.(ceil|floor|trunc)"
    r"|_operator\.(add|sub|mul|neg|pos|floordiv|truediv|mod|pow|eq|ne|lt|le|gt|ge|and_|or_|not_|getitem)"
)
_FUNCTION_PREFIXES = ("torch", "_operator", "math", "#")
_EXPRESSION = re.compile(r"(?:[\w\s+\-*/%,()<>=&|~]|\.(?=\d)|'\w*')*", re.ASCII)
_CALL = re.compile(r"([A-Za-z_]\w*)\s*\(")
_CALLABLE = re.compile(r"[A-Z]\w*")  # functions of sympy and of torch's own for sizes: Max, FloorDiv, …
_PICKLE = "is a pickled object, which would execute code; save the model by torch.jit.save or torch.export.save instead"


def check_torchscript(path: Path) -> None:
    """Raise HarnessError unless the file is an archive of TorchScript."""
    with _open_archive(path) as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
    if not any(name.startswith("code/") for name in names):
        raise HarnessError(_PICKLE if "data.pkl" in names else "is no file of TorchScript")


def check_exported(path: Path) -> None:
    """Raise HarnessError unless the file is an archive of torch.export with tensors and operators only."""
    with _open_archive(path) as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
        if "data.pkl" in names:
            raise HarnessError(_PICKLE)
        other = [name for name in names if not _EXPORTED_FILES.fullmatch(name)]
        if other or "models/model.json" not in names:
            rest = f", or holds more than one: {other[0]!r:.60}" if other else ""
            raise HarnessError(f"is no file of torch.export{rest}")
        program = next(name for name in archive.namelist() if name.endswith("models/model.json"))
        configurations = [name for name in archive.namelist() if name.endswith("_config.json")]
        for name in configurations:
            _check_configuration(json.loads(archive.read(name)))
        _check_program(json.loads(archive.read(program)))


def _open_archive(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except BadZipFile:
        with path.open("rb") as file:
            pickled = file.read(2)[:1] == b"\x80"
        raise HarnessError(_PICKLE if pickled else "is no archive of torch, or a damaged one") from None


def _check_configuration(document: Any) -> None:
    """Raise HarnessError if tensors are pickled."""
    if any(node.get("use_pickle") for node in _objects(document)):
        raise HarnessError(_PICKLE)


def _check_program(document: Any) -> None:
    """Raise HarnessError if the program names functions that are no operators, or sizes that are no arithmetic."""
    for node in _objects(document):
        target, expression = str(node.get("target", "")), str(node.get("expr_str", ""))
        if target.startswith(_FUNCTION_PREFIXES) and not _OPERATORS.fullmatch(target):
            raise HarnessError(f"calls {target!r:.60}, which is no operator")
        calls = _CALL.findall(expression)
        if not _EXPRESSION.fullmatch(expression) or "__" in expression or not all(map(_CALLABLE.fullmatch, calls)):
            raise HarnessError(f"has a size {expression!r:.60}, which is no arithmetic")


def _objects(document: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a JSON document."""
    if isinstance(document, dict):
        yield document
    for value in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from _objects(value)
