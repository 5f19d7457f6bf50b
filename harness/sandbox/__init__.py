"""The sandbox of a process that runs code of solutions: which files it may read and write, and what else is refused.

`restrict` of `harness.sandbox.restriction` applies a `SandboxPolicy`. Everything here imports only the standard
library, because a process restricts itself before it imports anything that starts threads.
"""
