"""The command that installs an extra of this package into this interpreter. Part of the plug-in API."""

import json
import shlex
import sys
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_PACKAGE = "landmark"


def install_command(*extras: str) -> str:
    """Return the shell command that installs these extras; without any, the one that installs the package again.

    An editable installation stays editable, and one from a folder or a file is repeated from there.
    """
    python = [sys.executable, "-m", "pip", "install"]
    uv = ["uv", "pip", "install", "--python", sys.executable]  # it makes environments without pip
    requirement = _requirement(_direct_url(), f"[{','.join(extras)}]" if extras else "")
    return shlex.join([*(python if find_spec("pip") else uv), *requirement])


def _direct_url() -> dict[str, Any]:
    """Return where the package was installed from, as PEP 610 says; {} from an index or unknown."""
    try:
        text = distribution(_PACKAGE).read_text("direct_url.json")
        document = json.loads(text or "{}")
    except PackageNotFoundError:  # the source tree is on the path, and was not installed
        tree = Path(__file__).parents[1]
        return {"url": tree.as_uri(), "dir_info": {"editable": True}} if (tree / "pyproject.toml").exists() else {}
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _requirement(origin: dict[str, Any], extras: str) -> list[str]:
    """Return the arguments for pip that name the package with its extras."""
    url = str(origin.get("url") or "")
    if url.startswith("file:"):
        path = unquote(urlsplit(url).path)
        if not Path(path).exists():
            return [_PACKAGE + extras]
        editable = (origin.get("dir_info") or {}).get("editable")
        return ["--editable"] * bool(editable) + [path + extras]
    vcs = origin.get("vcs_info") or {}
    if vcs:
        url = f"{vcs.get('vcs')}+{url}@{vcs.get('commit_id')}"
    return [f"{_PACKAGE}{extras} @ {url}" if url else _PACKAGE + extras]
