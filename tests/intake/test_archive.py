"""Web archives become page records; what cannot be one is named and kept out."""

from __future__ import annotations

import io

import pytest

from clew.intake.archive import page_text, read_pages
from clew.safeguards.errors import UnreadableInput

pytest.importorskip("warcio")
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # warcio's writer leaves its file to the collector


def archive(tmp_path, *pages):
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    path = tmp_path / "a.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, (kind, body) in enumerate(pages):
            headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.0")
            record = writer.create_warc_record(
                f"http://shop{number}.example/", "response", payload=io.BytesIO(body), http_headers=headers
            )
            writer.write_record(record)
    return path


def test_html_responses_become_pages_with_their_visible_words(tmp_path):
    html = b"<html><head><style>x{}</style><script>var a='no'</script></head><body><p>Room &amp; board</p> call\n 020</body></html>"
    read = read_pages(archive(tmp_path, ("text/html; charset=utf-8", html), ("image/png", b"\x89PNG")))
    (page,) = read.table.to_pylist()
    assert page["url"] == "http://shop0.example/"
    assert page["text"] == "Room & board call 020"
    assert page["captured"].tzinfo is not None
    assert len(page["sha256"]) == 64


def test_a_page_that_is_too_large_is_rejected_and_the_rest_is_read(tmp_path):
    read = read_pages(archive(tmp_path, ("text/html", b"a" * (9 << 20)), ("text/html", b"<p>short</p>")))
    assert read.table["text"].to_pylist() == ["short"]
    assert read.rejects.table["rule"].to_pylist() == ["page larger than 8 MiB"]


def test_what_is_no_archive_or_holds_no_page_is_refused(tmp_path):
    (tmp_path / "b.warc").write_bytes(b"not an archive at all\n")
    with pytest.raises(UnreadableInput):
        read_pages(tmp_path / "b.warc")
    with pytest.raises(UnreadableInput, match="no HTML page"):
        read_pages(archive(tmp_path, ("image/png", b"\x89PNG")))


def test_broken_html_gives_what_words_there_are():
    assert page_text("<p>one<script>two<p>three</script> four <b>five") == "one four five"
