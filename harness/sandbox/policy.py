"""What a process in a sandbox may read and write, as a plain value that is handed to it as JSON."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Mode = Literal["auto", "require", "off"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class SandboxPolicy:
    """Every file may be read but the hidden ones, and only what is writable may be written.

    `hidden` are files and folders, which may be missing; `readable` are exceptions below them. `writable` are folders
    and files, also below hidden ones. A folder stands for all below it. With `auto` the sandbox is as tight as the
    system allows, `require` raises HarnessError where Landlock is missing, and `off` is no sandbox. `shares_memory`
    allows /dev/shm, which multiprocessing needs. `ports` are TCP ports that it may connect to.
    """

    mode: Mode = "auto"
    hidden: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    shares_memory: bool = True
    ports: tuple[int, ...] = field(default=(80, 443))

    def to_json(self) -> str:
        """Return the policy as a line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "SandboxPolicy":
        """Return the policy that `to_json` wrote."""
        values: dict[str, Any] = json.loads(text)
        values |= {name: tuple(values[name]) for name in ("hidden", "readable", "writable", "ports")}
        return cls(**values)
