"""Real messages: the SMS Spam Collection (Almeida, Gómez Hidalgo, Yamakami 2011), where it lies beside the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clew.signals import scan

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "text" / "sms_spam.tsv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="../shared/data/text/sms_spam.tsv is not here")
DIALLED = re.compile(r"(?<![\w.])0[789]\d{9}(?!\w)")
"""Eleven digits on their own, which in these British messages is a number."""


def test_british_numbers_of_real_messages_are_found_and_nothing_fails():
    lines = FILE.read_text(encoding="utf-8").splitlines()
    texts = [line.split("\t", 1)[1] for line in lines if line.startswith("spam")]
    detection = scan(texts, region="GB", detectors=["phone", "url", "email"], workers=1)
    assert detection.failures.num_rows == 0
    found: dict[int, set[str]] = {}
    for row, kind, value in zip(*(detection.signals[c].to_pylist() for c in ("row", "kind", "value")), strict=True):
        if kind == "phone":
            found.setdefault(row, set()).add(value)
    dialled = [(row, f"+44{number[1:]}") for row, text in enumerate(texts) for number in DIALLED.findall(text)]
    assert len(dialled) > 250
    assert sum(number in found.get(row, ()) for row, number in dialled) / len(dialled) > 0.98
    # the 6-digit codes, prices and dates around them are not numbers: every number found is British
    assert all(value.startswith("+44") for values in found.values() for value in values)
