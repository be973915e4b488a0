"""Invented adverts with known clusters, for the benchmarks: nobody wrote them and they mean nothing.

Words are drawn by Zipf's law from made-up vocabularies in several scripts. A poster has one template of 25 to 80 words and
uses it once, twice or hundreds of times; in every copy up to `edits` of the words are replaced, left out or put in. Hard
negatives: two in five templates take up to half of their words from a small stock of boilerplate passages that other
posters use too, and one notice of twelve words stands in half of all adverts. One text is posted thousands of times as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Words = npt.NDArray[np.int64]
_VOCABULARY = 30_000
_SCRIPTS = (
    # letters, shortest and longest word, gap between words, share of templates
    ("abcdefghijklmnoprstuvwyz", 2, 9, " ", 0.62),
    ("абвгдежзиклмнопрстуфхчшыья", 2, 9, " ", 0.14),
    ("ابتثجحدرزسشصطعفقكلمنهوي", 2, 7, " ", 0.08),
    ("กขคงจชดตถทนบปผพฟมยรลวสหอาิีุู", 2, 5, "", 0.06),
    ("".join(map(chr, range(0x4E00, 0x4E00 + 1500))), 1, 3, "", 0.10),
)
_EXTRAS = ("💐", "📞", "✨", "❤️", "100", "24/7", "555-0100", "5️⃣", "$80", "@town")


@dataclass(frozen=True, slots=True)
class Planted:
    table: pa.Table
    """id, text"""
    truth: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Word numbers of many texts: text i is `words[starts[i] : starts[i + 1]]`."""

    words: Words
    starts: Words

    @property
    def lengths(self) -> Words:
        return np.diff(self.starts)

    def take(self, rows: Words) -> _Texts:
        lengths = self.lengths[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        return _Texts(self.words[np.repeat(self.starts[rows], lengths) + within], starts)


def planted(rows: int, *, seed: int = 1, edits: float = 0.12, same: int = 5_000, exact: bool = False) -> Planted:
    """`rows` adverts in shuffled order. `exact` makes every copy differ by the whole of `edits`, not by up to it."""
    rng = np.random.default_rng(seed)
    sizes = _sizes(rng, rows, min(same, rows // 20))
    scripts = rng.choice(len(_SCRIPTS), len(sizes), p=[script[4] for script in _SCRIPTS])
    templates = _templates(rng, scripts)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    order = rng.permutation(len(truth))
    truth = truth[order]
    rate = np.full(rows, edits) if exact else rng.uniform(0, edits, rows)
    rate[truth == 0] = 0
    texts = _edited(rng, templates.take(truth), rate, scripts[truth])
    table = pa.table({"id": pa.array(np.arange(rows)).cast(pa.string()), "text": _rendered(texts, scripts[truth])})
    return Planted(table, truth)


def _sizes(rng: np.random.Generator, rows: int, same: int) -> Words:
    """Cluster sizes: the identical text first, then a third of adverts alone and the rest in twos to hundreds."""
    drawn = np.minimum(rng.zipf(1.9, rows) + 1, 800)
    drawn = drawn[: int(np.searchsorted(np.cumsum(drawn), (rows - same) * 2 // 3))]
    alone = rows - same - int(drawn.sum())
    return np.concatenate([[same], drawn, np.ones(alone, np.int64)])


def _zipf_words(rng: np.random.Generator, scripts: Words) -> Words:
    """One word for each script number, common words often (rank distribution 1 / (rank + 2.7), Mandelbrot)."""
    ranks = np.arange(1, _VOCABULARY + 1)
    odds = 1.0 / (ranks + 2.7)
    found = np.searchsorted(np.cumsum(odds) / odds.sum(), rng.random(len(scripts)))
    return np.minimum(found, _VOCABULARY - 1) + scripts * _VOCABULARY


def _templates(rng: np.random.Generator, scripts: Words) -> _Texts:
    lengths = rng.integers(25, 81, len(scripts))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    words = _zipf_words(rng, np.repeat(scripts, lengths))
    stock = [_zipf_words(rng, np.full((40 * 80), script)).reshape(40, 80) for script in range(len(_SCRIPTS))]
    notice = [_zipf_words(rng, np.full(12, script)) for script in range(len(_SCRIPTS))]
    for row in range(len(scripts)):
        start, length = int(starts[row]), int(lengths[row])
        kind = rng.random()
        if kind < 0.4:
            share = int(length * rng.uniform(0.2, 0.5))
            at = start + rng.integers(0, length - share + 1)
            words[at : at + share] = stock[scripts[row]][rng.integers(0, 40), :share]
        elif kind < 0.9:
            at = start + rng.integers(0, length - 12 + 1)
            words[at : at + 12] = notice[scripts[row]]
    extra = rng.random(len(words)) < 0.02
    words[extra] = len(_SCRIPTS) * _VOCABULARY + rng.integers(0, len(_EXTRAS), int(extra.sum()))
    return _Texts(words, starts)


def _edited(rng: np.random.Generator, texts: _Texts, rate: npt.NDArray[np.float64], scripts: Words) -> _Texts:
    """Changes `rate` of each text's words, at places drawn without replacement: replaced, left out or put in."""
    lengths = texts.lengths
    row = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((rng.random(len(row)), row))
    rank = np.empty(len(row), np.int64)
    rank[order] = np.arange(len(row)) - np.repeat(texts.starts[:-1], lengths)
    change = np.where(rank < np.floor(rate * lengths)[row], rng.integers(1, 4, len(row)), 0)
    words = texts.words.copy()
    words[change == 1] = _zipf_words(rng, scripts[row[change == 1]])
    copies = np.array([1, 1, 0, 2])[change]
    out = np.repeat(words, copies)
    inserted = np.cumsum(copies)[change == 3] - 1
    out[inserted] = _zipf_words(rng, scripts[row[change == 3]])
    return _Texts(out, np.concatenate([[0], np.cumsum(np.bincount(row, copies, len(lengths)).astype(np.int64))]))


def _rendered(texts: _Texts, scripts: Words) -> pa.Array:
    rng = np.random.default_rng(20)
    vocabulary: list[str] = []
    for letters, shortest, longest, *_ in _SCRIPTS:
        sizes = rng.integers(shortest, longest + 1, _VOCABULARY)
        picks = rng.integers(0, len(letters), (_VOCABULARY, longest))
        vocabulary += ["".join(letters[i] for i in pick[:size]) for pick, size in zip(picks, sizes, strict=True)]
    words = pa.array(vocabulary + list(_EXTRAS)).cast(pa.large_string()).take(pa.array(texts.words))
    gaps = pa.array([script[3] for script in _SCRIPTS], pa.large_string()).take(pa.array(scripts))
    joined = pc.binary_join(pa.LargeListArray.from_arrays(texts.starts, words), gaps)
    return joined.cast(pa.string()) if joined.nbytes < 2**31 else joined


DISGUISES = ("edits", "homoglyphs", "emoji", "spacing")
_LOOKALIKES = str.maketrans("aceopxyi", "асеорхуі")  # Latin to Cyrillic
_SLOTS = (
    "Anna Mia Lena Sofia Kim",
    "London Paris Berlin Madrid Oslo",
    "$80 £120 €200 90 150",
    "555-0100 555-0123 555-0199",
)


def slotted(rows: int, *, seed: int, disguise: str = "edits", strength: float = 0.2) -> Planted:
    """Short adverts: templates of 12 to 40 words with 2 to 5 slots among as many that are alone. Every copy fills the slots
    anew, and `strength` of its words are edited, written with letters of another script, followed by a picture, or spelled out.
    """
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list("abcdefghijklmnoprstuvwyz"), rng.integers(2, 9))) for _ in range(400)]
    odds = 1 / (np.arange(len(words)) + 3)
    texts: list[str] = []
    truth: list[int] = []
    for number in range(rows):
        if len(texts) >= rows:
            break
        template = list(rng.choice(words, rng.integers(12, 41), p=odds / odds.sum()))
        for _ in range(rng.integers(2, 6)):
            template.insert(int(rng.integers(0, len(template) + 1)), f"{{{rng.integers(0, len(_SLOTS))}}}")
        for _ in range(1 if number % 2 else int(rng.choice([2, 3, 5, 8, 12, 30]))):
            texts.append(" ".join(_written(rng, word, disguise, strength, words) for word in template))
            truth.append(number)
    order = rng.permutation(len(texts))[:rows]
    labels = np.unique(np.array(truth)[order], return_inverse=True)[1]
    return Planted(pa.table({"id": [str(n) for n in range(len(order))], "text": [texts[i] for i in order]}), labels)


def _written(rng: np.random.Generator, word: str, disguise: str, strength: float, words: list[str]) -> str:
    if word.startswith("{"):
        return str(rng.choice(_SLOTS[int(word[1:-1])].split()))
    if rng.random() >= strength:
        return word
    if disguise == "homoglyphs":
        return word.translate(_LOOKALIKES)
    if disguise == "emoji":
        return f"{word} {rng.choice(_EXTRAS[:4])}"
    if disguise == "spacing":
        return " ".join(word)
    other = str(rng.choice(words))
    return str(rng.choice(["", other, f"{word} {other}"]))


_OPENINGS = "Hello|Hi there|Good evening|New here|Back in town|Welcome|Dear guests|For you"
_OFFERS = "relaxing massage|hot stone treatment|cleaning work|kitchen help|warehouse shifts|room to let|dinner company|car wash"
_LINKS = "with|near|in|from|for|at|after|before|and also|together with"
_THINGS = "parking|clean towels|free tea|own bathroom|late hours|a quiet street|good pay|weekly wages|short notice|card payment"


def held_out(rows: int, *, seed: int, sites: int = 8) -> Planted:
    """Adverts of another making than the rest of this file, for judging what was fitted on it: sentences of phrases over a
    shared vocabulary, misspelt letters, sentences left out or moved, names and numbers filled in, half under a site's notice.
    """
    rng = np.random.default_rng(seed)
    pick = lambda phrases: str(rng.choice(phrases.split("|")))  # noqa: E731
    stems = [
        "".join(rng.choice(list("aeiou") if n % 2 else list("bdfgklmnprst")) for n in range(rng.integers(3, 9)))
        for _ in range(900)
    ]
    said = lambda least, most: " ".join(rng.choice(stems, rng.integers(least, most)))  # noqa: E731
    notices = [" ".join(said(8, 20) for _ in range(rng.integers(2, 7))) for _ in range(sites)]
    texts: list[str] = []
    truth: list[int] = []
    number = 0
    while len(texts) < rows:
        parts = [
            f"{pick(_OPENINGS)} this is {{name}}",
            f"{pick(_OFFERS)} {pick(_LINKS)} {pick(_THINGS)} for {{number}}",
        ]
        parts += [f"{pick(_THINGS)} {pick(_LINKS)} {said(3, 9)}" for _ in range(rng.integers(1, 7))]
        for _ in range(int(min(rng.geometric(0.35), 60))):
            copy = [part for part in parts if rng.random() > 0.05]
            if rng.random() < 0.1:
                rng.shuffle(copy)
            text = ". ".join(copy).replace("{name}", said(1, 2)).replace("{number}", str(rng.integers(20, 999)))
            text = "".join(str(rng.choice(list("aeioubdst"))) if rng.random() < 0.02 else letter for letter in text)
            if rng.random() < 0.5:
                text = f"{text}. {notices[rng.integers(0, sites)]}"
            texts.append(text)
            truth.append(number)
        number += 1
    return Planted(pa.table({"id": [str(n) for n in range(rows)], "text": texts[:rows]}), np.array(truth[:rows]))
