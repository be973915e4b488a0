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
        for number, (kind, body, *warc) in enumerate(pages):
            headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.0")
            record = writer.create_warc_record(
                f"http://shop{number}.example/",
                "response",
                payload=io.BytesIO(body),
                http_headers=headers,
                warc_headers_dict=dict(*warc),
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
    assert read.rejects.table["raw"][0].as_py() == "a" * (9 << 20)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("text/html; charset=windows-1251", "<p>Жанна".encode("cp1251"), "Жанна"),
        ("text/html", b"<meta charset='iso-8859-1'><p>caf\xe9 \x80 80", "café € 80"),
        ("text/html", b'<meta http-equiv=Content-Type content="text/html; charset=shift_jis"><p>\x93\xfa', "日"),
        ("text/html; charset=nonsense", "<p>thé".encode(), "thé"),
        ("text/html; charset=utf-8", b"<p>caf\xe9", r"caf\xe9"),
        ("text/html", "<p>thé".encode("utf-16"), "thé"),
    ],
)
def test_a_page_is_read_in_the_encoding_it_declares(tmp_path, kind, body, words):
    assert read_pages(archive(tmp_path, (kind, body))).table["text"].to_pylist() == [words]


def test_a_date_that_is_none_and_an_id_given_before_reject_their_page(tmp_path):
    html = ("text/html", b"<p>words")
    same = {"WARC-Record-ID": "<urn:uuid:1>"}
    read = read_pages(archive(tmp_path, (*html, same), (*html, same), (*html, {"WARC-Date": "yesterday"})))
    assert read.table["id"].to_pylist() == ["urn:uuid:1"]
    assert [(row["row"], row["field"], row["rule"].split(" (")[0]) for row in read.rejects.table.to_pylist()] == [
        (2, "id", "id given before"),
        (3, "captured", "not a time of ISO 8601"),
    ]
    assert all("words" in raw for raw in read.rejects.table["raw"].to_pylist())


def test_what_is_no_archive_or_holds_no_page_is_refused(tmp_path):
    (tmp_path / "b.warc").write_bytes(b"not an archive at all\n")
    with pytest.raises(UnreadableInput):
        read_pages(tmp_path / "b.warc")
    with pytest.raises(UnreadableInput, match="no HTML page"):
        read_pages(archive(tmp_path, ("image/png", b"\x89PNG")))


def test_broken_html_gives_what_words_there_are():
    assert page_text("<p>one<script>two<p>three</script> four <b>five") == "one four five"
