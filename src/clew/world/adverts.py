"""Adverts, their postings and the pages that show them, made column by column: no loop runs over the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.kinds import INSTANT, KINDS
from clew.world.cast import DAYS, Cast
from clew.world.dice import stream
from clew.world.language import LANGUAGES, book
from clew.world.phones import COLUMN_ONLY, NO_PHONE, e164
from clew.world.places import cities
from clew.world.templates import PRICES, SIGNS

TODAY = date(2026, 3, 1)
"""The world's today. No clock is read."""
FIRST = datetime(2026, 3, 1, tzinfo=UTC) - timedelta(days=DAYS)
_MINUTE = 60 * 1_000_000
_CHUNK = 50_000

Ints = npt.NDArray[np.int64]
Progress = Callable[[str, int, int], None]


def silent(part: str, done: int, total: int) -> None:
    """A progress callback that says nothing."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of unequal length, end to end."""

    values: Ints
    offsets: Ints

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Ragged:
        offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)]).astype(np.int64)
        values = np.fromiter((value for row in rows for value in row), dtype=np.int64, count=int(offsets[-1]))
        return cls(values, offsets)

    @property
    def lengths(self) -> Ints:
        return np.diff(self.offsets)

    def pick(self, rows: Ints, share: npt.NDArray[np.float64]) -> Ints:
        """One value of each named row, by a share from 0 to 1; -1 for an empty row."""
        lengths = self.lengths[rows]
        at = self.offsets[rows] + np.minimum((share * lengths).astype(np.int64), np.maximum(lengths - 1, 0))
        return np.where(lengths > 0, self.values[np.minimum(at, len(self.values) - 1)] if len(self.values) else -1, -1)

    def at(self, rows: Ints, turn: Ints) -> Ints:
        """The value of each named row at a turn, counted round."""
        return self.values[self.offsets[rows] + turn % self.lengths[rows]]


@dataclass(frozen=True, slots=True)
class Rows:
    """The choices behind every advert, in order of time."""

    voice: Ints
    poster: Ints
    minute: Ints
    city: Ints
    template: Ints
    contact: Ints
    name: Ints
    names: tuple[str, ...]
    day: Ints


def plan(cast: Cast, seed: int) -> Rows:
    """Decides who posts what, when and where."""
    rng = stream(seed, "adverts")
    voices = Ragged.of([poster.voices for poster in cast.posters])
    poster = np.repeat(np.arange(len(cast.posters)), [p.adverts for p in cast.posters])
    start = np.array([p.start for p in cast.posters])[poster]
    days = np.array([p.days for p in cast.posters])[poster]
    minute = start * 1440 + (rng.random(len(poster)) * days * 1440).astype(np.int64)
    order = np.argsort(minute, kind="stable")
    poster, minute = poster[order], minute[order]
    voice = voices.pick(poster, rng.random(len(poster)))
    day = minute // 1440
    period = np.array([v.period for v in cast.voices])[voice]
    phase = np.array([v.phase for v in cast.voices])[voice]
    names = tuple(sorted({name for v in cast.voices for name in v.names}))
    number = {name: i for i, name in enumerate(names)}
    return Rows(
        voice=voice,
        poster=poster,
        minute=minute,
        city=Ragged.of([v.cities for v in cast.voices]).at(voice, (day + phase) // period),
        template=Ragged.of([v.templates for v in cast.voices]).pick(voice, rng.random(len(poster))),
        contact=Ragged.of([v.contacts for v in cast.voices]).pick(voice, rng.random(len(poster))),
        name=Ragged.of([[number[name] for name in v.names] for v in cast.voices]).pick(voice, rng.random(len(poster))),
        names=names,
        day=day + period - (day + phase) % period,
    )


class Press:
    """Prints the texts: tokens of the template, slots filled, some words changed."""

    def __init__(self, cast: Cast, rows: Rows) -> None:
        self._rows = rows
        made = cast.templates.made
        words = cast.templates.words
        self._tokens = Ragged.of([t.tokens for t in made])
        self._edits = np.array([t.edits for t in made])
        self._price = np.array([t.price for t in made], dtype=np.int64)
        self._language = np.array([LANGUAGES.index(t.language) for t in made])
        self._words = len(words)
        self._may_change = np.array([len(w) > 3 and w[:-1].isalpha() for w in words])
        emoji = book("names")["emoji"]
        variants = [_mistyped(w) for w in words] + [w + emoji[len(w) % len(emoji)] + " " for w in words]
        parts: list[Sequence[str]] = [
            [*words, *variants],
            rows.names,
            [city.name for city in cities()],
            [_price(sign, amount) for sign in SIGNS for amount in PRICES],
            [contact.text for contact in cast.contacts],
            [_until(day, american=american) for american in (False, True) for day in range(DAYS + 60)],
            [f"{w} " for language in LANGUAGES for w in book(language)["filler"]],
        ]
        self._starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        self._dictionary = pa.array([text for part in parts for text in part], pa.large_string())
        self._american = np.array([city.country == "USA" for city in cities()])
        self._fillers = np.array([len(book(language)["filler"]) for language in LANGUAGES])
        self._filler_start = np.concatenate([[0], np.cumsum(self._fillers)])

    def texts(self, begin: int, end: int, rng: np.random.Generator) -> pa.Array:
        """The texts of adverts begin to end (not included)."""
        template = self._rows.template[begin:end]
        lengths = self._tokens.lengths[template]
        row = np.repeat(np.arange(end - begin), lengths)
        first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        token = self._tokens.values[np.arange(len(row)) - first[row] + self._tokens.offsets[template][row]]
        slots = self._slots(begin, end, template, rng)
        is_slot = token < 0
        value = np.where(is_slot, slots[np.maximum(-1 - token, 0), row], token)
        value, kept = self._edit(value, is_slot, row, template, rng)
        counts = np.bincount(row[kept], minlength=end - begin)
        offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int64())
        pieces = pa.LargeListArray.from_arrays(offsets, self._dictionary.take(pa.array(value[kept])))
        return pc.utf8_trim_whitespace(pc.binary_join(pieces, pa.scalar("", pa.large_string()))).cast(pa.string())

    def _slots(self, begin: int, end: int, template: Ints, rng: np.random.Generator) -> Ints:
        rows, starts = self._rows, self._starts
        city = rows.city[begin:end]
        step = (rng.random(end - begin) * 6).astype(np.int64)  # mostly the template's own price
        base = self._price[template]
        price = np.minimum(base % len(PRICES) + np.where(step > 3, step - 3, 0), len(PRICES) - 1)
        until = np.minimum(rows.day[begin:end], DAYS + 59) + np.where(self._american[city], DAYS + 60, 0)
        return np.stack(
            [
                starts[1] + rows.name[begin:end],
                starts[2] + city,
                starts[3] + base - base % len(PRICES) + price,
                starts[4] + rows.contact[begin:end],
                starts[5] + until,
            ]
        )

    def _edit(
        self, value: Ints, is_slot: npt.NDArray[np.bool_], row: Ints, template: Ints, rng: np.random.Generator
    ) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Changes a share of the words: another word, a slip of the finger, an emoji after it, or nothing at all."""
        share = self._edits[template] * rng.random(len(template))
        changed = np.flatnonzero(rng.random(len(value), dtype=np.float32) < share[row])
        changed = changed[~is_slot[changed]]
        changed = changed[self._may_change[value[changed]]]
        what = (rng.random(len(changed)) * 8).astype(np.int64)
        language = self._language[template[row[changed]]]
        other = (rng.random(len(changed)) * self._fillers[language]).astype(np.int64)
        filler = self._starts[6] + self._filler_start[language] + other
        old = value[changed]
        value[changed] = np.select(
            [what < 3, what < 5, what < 6], [filler, old + self._words, old + 2 * self._words], old
        )
        kept = np.ones(len(value), np.bool_)
        kept[changed[what >= 6]] = False
        return value, kept


def _mistyped(word: str) -> str:
    """The word with two letters swapped, as fast fingers do; a short one stays, or it would become another word."""
    if len(word.rstrip()) < 5:
        return word
    at = len(word.rstrip()) // 2 - 1
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _price(sign: str, amount: int) -> str:
    return f"{amount}{sign}" if sign == "€" else f"{sign}{amount}"


def _until(day: int, *, american: bool) -> str:
    moment = FIRST + timedelta(days=day)
    return f"{moment.month}/{moment.day}" if american else f"{moment.day:02d}.{moment.month:02d}."


def ids(prefix: str, count: int, digits: int) -> pa.Array:
    """`prefix_0000001` and on."""
    numbers = pc.utf8_lpad(pa.array(np.arange(1, count + 1)).cast(pa.string()), digits, "0")
    return pc.binary_join_element_wise(prefix + "_", numbers, "")


def instants(minutes: Ints) -> pa.Array:
    """Minutes since the world's first day as times in UTC."""
    return pa.array(minutes * _MINUTE + int(FIRST.timestamp()) * 1_000_000, pa.int64()).cast(INSTANT)


def choose_from(values: Sequence[Any], index: Ints, kind: pa.DataType | None = None) -> pa.Array:
    return pa.array(values, kind or pa.string()).take(pa.array(index))


def print_adverts(cast: Cast, rows: Rows, seed: int, progress: Progress = silent) -> pa.Table:
    """The adverts as received (records.kinds.Advert)."""
    total, press, rng = len(rows.voice), Press(cast, rows), stream(seed, "texts")
    texts = []
    for begin in range(0, total, _CHUNK):
        texts.append(press.texts(begin, min(begin + _CHUNK, total), rng))
        progress("adverts", min(begin + _CHUNK, total), total)
    number = np.array([contact.number for contact in cast.contacts])[rows.contact]
    only = np.array([contact.style == COLUMN_ONLY for contact in cast.contacts])[rows.contact]
    shown = (number > 0) & (only | (rng.random(total) < 0.35))
    contact_numbers = pa.array([e164(contact.number) or None for contact in cast.contacts], pa.string())
    phone = pc.if_else(pa.array(shown), contact_numbers.take(pa.array(rows.contact)), pa.scalar(None, pa.string()))
    sites = [p.sites for p in cast.posters]
    second = rng.random(total) < 0.3
    site = [site for pair in sites for site in pair]
    pictures = Ragged.of([range(len(v.pictures)) for v in cast.voices])
    picture_rows = np.cumsum([0, *[len(v.pictures) for v in cast.voices]])[:-1]
    picked = pictures.pick(rows.voice, rng.random(total))
    has = (picked >= 0) & (rng.random(total) < 0.8)
    flat = pa.array([*(picture for v in cast.voices for picture in v.pictures), ""], pa.string())
    picture = flat.take(pa.array(np.where(has, picture_rows[rows.voice] + picked, 0)))
    return pa.table(
        [
            ids("adv", total, 7),
            pa.chunked_array(texts, pa.string()),
            instants(rows.minute),
            choose_from([city.name for city in cities()], rows.city),
            choose_from(site, rows.poster * 2 + second),
            phone,
            pc.if_else(pa.array(has), picture, pa.scalar(None, pa.string())),
        ],
        schema=KINDS["adverts"].schema,
    )


def truth_of(cast: Cast, rows: Rows) -> pa.Table:
    """What is true of every advert."""
    clusters = [f"tpl_{i:06d}" for i in range(len(cast.templates.made))]
    posters, contacts = cast.posters, cast.contacts

    def of_poster(values: Sequence[Any]) -> pa.Array:
        return choose_from(values, rows.poster)

    def of_contact(values: Sequence[Any], kind: pa.DataType | None = None) -> pa.Array:
        return choose_from(values, rows.contact, kind)

    return pa.table(
        {
            "id": ids("adv", len(rows.voice), 7),
            "poster": of_poster([p.id for p in posters]),
            "person": choose_from([v.person or None for v in cast.voices], rows.voice),
            "class": of_poster([p.kind for p in posters]),
            "template_cluster": choose_from(clusters, rows.template),
            "phone_true": of_contact([e164(c.number) or None for c in contacts]),
            "network": of_poster([p.network or None for p in posters]),
            "phone_style": of_contact([c.style for c in contacts]),
            "phone_in_text": of_contact([c.style not in (COLUMN_ONLY, NO_PHONE) for c in contacts], pa.bool_()),
            "international": of_contact([c.international for c in contacts], pa.bool_()),
            "language": choose_from([t.language for t in cast.templates.made], rows.template),
            "rough": choose_from([t.rough for t in cast.templates.made], rows.template, pa.bool_()),
        }
    )


def repost(adverts: pa.Table, cast: Cast, rows: Rows, count: int, seed: int) -> pa.Table:
    """Postings of adverts that appeared again, mostly in the same place, some elsewhere on the poster's way."""
    rng = stream(seed, "postings")
    at = (rng.random(count) * len(adverts)).astype(np.int64)
    later = np.minimum(rows.minute[at] + 1440 + (rng.random(count) * 13 * 1440).astype(np.int64), DAYS * 1440 - 1)
    order = np.argsort(later, kind="stable")
    at, later = at[order], later[order]
    routes = Ragged.of([v.cities for v in cast.voices])
    city = np.where(rng.random(count) < 0.1, routes.pick(rows.voice[at], rng.random(count)), rows.city[at])
    sites = [site for p in cast.posters for site in p.sites]
    return pa.table(
        [
            ids("pst", count, 7),
            adverts["id"].take(pa.array(at)),
            instants(later),
            choose_from([c.name for c in cities()], city),
            choose_from(sites, rows.poster[at] * 2 + (rng.random(count) < 0.6)),
        ],
        schema=KINDS["postings"].schema,
    )


def capture(adverts: pa.Table, rows: Rows, count: int, seed: int) -> pa.Table:
    """Pages of a site as captured: a heading and three adverts of one city, as they stood there."""
    rng = stream(seed, "pages")
    by_city = np.argsort(rows.city, kind="stable")
    start = (rng.random(count) * max(1, len(by_city) - 2)).astype(np.int64)
    picks = [by_city[np.minimum(start + k, len(by_city) - 1)] for k in range(3)]
    taken = [adverts.take(pa.array(pick)) for pick in picks]
    heading = pc.binary_join_element_wise(taken[0]["site"], taken[0]["place"], " | ")
    text = pc.binary_join_element_wise(heading, *[part["text"] for part in taken], "\n---\n")
    numbers = ids("pag", count, 6)
    url = pc.binary_join_element_wise("https://", taken[0]["site"], "/list/", numbers, "")
    captured = np.max([rows.minute[pick] for pick in picks], axis=0) + 60 + (rng.random(count) * 1380).astype(np.int64)
    return pa.table(
        [numbers, url, text, instants(captured), _digests(text)],
        schema=KINDS["pages"].schema,
    )


def _digests(texts: pa.ChunkedArray) -> pa.Array:
    import hashlib

    return pa.array([hashlib.sha256(text.encode()).hexdigest() for text in texts.to_pylist()])
