from __future__ import annotations

import pytest

from clew.signals import handles

from .contract import DetectorContract


class TestHandle(DetectorContract):
    name = "handle"
    finds = ("telegram: anna_b", "https://wa.me/447700900123", "find @some_one")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("telegram: anna_b", "telegram:anna_b"),
        ("tg @Anna_b", "telegram:anna_b"),
        ("https://wa.me/447700900123", "whatsapp:+447700900123"),
        ("my insta bella_rose99", "instagram:bella_rose99"),
        ("Instagram - @x.y", "instagram:x.y"),
        ("find @some_one", "unknown:some_one"),
    ],
)
def test_reads_accounts(text, value):
    assert [signal.value for signal in handles(text)] == [value]


@pytest.mark.parametrize(
    "text", ["line up here", "signal me", "insta bella", "dinner @ 8", "anna@gmail.com", "snap out of it"]
)
def test_a_platforms_name_alone_is_no_account(text):
    assert handles(text) == []
