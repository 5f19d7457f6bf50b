"""Standard input, output and errors that the caller has closed."""

import os
import sys


def open_closed_streams() -> None:
    """Open what is closed of standard input, output and errors on the null device.

    Otherwise the next file that is opened, perhaps the database, would get their number and what is written to them.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
            if null != number:
                os.dup2(null, number)
                os.close(null)
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 (for the process)
