from __future__ import annotations

import pytest

from clew.signals import scan, urls

from .contract import DetectorContract


class TestUrl(DetectorContract):
    name = "url"
    finds = ("see https://www.example.com/a?b=1.", "bit.ly/x and example.org", "hxxp://bad[.]com/x")


@pytest.mark.parametrize(
    ("text", "value", "span"),
    [
        (
            "see https://user:pw@www.Example.com:8080/a/b?x=1#f). ok",
            "example.com:8080/a/b?x=1",
            "https://user:pw@www.Example.com:8080/a/b?x=1#f",
        ),
        ("www.foo.de", "foo.de", "www.foo.de"),
        ("hxxp://bad[.]com/x", "bad.com/x", "hxxp://bad[.]com/x"),
        ("at e-tlp.co.uk/reward.", "e-tlp.co.uk/reward", "e-tlp.co.uk/reward"),
        ("t.me/anna_x", "t.me/anna_x", "t.me/anna_x"),
        ("(see example.org/a_(b))", "example.org/a_(b)", "example.org/a_(b)"),
        ("see shop dot example dot com now", "shop.example.com", "shop dot example dot com"),
        ("www . example . com", "example.com", "www . example . com"),
        ("example。com", "example.com", "example。com"),
    ],
)
def test_reads_addresses(text, value, span):
    (signal,) = urls(text)
    assert (signal.value, text[signal.start : signal.end]) == (value, span)


@pytest.mark.parametrize(
    "text", ["gone.it was", "lots.of me.and done.Info follows", "anna@gmail.com", "12.50.de", "e.g. this"]
)
def test_a_missing_space_makes_no_domain(text):
    assert urls(text) == []


def test_says_which_domain_was_registered():
    claims = scan(["https://www.shop.example.co.uk/a", "http://192.0.2.1/"], detectors=["url"]).signals.to_pylist()
    assert [(c["row"], c["kind"], c["value"]) for c in claims] == [
        (0, "url", "shop.example.co.uk/a"),
        (0, "domain", "example.co.uk"),
        (1, "url", "192.0.2.1"),
    ]
