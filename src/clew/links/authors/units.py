"""Texts as units: what is written nearly alike is one template, and counts once however often it was posted.

That two texts share a template says nothing of whose hand posted them. Copies stay together while their marks, layout and
emoji agree and no contact tells them apart; copies under contacts that never occur together are units of their own. A
template that appears under several contacts was copied: its units are `copied`, and may only join units of the same contact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.links import groups
from clew.links.authors.reading import FAMILY_BITS, SURFACE, Marks
from clew.links.compiled import compiled
from clew.links.near_texts import near_duplicates

ALIKE = 0.80
"""Least likeness of the surfaces of two copies that one hand may have posted."""
MOST = 4
_LEADERS = 32
_CONTACTS = ("phone", "email", "handle", "url")
_PHONE = re.compile(r"\d[\d ().\-/]{5,24}\d")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S{3,200}|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,24}){1,4}|\B@[\w.]{3,64}")

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Units:
    """`unit` of each text; of each unit the text that stands for it and its template."""

    unit: Numbers
    text: Numbers
    template: Numbers
    copied: npt.NDArray[np.bool_]
    contacts: npt.NDArray[np.int32]
    """Up to `MOST` numbers of contacts of each unit; -1 where there are fewer."""

    def __len__(self) -> int:
        return len(self.text)


def units(texts: pa.ChunkedArray, contacts: pa.ChunkedArray | None, marks: Marks) -> Units:
    """Units of texts that stand in an order of their own (so that the result does not depend on the rows' order)."""
    template = near_duplicates(texts)
    copies = np.flatnonzero(np.bincount(template)[template] > 1) if len(template) else template
    row, code = _contacts(texts, contacts, copies)
    party = _parties(template, row, code)
    several = _several_parties(party, template)
    order = np.lexsort((np.arange(len(template)), party, template))
    key = np.unique(np.stack([template, party]), axis=1, return_inverse=True)[1].ravel()
    leader = np.empty(len(template), np.int64)
    _lead(marks.ids, _surface_weights(marks), marks.starts, order, key[order], leader)
    first, unit = np.unique(leader, return_inverse=True)
    stands = _longest(unit, marks.words, len(first))
    return Units(unit, stands, template[stands], several[template[stands]], _few(unit[row], code, len(first)))


def _few(unit: Numbers, code: Numbers, count: int) -> npt.NDArray[np.int32]:
    """The first `MOST` contacts of each unit."""
    contacts = np.full((count, MOST), -1, np.int32)
    if len(unit):
        unit, code = np.unique(np.stack([unit, code]), axis=1)
        place = np.arange(len(unit)) - np.searchsorted(unit, unit)
        kept = place < MOST
        contacts[unit[kept], place[kept]] = code[kept]
    return contacts


def _longest(unit: Numbers, words: Numbers, count: int) -> Numbers:
    """The text of most words in each unit, the first of several."""
    order = np.lexsort((np.arange(len(unit)), -words, unit))
    return order[np.searchsorted(unit[order], np.arange(count))]


def _contacts(texts: pa.ChunkedArray, given: pa.ChunkedArray | None, doubtful: Numbers) -> tuple[Numbers, Numbers]:
    """Rows and the numbers of the contacts they show, in the text or beside it.

    Written out plainly they are read quickly in all texts; those of `doubtful` that show none so are scanned for hidden ones.
    """
    found = [(row, key) for row, text in enumerate(texts.to_pylist()) if text for key in _plain(text)]
    if given is not None:
        beside = given.cast(pa.string()).to_pylist()
        found += [(row, _key(value)) for row, value in enumerate(beside) if value and value.strip()]
    left = np.setdiff1d(doubtful, np.fromiter((row for row, _ in found), np.int64, len(found)))
    found += _hidden(texts.take(pa.array(left)), left)
    rows = np.fromiter((row for row, _ in found), np.int64, len(found))
    values = np.array([key for _, key in found], object).astype(str)
    return rows, np.unique(values, return_inverse=True)[1].astype(np.int64).ravel()


def _plain(text: str) -> set[str]:
    return {_key(match) for match in _PHONE.findall(text)} | {match.lower() for match in _ADDRESS.findall(text)}


def _key(value: str) -> str:
    """A number by its last seven digits, as it is written with and without a country; else small letters."""
    digits = "".join(each for each in value if each.isdigit())
    return digits[-7:] if len(digits) >= 7 else value.strip().lower()


def _hidden(texts: pa.ChunkedArray, rows: Numbers) -> list[tuple[int, str]]:
    from clew.signals import scan

    if not len(rows):
        return []
    signals = scan(texts, detectors=list(_CONTACTS)).signals
    signals = signals.filter(pc.is_in(signals["kind"], pa.array(_CONTACTS)))
    pairs = zip(signals["row"].to_pylist(), signals["value"].to_pylist(), strict=True)
    return [(int(rows[row]), _key(value)) for row, value in pairs]


def _parties(template: Numbers, row: Numbers, code: Numbers) -> Numbers:
    """Within each template a number for copies whose contacts hang together; -1 for copies without any.

    Where a template has one party, its copies without contact belong to it.
    """
    party = np.full(len(template), -1, np.int64)
    if len(row) == 0:
        return party
    key = np.unique(np.stack([template[row], code]), axis=1, return_inverse=True)[1].ravel().astype(np.int64)
    together = groups.apart(len(template) + int(key.max()) + 1)
    groups.join(together, row, len(template) + key)
    party[row] = together[row]
    pairs = np.unique(np.stack([template, party])[:, party >= 0], axis=1)
    names, first, counts = np.unique(pairs[0], return_index=True, return_counts=True)
    only = np.full(int(template.max()) + 1, -1, np.int64)
    only[names[counts == 1]] = pairs[1][first[counts == 1]]
    return np.where(party < 0, only[template], party)


def _several_parties(party: Numbers, template: Numbers) -> npt.NDArray[np.bool_]:
    """For each template, whether copies of it appear under contacts that do not hang together."""
    pairs = np.unique(np.stack([template, party])[:, party >= 0], axis=1)
    several: npt.NDArray[np.bool_] = np.bincount(pairs[0], minlength=int(template.max(initial=-1)) + 1) > 1
    return several


def _surface_weights(marks: Marks) -> npt.NDArray[np.float32]:
    """Weights of the surface features alone, each text's row of length one."""
    surface = marks.ids >> FAMILY_BITS == SURFACE
    weights = np.where(surface, 1 + np.log(marks.times), 0).astype(np.float32)
    rows = np.repeat(np.arange(len(marks)), np.diff(marks.starts))
    size = np.sqrt(np.bincount(rows, weights * weights, minlength=len(marks)))
    return (weights / np.maximum(size, 1e-9)[rows]).astype(np.float32)


@compiled
def _lead(
    ids: npt.NDArray[np.uint32],
    weights: npt.NDArray[np.float32],
    starts: Numbers,
    order: Numbers,
    key: Numbers,
    leader: Numbers,
) -> None:
    """Gives each text the first earlier text of its key with a like surface; texts of one key stand together."""
    leaders = np.empty(_LEADERS, np.int64)
    count = 0
    for at in range(len(order)):
        if at == 0 or key[at] != key[at - 1]:
            count = 0
        text = order[at]
        leader[text] = text
        for place in range(count):
            mate = leaders[place]
            one, other = starts[text], starts[mate]
            product = 0.0
            while one < starts[text + 1] and other < starts[mate + 1]:
                if ids[one] < ids[other]:
                    one += 1
                elif ids[one] > ids[other]:
                    other += 1
                else:
                    product += weights[one] * weights[other]
                    one += 1
                    other += 1
            if product >= ALIKE or starts[text + 1] == starts[text] == starts[mate]:
                leader[text] = mate
                break
        if leader[text] == text and count < _LEADERS:
            leaders[count] = text
            count += 1
