"""The process that describes a plug-in: `python -P -m harness.running.description.process FOLDER POLICY`.

It reads a `DescriptionRequest` from the folder, and appends a line for each reply, see
`harness.solution.description_reply`: the class, and then each spec, or why it is wrong. The sandbox comes first, and
all large imports after it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from harness.sandbox.policy import SandboxPolicy
from harness.sandbox.restriction import restrict
from harness.shared_memory import ignore_missing_shared_memory


def main(folder: Path, policy: SandboxPolicy) -> None:
    """Describe what the request in a folder names, and write the replies there."""
    ignore_missing_shared_memory()
    restrict(policy)
    from harness.running.description.describe import describe
    from harness.running.description.request import REPLIES, DescriptionRequest
    from harness.solution.description_reply import write_reply

    request = DescriptionRequest.load(folder)
    with (folder / REPLIES).open("w", encoding="utf-8") as replies:
        for described in describe(request.solution, request.specs):
            replies.write(write_reply(described) + "\n")
            replies.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), SandboxPolicy.from_json(sys.argv[2]))
    os._exit(0)  # do not wait for threads that the plug-in left running
