"""What every detector of texts inherits: one outcome a text, and trouble that is named, never swallowed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import final

from clew.safeguards.errors import ClewError
from clew.signals.base import Detector, Failed, Found, Manifest, NotFound, Outcome, Settings, Signal
from clew.signals.watch import TooLong, Watch

NOTHING = NotFound()


class TextDetector(ABC):
    """A detector that reads one text at a time. Whatever goes wrong in it becomes `Failed`, never silence."""

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        self.mark = manifest.mark
        self.settings = settings
        self.colleagues: Mapping[str, Detector] = {}
        """The detectors that read the same texts in this scan, by name: what they found may serve as a hint."""
        self._answered: dict[str, Outcome] = {}

    @abstractmethod
    def read(self, text: str) -> list[Signal]:
        """The claims of one text, in order of their start. Linear in its length; never raises for odd text."""

    @final
    def detect(self, texts: Sequence[str]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        with Watch(self.settings.limit_s) as watch:
            for text in texts:
                watch.ticks = 0
                outcomes.append(self._outcome(text))
        if len(texts) > 1:
            self._answered = dict(zip(texts, outcomes, strict=True))
        return outcomes

    @final
    def answered(self, text: str) -> Outcome:
        """What it says of this text, from memory if the text is in the batch read last."""
        return self._answered.get(text) or self._outcome(text)

    def signal(self, kind: str, value: str, span: tuple[int, int], confidence: float) -> Signal:
        return Signal(kind, value, span[0], span[1], confidence, self.mark)

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
        if not signals:
            return NOTHING
        if any(not 0 <= s.start < s.end <= len(text) for s in signals):
            return Failed("a span lies outside its text")
        return Found(tuple(signals))
