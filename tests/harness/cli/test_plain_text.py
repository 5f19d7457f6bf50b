"""Tests of `harness.cli._plain_text` and `harness.cli._closed_streams`: terminals that cannot show or take all."""

import io
import subprocess
import sys

import pytest

from harness.cli._plain_text import to_plain_text, write_plain_text


@pytest.mark.parametrize(
    ("encoding", "written"), [("ascii", b"^ 1 +- 2 - \\u540d"), ("cp1252", b"^ 1 \xb1 2 \x96 \\u540d")]
)
def test_signs_that_cannot_be_encoded_are_similar_ones(monkeypatch, encoding, written):
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, encoding))
    write_plain_text()
    sys.stdout.write("▲ 1 ± 2 – 名")
    sys.stdout.flush()
    assert content.getvalue() == written


def test_streams_that_are_closed_or_replaced_do_no_harm(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    write_plain_text()


def test_signs_in_columns_of_tables_keep_their_width():
    assert [len(to_plain_text(sign)) for sign in "─│┌┬┘═▲▼↑↓—–…Δ−·█"] == [1] * 17


def test_closed_streams_are_opened_before_any_file_gets_their_number(tmp_path):
    code = (
        "import os, sys; from harness.cli._closed_streams import open_closed_streams;"
        "[os.close(number) for number in range(3)]; sys.stdin = sys.stdout = sys.stderr = None;"
        "open_closed_streams(); file = open(sys.argv[1], 'w'); print('lost'); sys.stderr.write('lost');"
        "file.write(str(file.fileno()))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "file")], check=True)
    assert int((tmp_path / "file").read_text()) > 2
