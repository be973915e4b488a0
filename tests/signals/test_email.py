from __future__ import annotations

import pytest

from clew.signals import emails

from .contract import DetectorContract


class TestEmail(DetectorContract):
    name = "email"
    finds = ("Mail anna.b+x@Example.co.uk now", "anna (at) mail dot com", "anna at gmail dot com")


@pytest.mark.parametrize(
    ("text", "address", "span"),
    [
        ("Mail anna.b+x@Example.co.uk now", "anna.b+x@example.co.uk", "anna.b+x@Example.co.uk"),
        ("anna [at] gmail [dot] com", "anna@gmail.com", "anna [at] gmail [dot] com"),
        ("write anna dot smith at gmail dot com", "anna.smith@gmail.com", "anna dot smith at gmail dot com"),
        ("anna＠gmail．com", "anna@gmail.com", "anna＠gmail．com"),
        ("anna @ gmail . com", "anna@gmail.com", "anna @ gmail . com"),
        ("anna arroba hotmail punto es", "anna@hotmail.es", "anna arroba hotmail punto es"),
        ("anna_at_mail_dot_com", "anna@mail.com", "anna_at_mail_dot_com"),
        ("anna at gmail com", "anna@gmail.com", "anna at gmail com"),
        ("anna&#64;mail.com", "anna@mail.com", "anna&#64;mail.com"),
        ("to аnna@mail.com", "anna@mail.com", "аnna@mail.com"),
        ("to an\u200bna@mail.com", "anna@mail.com", "an\u200bna@mail.com"),
        ("desk@localads.example", "desk@localads.example", "desk@localads.example"),
    ],
)
def test_reads_addresses_plain_and_spelled_out(text, address, span):
    (signal,) = emails(text)
    assert (signal.value, text[signal.start : signal.end]) == (address, span)


@pytest.mark.parametrize(
    "text",
    [
        "look at example.com",
        "meet me at gmail.com",
        "x@y",
        "see us @ Club. Next",
        "50p@msg",
        "we met at the dot com party",
    ],
)
def test_does_not_make_addresses_of_other_words(text):
    assert emails(text) == []
