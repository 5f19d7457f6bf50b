"""Hypothesis strategies of correct and faulty submission files for a small competition."""

from pathlib import Path

from hypothesis import strategies as st

QUERIES, INDEX, LANDMARKS = ["q", "q1", "both", "日本"], ["a", "b1", "c" * 17, "both", "x y"], [7, 10, 8815]

_ids = st.sampled_from([*QUERIES, *QUERIES, *INDEX, "no", " q", "q ", "Q", "", "\t", "é", "\x1b[2J", "7", "[red]"])
_images = st.lists(st.sampled_from([*INDEX, *INDEX, *QUERIES, "no", "", "é", "\x00"]), max_size=6).map(" ".join)
_long = st.integers(98, 103).map(lambda count: " ".join(["a", "b1", *(f"i{number}" for number in range(count - 2))]))
_landmarks = st.sampled_from(
    ["7", "10", "8815"] * 3 + ["9", "8815.0", "1_0", "+7", "-7", "007", "x", "", "٧", "9" * 19, "9" * 18]
)
_confidences = st.sampled_from(
    ["0.5", "1", "1e-3", ".5", "5."] * 3 + ["-1", "nan", "inf", "-inf", "1_0", "0x1", "", "1e999", "１"]
)
_labels = st.lists(st.tuples(_landmarks, _confidences).map(" ".join), max_size=2).map(" ".join) | st.tuples(
    _landmarks, _confidences
).map(" ".join)
_cells = st.one_of(_ids, _images, _long, _labels)
_quoted = _cells.map(lambda cell: f'"{cell}"') | st.sampled_from(['"a,b"', '"a\nb"', '"a""b"', 'a"b', '"\r"', '"'])
_usual = st.tuples(_ids, st.one_of(_images, _labels, _long)).map(",".join)
_odd = st.lists(st.one_of(_cells, _cells, _cells, _quoted), max_size=3).map(",".join)
_rows = st.integers(0, 9).flatmap(lambda choice: _odd if choice == 0 else _usual)
_line_ends = st.sampled_from(["\n"] * 12 + ["\r\n"] * 3 + ["\n\n", "\r", " \n"])
_headers = st.sampled_from(
    ["id,images"] * 6
    + ["id,landmarks"] * 6
    + [
        "images,id",
        "q,7 0.5",
        "landmarks,id",
        "ID, Images ",
        "id,images,Usage",
        "x,landmarks,id",
        "id",
        "id,id",
        "id;images",
        "",
    ]
    + ['"id","images"', "id,x", "x,images", "id,ID,images", "images,landmarks,id", "id,images,landmarks", "q,a"]
)
_bytes = st.sampled_from([b""] * 10 + [b"\xff", b"\xc3", b"\x00", b"\xed\xa0\x80"])
_texts = st.builds(
    lambda header, ends, rows: header + "".join(end + row for end, row in zip(ends, rows, strict=False)),
    _headers,
    st.lists(_line_ends, min_size=20, max_size=20),
    st.lists(_rows, max_size=20),
)
submission_files = st.builds(
    lambda text, bom, extra, where: bom + _with_bytes_at(text.encode(), extra, where),
    _texts,
    st.sampled_from([b""] * 20 + [b"\xef\xbb\xbf"] * 5 + [b"\xff\xfe"]),
    _bytes,
    st.integers(0, 200),
)


def _with_bytes_at(content: bytes, extra: bytes, where: int) -> bytes:
    return content[:where] + extra + content[where:]


def write_tables(folder: Path, *, queries: bool = True, index: bool = True, train: bool = True) -> Path:
    """Write the tables of a competition without images and return its folder."""
    folder.mkdir()
    if queries:
        (folder / "test.csv").write_text("id\n" + "\n".join(QUERIES) + "\n", encoding="utf-8")
    if index:
        (folder / "index.csv").write_text("id\n" + "\n".join(INDEX) + "\n")
    if train:
        rows = "".join(f"t{landmark},{landmark}\n" for landmark in LANDMARKS)
        (folder / "train.csv").write_text(f"id,landmark_id\n{rows}u,None\n")
    return folder
