"""What every detector of texts inherits: one outcome a text, and trouble that is named, never swallowed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import ClewError
from clew.signals.base import Detector, Failed, Found, Manifest, NotFound, Outcome, Settings, Signal
from clew.signals.glyphs import IGNORED, plain
from clew.signals.phrases import Phrases
from clew.signals.watch import TooLong, Watch

NOTHING = NotFound()
SPACE = r"[\s\x0b\x1c-\x1f\x{85}\x{1680}\x{2028}\x{2029}]"
"""White space in a screen: RE2 knows ASCII's only. After `plain`, these are all there is."""
NO_ANSWER = "answered with what is no answer"
"""Why something that is neither claims nor a failure counts as a failure."""
_LONGEST_PREPARED = 10_000
"""Signs: a longer text is read by itself."""
_LEAST_SCREENED = 8
"""Texts from which a batch is screened."""


@dataclass(slots=True)
class Screened:
    """A batch that several detectors screen, as RE2 reads it: made by the first of them."""

    texts: Sequence[str]
    shown: Any = None

    def column(self) -> Any:
        if self.shown is None:
            self.shown = shown(self.texts)
        return self.shown


def shown(texts: Sequence[str]) -> Any:
    """The texts plain and without what shows nothing, as a column. Half of an emoji raises UnicodeEncodeError."""
    return pa.array([plain(text).replace(IGNORED, "") for text in texts], pa.large_string())


class TextDetector(ABC):
    """A detector that reads one text at a time. Whatever goes wrong in it becomes `Failed`, never silence."""

    screen: ClassVar[str] = ""
    """A regular expression of RE2, without case, that `plain(text)`, without what shows nothing, matches wherever there may be something to find: texts of a
    batch that do not are not read. Empty: all are read. Short of large counts such as {0,200}, which make RE2 slow.
    """

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        self.mark = manifest.mark
        self.kinds = frozenset(manifest.kinds)
        self.settings = settings
        self.colleagues: Mapping[str, Detector] = {}
        """The detectors that read the same texts in this scan, by name: what they found may serve as a hint."""
        self.batch: Screened | None = None
        """The batch of the scan that it is part of."""
        self._answered: dict[str, Outcome] = {}

    def dictionaries(self) -> Sequence[Phrases[Any]]:
        """The phrases it looks for in the view of every text: those of all detectors are then found in one pass."""
        return ()

    def prepare(self, texts: Sequence[str]) -> None:  # noqa: B027 - most have nothing to prepare
        """Called before a batch is read, with those of its texts that are not long: what is worked out for many at once."""

    @abstractmethod
    def read(self, text: str) -> list[Signal]:
        """The claims of one text, in order of their start. Linear in its length; never raises for odd text."""

    @final
    def detect(self, texts: Sequence[str]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        with Watch(self.settings.limit_s) as watch:
            if len(texts) > 1:
                self.prepare([text for text in texts if len(text) <= _LONGEST_PREPARED])
            outcome = self._outcome
            for text, worth in zip(texts, self._screened(texts), strict=True):
                if worth:
                    watch.ticks = 0
                    outcomes.append(outcome(text))
                else:
                    outcomes.append(NOTHING)
        if len(texts) > 1:
            self._answered = dict(zip(texts, outcomes, strict=True))
        return outcomes

    @final
    def answered(self, text: str) -> Outcome:
        """What it says of this text, from memory if the text is in the batch read last."""
        return self._answered.get(text) or self._outcome(text)

    def signal(self, kind: str, value: str, span: tuple[int, int], confidence: float) -> Signal:
        return Signal(kind, value, span[0], span[1], confidence, self.mark)

    def _screened(self, texts: Sequence[str]) -> Sequence[bool]:
        """Whether each text may hold something."""
        if not self.screen or len(texts) < _LEAST_SCREENED or max(map(len, texts)) > self.settings.longest:
            return [True] * len(texts)
        try:
            column = batch.column() if (batch := self.batch) and batch.texts is texts else shown(texts)
        except UnicodeEncodeError:  # half of an emoji
            return [True] * len(texts)
        worth: list[bool] = pc.match_substring_regex(column, self.screen, ignore_case=True).to_pylist()
        return worth

    def _outcome(self, text: str) -> Outcome:
        if len(text) > self.settings.longest:
            return Failed(f"the text is longer than {self.settings.longest} characters")
        try:
            signals = self.read(text)
        except TooLong:
            return Failed(f"took longer than {self.settings.limit_s:g} s")
        except ClewError as trouble:  # its messages carry no values
            return Failed(str(trouble))
        except Exception as trouble:  # noqa: BLE001 - re-labelled, so that a broken detector never reads as "nothing found"
            return Failed(type(trouble).__name__)
        if signals == []:
            return NOTHING
        wrong = self._wrong(signals, len(text))
        return Failed(wrong) if wrong else Found(tuple(signals))

    def _wrong(self, signals: list[Signal], size: int) -> str:
        """What is wrong with what it read in a text of this size; empty where all can be claims."""
        if type(signals) is not list:
            return NO_ANSWER
        for signal in signals:
            if type(signal) is not Signal:
                return NO_ANSWER
            kind, value, start, end, confidence, mark = signal
            if not (kind in self.kinds and type(value) is str and value and mark == self.mark):
                return "claimed what its manifest does not name, or nothing"
            if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
                return "claimed half of a sign"
            if not (type(start) is int and type(end) is int and 0 <= start < end <= size):
                return "a span lies outside its text"
            if not (isinstance(confidence, int | float) and 0 <= confidence <= 1):
                return "a confidence is not between 0 and 1"
        return ""
