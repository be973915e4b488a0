"""Two more makings of invented adverts, of other lengths, languages and edits than `planted_adverts`, to judge the grouping by.

`lines` was looked at while thresholds of rarity and description length were chosen; `sections` was run only afterwards.
Words are drawn at random from small stocks or made up from syllables: nobody wrote these adverts.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from planted_adverts import Planted

_SMALL = {
    "en": "the a and to of in for with on at your is are we you my from by near this that all not only very new our",
    "es": "el la de y a en con para por un una su mi es los las del al que muy solo más sin hoy aquí te",
    "ru": "и в на с по для не вы мы все это что у за от до или как есть мой ваш без при очень только",
    "tr": "ve bir bu için ile çok en da de var yok daha her gibi ben siz biz olan yeni sadece ama veya",
}
_WORDS = {
    "en": "room massage dinner evening quiet clean warm private town centre station hotel parking shower towels tea music oil hour week",
    "es": "masaje cena tarde limpio cálido privado centro estación hotel ducha música aceite hora semana piso barrio calle playa trabajo",
    "ru": "массаж ужин вечер тихо чисто тепло центр станция отель душ чай музыка масло час неделя район улица работа комната",
    "tr": "masaj akşam sakin temiz sıcak özel merkez istasyon otel duş çay müzik yağ saat hafta oda sokak deniz iş",
}
_SYLLABLES = {
    "en": "ba con der fin gra hol jun kel lor men nor pex qua ris sto tan ule ver wid yot".split(),
    "es": "ca do fi gue ja llo ma ñe pre qui ros sa ti una ve xi yo zo bri cha".split(),
    "ru": "ба ве гри до жу зна ки лю мо ны пра ре сту фи хо ца чу ша эк ям".split(),
    "tr": "ak bü cı dö eş fı gü ığ kö lu mü nı öz pı rü şe tı uç vü yı".split(),
}
_NAMES = "Ana Bea Cleo Dora Eva Fay Gia Hana Ines Jola Kira Lena Mila Nadia Olga Petra Rosa Sara Tina Vera".split()
_PICTURES = "💐 ✨ ❤️ 📞 🌹 🔥 💋 ⭐ 🌙 ☎️ 👉 ✅".split()


def _typo(rng: np.random.Generator, word: str) -> str:
    """One letter doubled, lost or exchanged with the next."""
    if len(word) < 3:
        return word + word[-1:]
    at = int(rng.integers(0, len(word) - 1))
    kind = rng.integers(0, 3)
    if kind == 0:
        return word[:at] + word[at] + word[at:]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _finished(texts: list[str], truth: list[int], rng: np.random.Generator, rows: int) -> Planted:
    order = rng.permutation(len(texts))[:rows]
    labels = np.unique(np.array(truth)[order], return_inverse=True)[1]
    return Planted(pa.table({"id": [str(n) for n in range(len(order))], "text": [texts[i] for i in order]}), labels)


def lines(rows: int, *, seed: int, edits: float = 0.2) -> Planted:
    """Adverts in four languages, 10 to 160 words in sentences; a third of the words are small ones, a third of a trade's forty
    words, the rest rare. One in six words of a template is a slot at most. A third begin with one of ten openings, a third end
    with one of twelve notices of 15 to 60 words. Up to `edits` of a copy's words are misspelt, exchanged, left out, put in,
    or followed by a picture.
    """
    rng = np.random.default_rng(seed)
    languages = list(_SMALL)
    rare = {
        tongue: ["".join(rng.choice(_SYLLABLES[tongue], rng.integers(2, 5))) for _ in range(4_000)]
        for tongue in languages
    }
    small = {tongue: words.split() for tongue, words in _SMALL.items()}
    trade = {tongue: words.split() for tongue, words in _WORDS.items()}

    def word(tongue: str) -> str:
        kind = rng.random()
        stock = small if kind < 0.33 else trade if kind < 0.66 else rare
        return str(stock[tongue][int(len(stock[tongue]) * rng.random() ** 1.5)])

    openings = {tongue: [[word(tongue) for _ in range(rng.integers(4, 12))] for _ in range(10)] for tongue in languages}
    notices = {tongue: [[word(tongue) for _ in range(rng.integers(15, 61))] for _ in range(12)] for tongue in languages}
    slots = (
        lambda: str(rng.choice(_NAMES)),
        lambda: str(rng.integers(30, 300)),
        lambda: f"07{rng.integers(10**8):08d}",
    )

    def copy(template: list[str], tongue: str) -> list[str]:
        rate = rng.uniform(0, edits)
        out: list[str] = []
        for each in template:
            if each.startswith("{"):
                out.append(slots[int(each[1])]())
            elif rng.random() >= rate:
                out.append(each)
            else:
                kind = rng.integers(0, 5)
                other = word(tongue)
                out += ([_typo(rng, each)], [other], [], [each, other], [each, str(rng.choice(_PICTURES))])[kind]
        return out

    texts: list[str] = []
    truth: list[int] = []
    number = 0
    while len(texts) < rows:
        tongue = str(rng.choice(languages, p=[0.5, 0.2, 0.2, 0.1]))
        length = int(np.exp(rng.uniform(np.log(10), np.log(160))))
        template = [word(tongue) for _ in range(length)]
        for _ in range(int(rng.integers(0, max(2, length // 6)))):
            template[int(rng.integers(0, length))] = f"{{{rng.integers(0, 3)}}}"
        if rng.random() < 1 / 3:
            template = [*openings[tongue][rng.integers(0, 10)], *template]
        notice = notices[tongue][rng.integers(0, 12)] if rng.random() < 1 / 3 else []
        for _ in range(1 if rng.random() < 0.4 else int(min(rng.zipf(1.8) + 1, 300))):
            said = copy(template, tongue)
            breaks = rng.random(len(said)) < 0.1
            text = " ".join(each + ("." if end else "") for each, end in zip(said, breaks, strict=True))
            texts.append(f"{text}\n{' '.join(notice)}" if notice else text)
            truth.append(number)
        number += 1
    return _finished(texts, truth, rng, rows)


_HEADS = "Available now|Open daily|By appointment|New number|Last days here|Good rates|No agencies|First visit|Back again|Ask me"
_FEATURES = (
    "wifi|balcony|lift|garden|pool|air conditioning|card accepted|cash only|ground floor|discreet entrance|late check in|pets ok|"
    "no smoking|kitchen|washing machine|bus stop|city view|own bath|hot water|fresh linen|daily meals|transport paid|tips|uniform"
)


def sections(rows: int, *, seed: int, edits: float = 0.2) -> Planted:
    """Adverts written in sections on lines of their own: a head, 1 to 9 lines of story, a list of features, a contact.

    Latin, Greek, Hebrew and Chinese stories; heads and features come from short common lists, and half of all features are
    the same. One in four adverts stands under the notice of one of five sites, which is misspelt now and then. In a copy up
    to `edits` of the words are edited: half as letters, half as whole words; features are given in any order; digits are
    drawn anew; one line in ten is moved.
    """
    rng = np.random.default_rng(seed)
    alphabets = ("abdefghiklmnoprstuvwz", "αβγδεζηθικλμνξοπρστυφχψω", "אבגדהוזחטיכלמנסעפצקרשת", "")
    stocks = []
    for letters in alphabets:
        signs = list(letters) if letters else [chr(0x4E00 + int(n)) for n in rng.integers(0, 3_000, 900)]
        span = (2, 10) if letters else (1, 3)
        stocks.append(["".join(rng.choice(signs, rng.integers(*span))) for _ in range(2_500)])

    def said(script: int, count: int) -> list[str]:
        places = (len(stocks[script]) * rng.random(count) ** 2.2).astype(int)
        return [stocks[script][place] for place in places]

    notices = [[said(script, int(rng.integers(25, 90))) for _ in range(5)] for script in range(4)]

    def edited(words: list[str], script: int, rate: float) -> list[str]:
        out: list[str] = []
        for each in words:
            if rng.random() >= rate:
                out.append(each)
            elif rng.random() < 0.5 and len(each) > 2:
                out.append(_typo(rng, each))
            else:
                out += ([], said(script, 1), [each, *said(script, 1)])[rng.integers(0, 3)]
        return out

    texts: list[str] = []
    truth: list[int] = []
    number = 0
    while len(texts) < rows:
        script = int(rng.choice(4, p=[0.6, 0.15, 0.1, 0.15]))
        gap = " " if alphabets[script] else ""
        head = str(rng.choice(_HEADS.split("|")))
        story = [said(script, int(rng.integers(5, 19))) for _ in range(rng.integers(1, 10))]
        features = list(rng.choice(_FEATURES.split("|"), rng.integers(2, 7), replace=False))
        notice = notices[script][rng.integers(0, 5)] if rng.random() < 0.25 else []
        for _ in range(1 if rng.random() < 0.5 else int(min(rng.geometric(0.12) + 1, 80))):
            rate = rng.uniform(0, edits)
            written = [gap.join(edited(line, script, rate)) for line in story]
            if len(written) > 2 and rng.random() < 0.1:
                written.append(written.pop(int(rng.integers(0, len(written)))))
            shown = [f"{head}!", *written, ", ".join(rng.permutation(features)), f"☎ {rng.integers(10**8, 10**9)}"]
            if notice:
                shown.append(gap.join(edited(notice, script, 0.01)))
            texts.append("\n".join(shown))
            truth.append(number)
        number += 1
    return _finished(texts, truth, rng, rows)
