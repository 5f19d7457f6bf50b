"""Errors of the Python API: each is a HarnessError with a message of one line, as the command line prints it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from harness.errors import HarnessError
from leaderboard.errors import LeaderboardError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

Error = HarnessError  # the name in `import landmark`


def raises_harness_errors(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return the function with errors of the leaderboard and of files raised as HarnessError.

    >>> raises_harness_errors(open)("no such file")
    Traceback (most recent call last):
    harness.errors.HarnessError: no such file: No such file or directory
    """

    @wraps(function)
    def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except HarnessError as error:
            kind, message = type(error), str(error)
        except LeaderboardError as error:
            kind, message = HarnessError, str(error)
        except OSError as error:
            kind, message = HarnessError, f"{error.filename or 'a file'}: {error.strerror or error}"
        raise kind(" ".join(message.split()))

    return call
