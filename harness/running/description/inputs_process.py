"""The process that asks a plug-in for its inputs: `python -P -m … FOLDER DESCRIPTOR`.

It reads the split of the run from the file of the descriptor, see `harness.running.run_input`, and writes one reply, a
line of JSON, to the folder. The sandbox comes first, and all large imports after it.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

from harness.sandbox.policy import SandboxPolicy
from harness.sandbox.restriction import restrict


def main(folder: Path, descriptor: int) -> None:
    """Restrict this process by the policy that the input begins with, and write the digests and notes, or the error."""
    with open(descriptor, "rb") as file:
        file.seek(0)
        restrict(SandboxPolicy.from_json(file.readline().decode()))
        _, split = pickle.load(file)  # noqa: S301 (our parent has written it)
    from harness.errors import HarnessError, error_text
    from harness.running.description.request import REPLIES, DescriptionRequest

    request = DescriptionRequest.load(folder)
    reply: dict[str, Any] = {"error": None, "digests": [], "notes": []}
    try:
        reply |= _facts(request, split)
    except BaseException as error:  # noqa: BLE001 (the code of a user may raise anything)
        text = error_text(error)
        reply["error"] = text.partition(": ")[2] if isinstance(error, HarnessError) else f"{request.specs[0]}: {text}"
    (folder / REPLIES).write_text(json.dumps(reply) + "\n", encoding="utf-8")


def _facts(request: Any, split: Any) -> dict[str, Any]:
    from harness.solution.spec import configure, split_spec

    solution = configure(request.solution.load(), split_spec(request.specs[0])[1])
    digests, notes = (ask(split.data, split.queries) for ask in (solution.input_digests, solution.input_notes))
    return {"digests": [*map(str, digests)], "notes": [*map(str, notes)]}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
    os._exit(0)  # do not wait for threads that the plug-in left running
