"""What every detector of texts inherits: one outcome a text, and trouble that is named, never swallowed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import final

from clew.safeguards.errors import ClewError
from clew.signals.base import Failed, Found, Manifest, NotFound, Outcome, Settings, Signal
from clew.signals.watch import TooLong, Watch


class TextDetector(ABC):
    """A detector that reads one text at a time. Whatever goes wrong in it becomes `Failed`, never silence."""

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        self.mark = manifest.mark
        self.settings = settings

    @abstractmethod
    def read(self, text: str) -> list[Signal]:
        """The claims of one text, in order of their start. Linear in its length; never raises for odd text."""

    @final
    def detect(self, texts: Sequence[str]) -> list[Outcome]:
        with Watch(self.settings.limit_s) as watch:
            return [_outcome(self.read, text, watch, self.settings.longest) for text in texts]

    def signal(self, kind: str, value: str, span: tuple[int, int], confidence: float) -> Signal:
        return Signal(kind, value, span[0], span[1], confidence, self.mark)


def _outcome(read: Callable[[str], list[Signal]], text: str, watch: Watch, longest: int) -> Outcome:
    if len(text) > longest:
        return Failed(f"the text is longer than {longest} characters")
    try:
        watch.start()
        signals = read(text)
        watch.stop()
    except TooLong:
        return Failed(f"took longer than {watch.limit_s:g} s")
    except ClewError as trouble:  # its messages carry no values
        watch.stop()
        return Failed(str(trouble))
    except Exception as trouble:  # noqa: BLE001 - re-labelled, so that a broken detector never reads as "nothing found"
        watch.stop()
        return Failed(type(trouble).__name__)
    if any(not 0 <= s.start < s.end <= len(text) for s in signals):
        return Failed("a span lies outside its text")
    return Found(tuple(signals)) if signals else NotFound()
