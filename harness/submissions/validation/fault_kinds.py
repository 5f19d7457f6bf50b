"""The kinds of faults in submission files, with Kaggle's own error message where it is known."""

from dataclasses import dataclass
from functools import partial

from harness.data.tables import separators


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault: its name, a description in the plural, and a remedy.

    `kaggle_error` is Kaggle's error message: empty where it is unknown, None where Kaggle accepts the fault.
    `scorer_refuses` says whether the reference scorer refuses a row with this fault, unless its answer is empty.
    """

    name: str
    description: str
    remedy: str
    kaggle_error: str | None = None
    scorer_refuses: bool = False


@dataclass(frozen=True)
class SubmissionFault:
    """All faults of one kind in a file: their number, and the position and text of the first.

    `line`, `column` and `entry` (of a list of ids) count from 1; 0 means not applicable. `example` is printable.
    """

    kind: FaultKind
    count: int
    line: int
    column: int
    entry: int
    example: str

    @property
    def location(self) -> str:
        """Return the position of the first fault as text.

        >>> SubmissionFault(FaultKind("odd", "odd ids", "replace them"), 3, 7, 2, 1, "'a'").location
        'line 7, column 2, entry 1'
        """
        named = {"line": self.line, "column": self.column if self.line else 0, "entry": self.entry}
        return ", ".join(f"{name} {number}" for name, number in named.items() if number)

    @property
    def description(self) -> str:
        """Return what is wrong, how often, and the first example.

        >>> SubmissionFault(FaultKind("odd", "odd ids", "replace them"), 3, 7, 2, 1, "'a'").description
        "odd ids: 3, first 'a'"
        """
        if not self.kind.description:
            return self.example
        return f"{self.kind.description}: {self.count}" + (f", first {self.example}" if self.example else "")


_NO_COLUMN = "ERROR: Required column {example} could not be found"
_UNEXPECTED = "ERROR: Unexpected Column:  {example} (Line {line}, Column {column})"
_WRONG_ROWS = "Evaluation Exception: Submission must have {required} rows"
_NO_KEYS = (
    "ERROR: Unable to find {count} required key values in the 'id' column; "
    "ERROR: Unable to find the required key value {example} in the 'id' column"
)
_ALL_KEYS = "ERROR: Unable to find {required} required key values in the 'id' column"
_NO_NUMBER = "ERROR: Could not parse {example} into expected type of Double (Line {line}, Column {column})"
_HEADER = "the first line must be id,images or id,landmarks"
_ONLY_HEADER = f"{_HEADER}; pandas adds no column with to_csv(…, index=False); landmark fix removes others"
_LABEL = "write: landmark, one blank, confidence"

_refused_kind = partial(FaultKind, scorer_refuses=True)

UNREADABLE = _refused_kind("unreadable", "", "its rows were not checked", "")
MISSING_COLUMN = {
    name: _refused_kind(f"missing column {name}", "missing columns", _HEADER, _NO_COLUMN)
    for name in ("id", "images", "landmarks")
}
UNEXPECTED_COLUMN = _refused_kind("unexpected column", "unexpected columns", _ONLY_HEADER, _UNEXPECTED)
MISSPELT_COLUMN = _refused_kind(
    "misspelt column", "column names with wrong case or surrounding blanks", _HEADER, _UNEXPECTED
)
NO_HEADER = FaultKind("no header", "missing header line", _HEADER, _NO_COLUMN.format(example="'id'"))
SWAPPED_COLUMNS = _refused_kind(
    "swapped columns",
    "columns in the wrong order",
    "write id first; Kaggle reads columns by name, the reference scorer by position",
)
SWAPPED_CONTENTS = _refused_kind(
    "swapped contents",
    "columns with swapped contents",
    "write the query in the column id and its answer in the other",
    _ALL_KEYS,
)
CELLS = _refused_kind(
    "cells",
    "rows with more or fewer cells than the first line",
    "write the id, one comma, and the answer with blanks between its parts",
    "",
)
ENCODING = _refused_kind("encoding", "rows that are not UTF-8", "save the file as CSV in UTF-8", "")
UNKNOWN_QUERY = _refused_kind("unknown query", "rows whose id is not a query", "use only ids of test.csv", _WRONG_ROWS)
REPEATED_QUERY = _refused_kind("repeated query", "rows that repeat a query", "keep one row for each query", _WRONG_ROWS)
MISSING_QUERY = FaultKind(
    "missing query",
    "queries without a row",
    "write a row for each id of test.csv, with an empty second cell if there is no answer",
    _NO_KEYS,
)
TOO_LONG = FaultKind("too long", "rows with more than 100 ids", "remove the rest; only the first 100 are scored")
CUT = _refused_kind(
    "cut",
    "rankings that lack index images",
    "list every id of index.csv in each row, best first; here mAP is defined on complete rankings",
    "",
)
REPEATED_IN_COMPLETE = _refused_kind(
    "repeated image", "entries that repeat an earlier entry of the row", "list each id of index.csv once", ""
)
UNKNOWN_IN_COMPLETE = _refused_kind(
    "unknown image", "entries that are not in the index", "list only ids of index.csv", ""
)
DOUBLE_BLANK = FaultKind(
    "double blank", "empty entries (two blanks in a row, or a leading blank)", "write one blank between entries"
)
REPEATED_IMAGE = FaultKind(
    "repeated image", "entries that repeat an earlier entry of the row", "remove them; they only use up ranks"
)
UNKNOWN_IMAGE = FaultKind(
    "unknown image", "entries that are not in the index", "list only ids of index.csv; others only use up ranks"
)
OWN_IMAGE = FaultKind("own image", "entries that are the query itself", "remove them")
MALFORMED = _refused_kind("malformed", "answers that are not a landmark and a confidence", _LABEL, _NO_NUMBER)
BLANKS = _refused_kind("blanks", "answers with extra blanks", _LABEL, _NO_NUMBER)
SEVERAL = _refused_kind(
    "several landmarks",
    "rows with more than one landmark",
    "keep the most confident; a row may have only one answer",
    _NO_NUMBER,
)
NOT_FINITE = _refused_kind("not finite", "confidences that are nan or infinite", "write a finite number")
NEGATIVE = FaultKind(
    "negative", "negative confidences", "they are scored as written; check that higher means more confident"
)
ODD_NUMBER = FaultKind(
    "odd number", "numbers in a notation that only Python reads, such as 1_0", "write digits and a decimal point"
)
UNKNOWN_LANDMARK = FaultKind(
    "unknown landmark", "landmarks that no train image shows", "use landmarks of train.csv; others cannot be correct"
)
SEPARATORS = {
    separator: _refused_kind(
        "separator",
        f"lines with columns separated by {name} in place of commas",
        "separate the columns by commas; landmark fix does it",
        _NO_COLUMN.format(example="'id'"),
    )
    for separator, name in separators.SEPARATORS.items()
}
SPREAD_ANSWER = _refused_kind(
    "spread answer",
    "answers that are spread over several cells",
    "write the id, one comma, and the answer with blanks between its parts; landmark fix does it",
    "",
)
LIST_FORMAT = FaultKind(
    "list format",
    "lists with commas, semicolons, tabs, brackets or quotes",
    "write the ids with one blank between them; landmark fix does it",
)
FILE_NAMES = FaultKind(
    "file names", "lists of file names in place of ids", "write ids without folder and suffix; landmark fix does it"
)
FILE_NAME_QUERIES = _refused_kind(
    "file name queries",
    "queries that are file names in place of ids",
    "write ids without folder and suffix; landmark fix does it",
    _WRONG_ROWS,
)
EXCEL_LINE = _refused_kind(
    "separator line", "lines such as 'sep=;' before the header, which only Excel reads", "remove it", ""
)
REPEATED_HEADER = _refused_kind("repeated header", "lines that repeat the header", "remove them", _WRONG_ROWS)
IMAGE_SPELLING = FaultKind(
    "image spelling",
    "entries that differ from ids of the index by case, quotes, invisible characters or the notation of a number",
    "write ids as in index.csv; landmark fix does it",
)
QUERY_SPELLING = _refused_kind(
    "query spelling",
    "queries that differ from ids of test.csv by case, quotes, invisible characters or the notation of a number",
    "write ids as in test.csv; landmark fix does it",
    _WRONG_ROWS,
)
LABEL_FORMAT = _refused_kind(
    "label format",
    "answers with a comma, a colon, a semicolon or brackets",
    "write: landmark, one blank, confidence; landmark fix does it",
    _NO_NUMBER,
)
