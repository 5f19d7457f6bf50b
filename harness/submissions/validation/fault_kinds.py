"""All kinds of faults that a submission file can have, with the site's own words where they are known."""

from harness.submissions.validation.report import Kind

_NO_COLUMN = "ERROR: Required column {example} could not be found"
_WRONG_ROWS = "Evaluation Exception: Submission must have {asked} rows"
_NO_KEYS = (
    "ERROR: Unable to find {count} required key values in the 'id' column; "
    "ERROR: Unable to find the required key value {example} in the 'id' column"
)
_NO_NUMBER = "ERROR: Could not parse {example} into expected type of Double (Line {line}, Column {column})"
_FIRST_LINE = "the first line must be id,images or id,landmarks"

UNREADABLE = Kind("unreadable", "", "the rows were not looked at", site="", scorer=True)
MISSING_COLUMN = {
    name: Kind(f"missing column {name}", "columns missing", _FIRST_LINE, site=_NO_COLUMN, scorer=True)
    for name in ("id", "images", "landmarks")
}
UNEXPECTED_COLUMN = Kind(
    "unexpected column",
    "columns that are not asked for",
    _FIRST_LINE,
    site="ERROR: Unexpected Column:  {example} (Line {line}, Column {column})",
    scorer=True,
)
MISSPELT_COLUMN = Kind(
    "misspelt column",
    "column names in another case or with blanks around",
    _FIRST_LINE,
    site="ERROR: Unexpected Column:  {example} (Line {line}, Column {column})",
    scorer=True,
)
NO_HEADER = Kind("no header", "first line that is a row", _FIRST_LINE, site=_NO_COLUMN.format(example="'id'"))
SWAPPED_COLUMNS = Kind(
    "swapped columns",
    "columns in another order than the sample's",
    "write id first; the site goes by names, the reference scorer does not",
    scorer=True,
)
SWAPPED_CONTENTS = Kind(
    "swapped contents",
    "columns that hold each other's cells",
    "write the query in the column id, its answer in the other",
    site="ERROR: Unable to find {asked} required key values in the 'id' column",
    scorer=True,
)
CELLS = Kind(
    "cells",
    "rows with more or fewer cells than the first line",
    "write the id, one comma, and the answer with blanks in it",
    site="",
    scorer=True,
)
ENCODING = Kind("encoding", "rows that are not UTF-8", "save the file as CSV in UTF-8", site="", scorer=True)
UNKNOWN_QUERY = Kind(
    "unknown query", "rows whose id is no query", "keep to the ids of test.csv", site=_WRONG_ROWS, scorer=True
)
REPEATED_QUERY = Kind(
    "repeated query", "rows whose query stands there before", "leave one row for each", site=_WRONG_ROWS, scorer=True
)
MISSING_QUERY = Kind(
    "missing query",
    "queries without a row",
    "write a row for each id of test.csv, with nothing behind the comma for no answer",
    site=_NO_KEYS,
)
TOO_LONG = Kind("too long", "rows with more than 100 ids", "cut them; what stands behind is not looked at")
DOUBLE_BLANK = Kind(
    "double blank", "empty entries, from two blanks in a row or one in front", "write one blank between entries"
)
REPEATED_IMAGE = Kind(
    "repeated image", "entries that stand in the same row before", "leave the first; the others only push others back"
)
UNKNOWN_IMAGE = Kind(
    "unknown image", "entries that are not in the index", "list ids of index.csv; others only push others back"
)
OWN_IMAGE = Kind("own image", "entries that are the query itself", "leave it out")
MALFORMED = Kind(
    "malformed",
    "answers that are not a landmark and a confidence",
    "write: landmark, one blank, confidence",
    site=_NO_NUMBER,
    scorer=True,
)
BLANKS = Kind(
    "blanks", "answers with a blank too many", "write: landmark, one blank, confidence", site=_NO_NUMBER, scorer=True
)
SEVERAL = Kind(
    "several landmarks",
    "rows with more than one landmark",
    "leave the surest; one answer a row is read",
    site=_NO_NUMBER,
    scorer=True,
)
NOT_FINITE = Kind("not finite", "confidences that are nan or infinite", "write a finite number", scorer=True)
NEGATIVE = Kind("negative", "confidences below zero", "they count as written; check that more means surer")
ODD_NUMBER = Kind(
    "odd number", "numbers in a form that only Python reads, such as 1_0", "write digits and a decimal point"
)
UNKNOWN_LANDMARK = Kind(
    "unknown landmark", "landmarks that no train image shows", "name landmarks of train.csv; others cannot be right"
)
