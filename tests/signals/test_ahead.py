"""What is worked out for a whole batch is what each text gives by itself."""

from __future__ import annotations

from tests.signals.contract import ODD

from clew import world
from clew.safeguards.errors import Blocked
from clew.signals import ahead, figures, glyphs, phrases, scan
from clew.signals.availability.detect import _phrases as hours
from clew.signals.date.detect import _named as days
from clew.signals.glyphs import plain
from clew.signals.phone.stretches import stretches
from clew.signals.phone.writing import readable
from clew.signals.phrases import view

TEXTS = [
    *world.build(5, 100).adverts["text"].to_pylist(),
    *ODD,
    *(
        "Sin  L\u00cdMITES\n\n  \n x",
        "\n  x",
        "а nna mixed аnna",
        "\u2460 ٣ mon-fri\u200b 9h",
        "月曜から金曜",
        "24/7(mon)",
        "3.5. 12345.6 4 /6 9-17, 10 am 07 70 8  \n pm 9\u200b-5 7",
        "a \u200b b  c \n \n  d\n\n \n e\n   f",
        " \n",
        "mon\n\n\nfri (mon)fri",
    ),
    *("".join(map(chr, range(first, first + 0x1000))) for first in (0, 0x1000, 0x2000, 0x3000, 0xF000, 0x1F000)),
]


def test_a_batch_gives_what_its_texts_give_alone():
    def everything():
        seen = [view(text) for text in TEXTS]
        figure = [(list(figures.of_dates(v.text)), list(figures.of_hours(v.text))) for v in seen]
        return (
            [plain(text) for text in TEXTS],
            seen,
            figure,
            [(hours().find(v.text), days().find(v.text)) for v in seen],
        )

    alone = everything()
    with ahead.looked_ahead(TEXTS, [hours(), days()]):
        assert len(phrases.AHEAD) == len({text for text in TEXTS if text})
        assert everything() == alone
    assert not phrases.AHEAD
    assert not glyphs.AHEAD
    assert not hours().ahead


def test_phrases_that_cannot_be_had_do_not_stop_the_scan(monkeypatch):
    monkeypatch.setattr("clew.signals.place.detect.area_names", _missing)
    detection = scan(["in London mon-fri 9-18h"], detectors=["availability", "place"])
    assert {s["kind"] for s in detection.signals.to_pylist()} >= {"availability"}


def _missing():
    raise Blocked("a table is missing")


def test_stretches_of_a_batch_are_those_of_each_text():
    shown = [readable(plain(text)) for text in TEXTS]
    assert stretches(shown, 8) == [stretches([text], 8)[0] for text in shown]
    assert stretches(["0770 090", "0123 call 5"], 8) == [[], []]
