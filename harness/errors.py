"""Errors that the user can correct. Each message is one line: what is wrong, where, and how to correct it.

Messages reach competitors, so they never contain anything of the ground truth.
"""


class HarnessError(Exception):
    """An error that the user can correct; the base of all others."""


class DataError(HarnessError):
    """A competition's folder, tables or images are wrong."""


class SubmissionError(HarnessError):
    """A submission file, or the answer of a solution, is wrong."""


class SolutionError(HarnessError):
    """A solution cannot be found, imported or configured, or breaks its contract."""


class WorkspaceError(HarnessError):
    """The workspace cannot be read or written."""


class PluginError(SolutionError):
    """The code of a plug-in cannot be imported, or did not end well, in the process that describes it.

    Other runs of a batch are not concerned.
    """


def error_text(error: BaseException, length: int = 300) -> str:
    r"""Return the kind and the text of an error in one line, also if its text is long or cannot be made.

    >>> error_text(ValueError("two\nlines"))
    'ValueError: two lines'
    """
    try:
        text = str(error)[: 10 * length]
    except BaseException:  # noqa: BLE001 (the code of a user may raise anything here)
        text = "(its text cannot be shown)"
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    line = line if len(line) <= length else line[: length - 1] + "…"
    return f"{type(error).__name__[:80]}: {line}" if line else type(error).__name__[:80]
