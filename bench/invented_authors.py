"""Invented authors with habits, and the adverts they write: what `authors.py` measures on and `authors_fit.py` learns from.

Sentences are those of the project's invented world, in seven languages. What is said is drawn anew for every text from sentences
that all authors share; an author has favourites among them, a choice of words, spelling slips, and habits of marks, capitals,
layout, emoji and numbers, each kept at a rate of its own. One text in eight is written carelessly, half of its habits forgotten.
Hard cases are planted: short texts, own texts posted again with new slots, and texts of other authors posted under another
contact, half of them as they are and half with the copier's own marks and layout.

`kinds` names the habits that are in play.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.world.language import LANGUAGES, book

TOPICS = ("controller", "independent", "spa", "spam", "agency", "fake-job", "employer")
_CHOICE = re.compile(r"\[([^\[\]]+)\]")
_SLOT = re.compile(r"\{[a-z]+\}")
_EMOJI = "🌸 ✨ 💆 🌟 ☀️ 📞 🌹 🙂 💐 🍀 🎉 ❗ 💋 🔥 👉 ✅ ⭐ 💎 🦋 🌺 😊 😉 🏠 ⏰ 🚗 💬 ❤️ 💜 🌈 🍓 🐝 🎀 ➡️ ✔️ ☎️ 💰 🌙 ⚡ 🙏 👍".split()
_BULLETS = ("-", "*", "•", "~", "+", "✓", "»", "->", "==", "#")
_ENDS = ("!", "!!", "!!!", "...", "..", " !", " .", ".", ".", ".", "…", "!?", " ...", ";", ")", " :)", ":-)", "~")
_WORDS = {
    "en": {"and": "& + n nd".split(), "you": "u ya".split(), "please": "pls plz".split(), "with": "w/ wit".split(),
           "for": "4".split(), "the": "da teh".split(), "only": "just merely".split(), "also": "too aswell".split(),
           "always": "allways ever".split(), "are": "r".split(), "to": "2".split(), "your": "ur yr".split()},
    "es": {"y": "& +".split(), "que": "q ke".split(), "por": "x".split(), "también": "tambien tb".split(),
           "solo": "sólo únicamente".split(), "muy": "mui re".split(), "siempre": "simpre".split(), "para": "pa".split()},
    "fr": {"et": "& +".split(), "vous": "vs".split(), "pour": "pr".split(), "toujours": "tjs tjrs".split(),
           "aussi": "ossi également".split(), "seulement": "slt uniquement".split(), "très": "tres trés".split(), "je": "j".split()},
    "de": {"und": "& u. +".split(), "nicht": "nich net".split(), "immer": "imma".split(), "auch": "auc ebenfalls".split(),
           "nur": "bloß".split(), "für": "fuer".split(), "eine": "ne".split(), "sehr": "seeehr".split(), "bitte": "bidde".split()},
    "pt": {"e": "& +".split(), "que": "q".split(), "você": "vc vcs".split(), "para": "pra p/".split(), "não": "nao ñ".split(),
           "também": "tb tambem".split(), "sempre": "smp".split(), "só": "so somente".split(), "muito": "mto".split()},
    "ro": {"și": "si & +".split(), "în": "in".split(), "să": "sa".split(), "nu": "nu-i".split(), "pentru": "pt".split(),
           "mereu": "întotdeauna".split(), "doar": "numai".split(), "foarte": "f".split(), "este": "e".split()},
    "ru": {"и": "& +".split(), "только": "тока лишь".split(), "всегда": "всегдa".split(), "очень": "оч очн".split(),
           "что": "шо чо".split(), "сейчас": "щас".split(), "также": "тоже".split(), "для": "дл".split(), "вас": "Вас".split()},
}  # fmt: skip
_SLIPS: tuple[tuple[str, str], ...] = (
    ("ss", "s"), ("ll", "l"), ("tt", "t"), ("ie", "ei"), ("ei", "ie"), ("é", "e"), ("ü", "u"), ("ö", "oe"), ("ä", "ae"), ("ç", "c"), ("ă", "a"),
    ("ț", "t"), ("ș", "s"), ("ã", "a"), ("ñ", "n"), ("á", "a"), ("í", "i"), ("ó", "o"), ("ing", "in"), ("th", "t"), ("er", "re"), ("tion", "cion"),
    ("qu", "k"), ("ck", "k"), ("ph", "f"), ("v", "b"), ("s", "z"), ("m", "mm"), ("n", "nn"), ("e", "ee"), ("о", "а"), ("е", "и"), ("тся", "ться"),
    ("ё", "е"), ("й", "и"), ("нн", "н"), ("lly", "ly"), ("ght", "te"), ("ea", "e"), ("ou", "u"), ("y", "i"), ("i", "y"), ("c", "k"), ("x", "ks"),
)  # fmt: skip
_NUMBERS: tuple[Callable[[int], str], ...] = (
    lambda n: f"£{n}", lambda n: f"{n}£", lambda n: f"{n} £", lambda n: f"€ {n}", lambda n: f"{n}€", lambda n: f"{n} EUR", lambda n: f"{n}eur",
    lambda n: f"{n}.00", lambda n: f"${n}", lambda n: f"$ {n}", lambda n: f"{n},-", lambda n: f"{n}€/h", lambda n: f"{n} euros", lambda n: f"({n}€)",
    lambda n: f"{n}$", lambda n: f"{n} roses", lambda n: f"*{n}*",
)  # fmt: skip
KINDS = (
    "favourites",
    "words",
    "slips",
    "ends",
    "space",
    "case",
    "emoji",
    "lines",
    "numbers",
    "greeting",
    "shout",
    "commas",
)
PHONE_SHAPES = (
    "07700 9{}",
    "+44 7700 9{}",
    "07700-9{}",
    "0 77 00 9 {}",
    "077009{}",
    "(07700) 9{}",
    "07700.9{}",
    "tel: 07700 9{}",
    "call 077oo9{}",
)


@dataclass
class Author:
    """One invented hand."""

    number: int
    language: str
    topics: list[str]
    phones: list[str]
    texts: int
    rates: dict[str, float]
    styles: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """id, text, phone (outside the text, for some); `author` is who posted, `origin` who wrote, `copy` marks copied texts."""

    table: pa.Table
    author: npt.NDArray[np.int64]
    origin: npt.NDArray[np.int64]
    copy: npt.NDArray[np.bool_]
    words: npt.NDArray[np.int64]
    hand: npt.NDArray[np.int64]
    """Whose hand shows: the writer where a text was copied as it was, else who posted it."""


def _author(number: int, dice: random.Random, kinds: tuple[str, ...]) -> Author:
    language = dice.choices(LANGUAGES, (40, 12, 12, 12, 8, 8, 8))[0]
    rates = dict.fromkeys(KINDS, 0.0)
    for kind in dice.sample(kinds, dice.randint(min(2, len(kinds)), len(kinds))):
        rates[kind] = dice.uniform(0.3, 0.95)
    slips = dice.sample(_SLIPS, 9)
    words = _WORDS[language]
    styles: dict[str, object] = {
        "seed": dice.random(),
        "words": {word: dice.choice(words[word]) for word in dice.sample(sorted(words), dice.randint(2, 6))},
        "slips": slips[: dice.randint(4, 9)],
        "ends": dice.sample(_ENDS, 2),
        "space": dice.choice(("before", "tight", "double", "none", "commatight")),
        "case": dice.choice(("lower", "upper_first", "title", "smalli", "caps")),
        "emoji": dice.sample(_EMOJI, dice.randint(1, 5)),
        "emoji_place": dice.choice(("end", "start", "words", "run", "stuck")),
        "lines": dice.choice(
            ("\n", "\n\n", "\n" + dice.choice(_BULLETS) + " ", " " + dice.choice("|/~•*") + " ", " - ")
        ),
        "number": dice.choice(_NUMBERS),
        "phone": dice.choice(PHONE_SHAPES),
        "commas": dice.choice((";", " -", " –", "...", " /", " ,", "")),
        "shout": dice.choice(("caps", "stretch", "quote", "stars")),
        "greeting": _made_up(dice),
        "closing": _made_up(dice),
    }
    count = max(1, min(150, int(dice.paretovariate(1.15) * 4))) if dice.random() > 0.15 else 1
    topics = dice.sample(TOPICS, dice.choice((1, 1, 2, 3)))
    phones = [f"{dice.randrange(10**5):05d}" for _ in range(dice.choice((1, 1, 2, 3)))]
    return Author(number, language, topics, phones, count, rates, styles)


def _made_up(dice: random.Random) -> str:
    """A phrase of one's own: one to three invented words, as people have pet words."""
    letters = ("ba be bo da di do ka ki ko la le li lo ma mi mo na ne no ra ri ro sa si so ta te to va vi zu").split()
    return " ".join("".join(dice.choice(letters) for _ in range(dice.randint(2, 3))) for _ in range(dice.randint(1, 3)))


def _pick(author: Author, options: list[str], dice: random.Random, kept: float) -> str:
    """A favourite among options, mostly; which one is the author's follows from the options themselves."""
    if dice.random() < kept:
        return options[random.Random(f"{author.styles['seed']}{options}").randrange(len(options))]
    return dice.choice(options)


def _sentences(author: Author, dice: random.Random, short: bool) -> list[str]:
    """What is said: sentences of a topic in an order drawn anew."""
    lines = book(author.language)
    topic = dice.choice(author.topics)
    pool = [*lines[topic], *lines["detail"], *lines["shared"]]
    kept = author.rates["favourites"]
    if dice.random() < kept:  # some are favourites
        own = random.Random(f"{author.styles['seed']}{topic}")
        pool = own.sample(pool, max(6, len(pool) // 2))
    count = dice.randint(1, 2) if short else dice.randint(4, 9)
    chosen = dice.sample(pool, min(count, len(pool)))
    if not short:
        chosen = [dice.choice(lines[f"{topic}.open"]), *chosen]
    return [_CHOICE.sub(lambda match: _pick(author, match[1].split("|"), dice, kept * 0.8), each) for each in chosen]


def _filled(sentences: list[str], author: Author, dice: random.Random) -> list[str]:
    lines = book(author.language)
    number = author.styles["number"] if dice.random() < author.rates["numbers"] else dice.choice(_NUMBERS)
    hours = f"{dice.randint(6, 12)}-{dice.randint(15, 23)}h"

    def value(match: re.Match[str]) -> str:
        name = match[0][1:-1]
        if name == "price":
            return number(dice.randrange(20, 300, 10))  # type: ignore[operator]
        known = {"hobby": "hobbies", "quarter": "quarters", "job": "jobs"}
        if name in known:
            return dice.choice(lines[known[name]])
        return {"name": dice.choice(book("names")["working"]), "city": dice.choice(("Lyon", "Leeds", "Porto", "Köln", "Cluj", "Utrecht", "Malmö")),
                "until": f"{dice.randint(1, 28)}.{dice.randint(1, 12)}.", "years": str(dice.randint(2, 15)), "hours": hours}.get(name, "")  # fmt: skip

    return [_SLOT.sub(value, sentence) for sentence in sentences]


def _worded(text: str, author: Author, keep: Callable[[str], bool]) -> str:
    """Words and spelling of the author's own."""
    own, slips = author.styles["words"], author.styles["slips"]
    tokens = text.split(" ")
    for place, token in enumerate(tokens):
        if "{" in token or "[" in token:
            continue
        low = token.lower()
        if low in own and keep("words"):  # type: ignore[operator]
            token = own[low]  # type: ignore[index]
        elif keep("slips") and len(token) > 3:
            for old, new in slips:  # type: ignore[attr-defined]
                if old in token[1:]:
                    token = token[0] + token[1:].replace(old, new, 1)
                    break
        tokens[place] = token
    return " ".join(tokens)


def _marked(sentence: str, author: Author, dice: random.Random, keep: Callable[[str], bool]) -> str:
    """Marks, capitals, spaces and emoji of the author's own, over what is said."""
    styles = author.styles
    body = sentence.rstrip(" .")
    if keep("commas"):
        body = body.replace(",", str(styles["commas"]))
    if keep("shout"):
        words = body.split(" ")
        place = dice.randrange(len(words))
        word = words[place]
        words[place] = {
            "caps": word.upper(),
            "stretch": word + word[-1:] * 2,
            "quote": f'"{word}"',
            "stars": f"*{word}*",
        }[str(styles["shout"])]
        body = " ".join(words)
    case = styles["case"]
    if keep("case"):
        body = {"lower": body.lower(), "title": body.title(), "smalli": body.replace("I ", "i "), "caps": body.upper() if dice.random() < 0.5 else body,
                "upper_first": " ".join([body.split(" ")[0].upper(), *body.split(" ")[1:]])}[str(case)]  # fmt: skip
    end = dice.choice(styles["ends"]) if keep("ends") else "."  # type: ignore[arg-type]
    space = styles["space"]
    if keep("space"):
        if space == "before":
            end = " " + end.strip()
        elif space == "double":
            body = body.replace(" ", "  ", 2)
        elif space == "commatight":
            body = body.replace(", ", ",")
    text = body + end
    if keep("emoji") and dice.random() < 0.7:
        sign = dice.choice(styles["emoji"])  # type: ignore[arg-type]
        place = styles["emoji_place"]
        if place == "start":
            text = f"{sign} {text}"
        elif place == "run":
            text = f"{text} {sign * dice.randint(2, 3)}"
        elif place == "stuck":
            text += sign
        elif place == "words" and " " in text:
            text = text.replace(" ", f" {sign} ", 1)
        else:
            text = f"{text} {sign}"
    return text


def _laid_out(
    sentences: list[str], author: Author, dice: random.Random, careless: bool, contact: str, short: bool
) -> str:
    def keep(kind: str) -> bool:
        return dice.random() < author.rates[kind] * (0.5 if careless else 1.0)

    said = [_marked(each, author, dice, keep) for each in sentences]
    if keep("greeting") and not short:
        said.insert(0, str(author.styles["greeting"]) + (" " if dice.random() < 0.5 else ","))
        if dice.random() < 0.6:
            said.append(str(author.styles["closing"]))
    joint = str(author.styles["lines"]) if keep("lines") else " "
    if author.styles["space"] == "tight" and keep("space") and joint == " ":
        joint = ""
    text = joint.join(said)
    return f"{text}{joint if joint != '' else ' '}{contact}" if contact else text


def written(
    count: int, *, seed: int = 1, kinds: tuple[str, ...] = KINDS, copies: float = 0.06, again: float = 0.15
) -> Written:
    """`count` texts of invented authors in shuffled order."""
    dice = random.Random(f"authors{seed}")
    rows: list[tuple[str, str | None, int, int, bool, int]] = []
    drafts: list[tuple[Author, list[str]]] = []
    number = 0
    while len(rows) < count:
        author = _author(number, dice, kinds)
        number += 1
        mine: list[list[str]] = []
        for _ in range(author.texts):
            short = dice.random() < 0.07
            kind = dice.random()
            origin = author.number
            copied = False
            verbatim = False
            if kind < again and mine:
                draft = dice.choice(mine)
            elif kind < again + copies and drafts and not short:
                other, draft = dice.choice(drafts)
                copied, origin, verbatim = True, other.number, dice.random() < 0.5
            else:
                draft = _sentences(author, dice, short)
                keep_rate = author.rates

                def keep(kind: str, rates: dict[str, float] = keep_rate) -> bool:
                    return dice.random() < rates[kind]

                draft = [_worded(each, author, keep) for each in draft]
                mine.append(draft)
                if len(drafts) < 2000:
                    drafts.append((author, draft))
                elif dice.random() < 0.02:
                    drafts[dice.randrange(2000)] = (author, draft)
            digits = dice.choice(author.phones)
            shape = author.styles["phone"] if dice.random() < 0.85 else dice.choice(PHONE_SHAPES)
            where = dice.random()
            contact = str(shape).format(digits) if where < 0.55 else ""
            hand = other if copied and verbatim else author
            text = _laid_out(_filled(draft, hand, dice), hand, dice, dice.random() < 0.12, contact, short)
            rows.append(
                (
                    text,
                    f"+4477009{digits}" if 0.55 <= where < 0.75 else None,
                    author.number,
                    origin,
                    copied,
                    hand.number,
                )
            )
    rows = rows[:count]
    order = np.random.default_rng(seed).permutation(count)
    rows = [rows[at] for at in order]
    table = pa.table({
        "id": pa.array([f"t{at:07d}" for at in range(count)]),
        "text": pa.array([row[0] for row in rows], pa.string()),
        "phone": pa.array([row[1] for row in rows], pa.string()),
    })  # fmt: skip
    return Written(
        table,
        np.array([row[2] for row in rows], np.int64),
        np.array([row[3] for row in rows], np.int64),
        np.array([row[4] for row in rows], np.bool_),
        np.array([len(row[0].split()) for row in rows], np.int64),
        np.array([row[5] for row in rows], np.int64),
    )
