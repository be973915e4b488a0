"""Names of persons in one alphabet, without titles, and with the given name that a nickname stands for.

Latin letters lose their marks (NFKD, Unicode 15) and a few get two letters (ß, æ, ø, ł); Cyrillic and Greek follow
simple phonetic tables, Arabic is read by its consonants, since vowels are rarely written. What no table knows stays as it
is. The aim is that two spellings of one name come near to each other, not that either is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise

_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўђјљњћџѓќѕ",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i i e g u dj j lj nj c dz g k dz".split(),
        strict=True,
    )
)
_GREEK = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True)
)
_ARABIC = dict(
    zip(
        "ءآأإؤئابةتثجحخدذرزسشصضطظعغفقكلمنهويىپچژگکیڤ",
        "_ a a i u i a b a t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y a p ch zh g k y v".split(),
        strict=True,
    )
)
_LATIN = dict(zip("ßæœøłđðþıħŋ", "ss ae oe o l d d th i h n".split(), strict=True))
_TABLE = str.maketrans(
    {key: "" if value == "_" else value for key, value in (_CYRILLIC | _GREEK | _ARABIC | _LATIN).items()}
)

_TITLES = frozenset(
    "sir lord lady dame dr mr mrs ms miss mx rev reverend baron baroness baronet bart earl viscount duke duchess count countess "
    "marquess captain capt colonel col general gen major maj prof professor hon rt st saint jr sr junior senior esq kg cb obe mbe "
    "ii iii iv 1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th 12th 13th 14th herr frau madame monsieur mme don dona sheikh haji".split()
)
_PARTICLES = frozenset(
    "of the and de la del della di da dos das du van von der den ten ter el al bin ibn bint abu y e".split()
)


def fold(text: str) -> str:
    """Lower case, one alphabet, words parted by one space.

    >>> fold("Müller-Lüdenscheidt, Łucja"), fold("Иванова Юлия"), fold("Γεωργίου")
    ('muller ludenscheidt lucja', 'ivanova yuliya', 'georgioy')
    >>> fold("D’Angelo"), fold("محمد")
    ('dangelo', 'mhmd')
    """
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_TABLE)
    plain = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    plain = re.sub(r"['’`´ʼʹ‘]", "", plain.translate(_TABLE))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def name_tokens(text: str | None) -> list[str]:
    """The words of a name without titles and particles; with them where nothing else would be left.

    >>> name_tokens("Sir Thomas Clifford, 1st Baron Clifford of Chudleigh")
    ['thomas', 'clifford', 'clifford', 'chudleigh']
    """
    words = fold(text).split() if text else []
    return [word for word in words if word not in _TITLES and word not in _PARTICLES] or words


def root_of(name: str) -> str:
    """The name that a nickname or a form in another language stands for; the name itself where no table knows it.

    >>> root_of("peggy"), root_of("sasha"), root_of("zaphod")
    ('margaret', 'alexander', 'zaphod')
    """
    return _roots().get(name, name)


def initials_agree(one: str, other: str) -> bool:
    """Whether one of the names is only an initial, and of the other."""
    return min(len(one), len(other)) == 1 and one[0] == other[0]


@cache
def _roots() -> dict[str, str]:
    """Form -> root. Where a nickname serves two names, the first line that has it wins; a root is always its own."""
    lines = files("clew.links.persons").joinpath("nicknames.txt").read_text(encoding="utf-8").splitlines()
    groups = [line.split() for line in lines if line and not line.startswith("#")]
    roots: dict[str, str] = {}
    for root, *forms in groups:
        for form in (root, *forms):
            roots.setdefault(form, roots.get(root, root))
    return roots


def rough(word: str) -> str:
    """A word without what is often misheard or mistyped: no doubled letters, no vowels but the first.

    >>> rough("henrietta"), rough("henrieta")
    ('hnrt', 'hnrt')
    """
    kept = word[:1] + re.sub(r"[aeiouyhw]", "", word[1:])
    return kept[:1] + "".join(after for before, after in pairwise(kept) if after != before)


def folded(values: Iterable[str | None]) -> list[str | None]:
    """Each value folded; null stays null and so becomes what folds to nothing."""
    return [(fold(value) or None) if value is not None else None for value in values]
