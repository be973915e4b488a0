"""What every detector must keep; a detector's test inherits this and names the detector and texts it finds something in."""

from __future__ import annotations

import time
from typing import ClassVar

import pytest

from clew.safeguards.errors import Blocked
from clew.signals import Failed, Found, NotFound, Settings, load, manifests
from clew.signals.detector import TextDetector

ODD = (
    "",
    " ",
    "\x00",
    "\ud800 07700 900123",
    "\u202e321009 00770",
    "+",
    "++++",
    "@@@ @ .@. (at) dot",
    "http://",
    "£€$",
    "0" * 40,
    "\U0010ffff\ufffe",
    "é" * 50,
    "٠" * 30,
    "5\ufe0f\u20e3" * 40,
    "İstanbul ẞ ﬀ ǅ",
    "\n\r\t\v\f\u2028",
)
LONG = 20_000
VERY_LONG = 1_000_000
PATHOLOGICAL = {
    "letters": "a" * VERY_LONG,
    "plus": "+" * VERY_LONG,
    "digits": "7" * VERY_LONG,
    "zeros": "0 " * (LONG // 2),
    "single digits": "1 2 3 4 5 6 7 8 9 0 " * (LONG // 20),
    "at": "@" * LONG,
    "a@": "a@" * (LONG // 2),
    "dots": "a." * (LONG // 2),
    "hyphens": "a-" * (LONG // 2),
    "slashes": "1/" * (LONG // 2),
    "look-alikes": "O" * LONG,
    "words": "one two three " * (LONG // 14),
    "spaces": " " * LONG,
    "capitals": "New York " * (LONG // 9),
    "keycaps": "5\ufe0f\u20e3" * (LONG // 3),
    "euros": "1€ " * (LONG // 3),
    "brackets": "(at)" * (LONG // 4),
    "http": "http://" * (LONG // 7),
}


class DetectorContract:
    name: ClassVar[str]
    finds: ClassVar[tuple[str, ...]]
    """Texts in which it finds something."""

    @pytest.fixture
    def detector(self) -> TextDetector:
        made = load(self.name)
        assert isinstance(made, TextDetector)
        return made

    def test_finds_something_in_each_of_its_texts(self, detector):
        assert all(isinstance(outcome, Found) for outcome in detector.detect(self.finds))

    def test_answers_every_text_and_only_with_outcomes(self, detector):
        outcomes = detector.detect(ODD)
        assert len(outcomes) == len(ODD)
        assert all(isinstance(outcome, Found | NotFound) for outcome in outcomes)

    def test_spans_lie_in_the_text_as_received(self, detector):
        # an emoji of two code points and an accent before the find move every span of a detector that counts otherwise
        for text in self.finds:
            moved = "☀️é\u200b\n" + text + " 💆"
            for signal in detector.read(moved):
                assert 0 <= signal.start < signal.end <= len(moved)
                assert (
                    moved[signal.start : signal.end].strip() == moved[signal.start : signal.end].strip("\u200b")
                    or self.name == "language"
                )

    def test_is_deterministic(self, detector):
        assert detector.detect(self.finds) == load(self.name).detect(self.finds)

    def test_signals_are_of_its_kinds_in_order_and_bear_its_mark(self, detector):
        manifest = next(m for m in manifests() if m.name == self.name)
        for outcome in detector.detect(self.finds):
            assert {s.kind for s in outcome.signals} <= set(manifest.kinds)
            assert all(s.detector == f"{self.name}/{manifest.version}" for s in outcome.signals)
            assert [s.start for s in outcome.signals] == sorted(s.start for s in outcome.signals)
            assert all(0 < s.confidence <= 1 for s in outcome.signals)
            assert all(s.value for s in outcome.signals)

    def test_fails_closed_and_names_no_value(self, detector, monkeypatch):
        def broken(text):
            raise ValueError(text)

        monkeypatch.setattr(detector, "read", broken, raising=True)
        assert detector.detect(["+44 7700 900123"]) == [Failed("ValueError")]

    def test_says_why_when_clew_itself_refused(self, detector, monkeypatch):
        def refuses(text):
            raise Blocked("a table is missing")

        monkeypatch.setattr(detector, "read", refuses)
        assert detector.detect(["x"]) == [Failed("a table is missing")]

    def test_a_text_that_takes_too_long_is_failed_and_the_next_one_read(self, monkeypatch):
        detector = load(self.name, Settings(limit_s=0.02))
        real = detector.read

        def slow(text):
            if text == "slow":
                until = time.process_time() + 0.5
                while time.process_time() < until:
                    pass
            return real(text)

        monkeypatch.setattr(detector, "read", slow)
        first, second = detector.detect(["slow", self.finds[0]])
        assert first == Failed("took longer than 0.02 s")
        assert isinstance(second, Found)

    def test_a_text_beyond_the_limit_is_failed_unread(self):
        detector = load(self.name, Settings(longest=5))
        assert detector.detect(["123456"]) == [Failed("the text is longer than 5 characters")]

    @pytest.mark.parametrize("text", PATHOLOGICAL.values(), ids=PATHOLOGICAL.keys())
    def test_is_done_with_pathological_text(self, text):
        # not a time assertion: a detector that is not linear needs far more than its limit and answers Failed
        detector = load(self.name, Settings(limit_s=5.0))
        assert not isinstance(detector.detect([text])[0], Failed)
