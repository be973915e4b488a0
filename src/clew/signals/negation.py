"""Whether a phrase is denied where it stands: "no fees", "fees: none", "we never keep your passport".

Rules of the kind of NegEx (Chapman et al. 2001): words before within a few words and one clause, and words right after.
"""

from __future__ import annotations

import re
from functools import lru_cache

from clew.signals.phrases import fold

_BEFORE = {
    "en": "no not never without don't dont doesn't doesnt didn't isn't aren't won't wont cannot can't cant nobody nothing nowhere "
    "neither nor zero refuse refuses",
    "es": "no sin nunca jamas ni ningun ninguna ninguno tampoco nadie",
    "fr": "ne n' pas sans jamais aucun aucune ni",
    "de": "kein keine keinen keiner keinerlei nicht ohne nie niemals weder niemand niemandem",
    "pt": "não sem nunca nenhum nenhuma jamais nem ninguém",
    "ro": "nu fără niciun nicio niciodată nici nimeni",
    "ru": "не без нет никогда ни никаких никто",
    "uk": "не без немає ніколи ні жодних ніхто",
    "it": "non senza mai nessun nessuna né nessuno",
    "nl": "geen niet zonder nooit noch niemand",
    "pl": "nie bez nigdy żadnych ani nikt",
    "tr": "yok değil kimse hiç",
    "zh": "",
    "ja": "",
}
_STUCK_BEFORE = {"zh": re.compile("(?:不|没有|無|无|免|不会|绝不|不收|不用|无需)$"), "ja": re.compile("(?:無|不)$")}
_AFTER = re.compile(
    r"[\s:=(-]{0,3}(?:(?:is|are|it's|wird|werden|se|hay|es) )?(?:"
    + fold(
        "none|never|zero|not required|not needed|not necessary|not charged|not asked|not taken|not kept|ninguna|ninguno|nunca"
        "|no se|aucune?|jamais|keine|nicht|nie|nenhuma?|não|nu|niciuna?|нет|не|отсутствует|nessuna?|non|geen|niet|brak|yok|alınmaz"
    )
    + r")\b(?! refund)|[\s:]?[はがも]?(?:不要|なし|無し|かかりません|ありません|いただきません|全?免)"
)
_ANSWERED_NO = re.compile(
    r"[^.!?\n]{0,40}\?[\s\"'»)]{0,3}(?:"
    + fold(
        "no|nope|not|never|none|nobody|nunca|jamás|nadie|non|jamais|personne|nein|nie|niemand|não|ninguém|nu|niciodată|nimeni|нет|никогда|никто|ні|ніколи|nee|nooit|nigdy|hayır|yok"
    )
    + r")\b|[^。！？?\n]{0,40}[？?]\s?(?:不|没有|沒有|いいえ|ไม่)"
)
"""A question that the text itself answers with no."""
_REASSURING = re.compile(
    fold(
        "do not worry|don't worry|dont worry|no worries|no problem|why not|no se preocupe|no te preocupes|sin problema"
        "|pas de souci|pas de probleme|ne vous inquietez pas|keine sorge|kein problem|sem problema|nao se preocupe"
        "|fara griji|nu va faceti griji|nicio problema|без проблем|не волнуйтесь|не беспокойтесь|nessun problema|geen probleem"
    )
)
_WARNS = re.compile(
    r"\b(?:"
    + fold(
        "illegal|unlawful|forbidden|prohibited|beware|watch out|avoid|report any|report anyone|report anybody|never pay|scam|scammers|free of|"
        "ilegal|prohibido|cuidado con|denuncie|illégal|interdit de|méfiez-vous|signalez|verboten|vorsicht|melden sie|proibido|"
        "interzis|feriți-vă|raportați|запрещено|незаконно|остерегайтесь|сообщите|vietato|illegale|verboden|zabronione|uwaga na"
    )
    + r")\b"
)
"""A clause that warns of something does not say that it is so here."""
_ONLY = frozenset(
    (
        "only",
        "just",
        "solo",
        "solamente",
        "sólo",
        "seulement",
        "nur",
        "só",
        "apenas",
        "doar",
        "numai",
        "только",
        "alleen",
    )
)
_CLAUSE = re.compile(r"[.!?;:|•*()\[\]\n。！？；、，]| - ")
_LIST_ENDS = re.compile(r"\s?(?:,|or|nor|and|ni|o|u|ou|oder|und|et|sau|și|si|e|или|и|of|lub)\b")
_TOKEN = re.compile(r"[\w']+")
_SUBJECTS = frozenset(
    "we i she they he you nous je elle wir ich sie nosotros yo ella nós eu ela noi ea мы я она они".split()
)
_WORDS = 4
_REACH = 72
_ASKED = 42
"""Characters within which a question that began with a phrase ends."""


def _sets() -> dict[str, frozenset[str]]:
    return {language: frozenset(map(fold, words.split())) for language, words in _BEFORE.items()}


_NEGATORS = _sets()
_ANY = frozenset().union(*_NEGATORS.values())
_PLAIN_WORD = re.compile(r"\w+")
_CUES = _ANY | set(_PLAIN_WORD.findall(_WARNS.pattern.replace("\\b", " ")))
_STUCK_SIGNS = re.compile("[不没无無免]")


def is_denied(text: str, start: int, end: int, languages: tuple[str, ...] = ()) -> bool:
    """Whether what stands at `start` to `end` of a view's text is denied; negators of those languages, or of all.

    >>> text = "no recruitment fee, we keep your passport"
    >>> is_denied(text, 3, 18, ("en",)), is_denied(text, 20, 41, ("en",))
    (True, False)
    """
    if _AFTER.match(text, end) or (text.find("?", end, end + _ASKED) >= 0 and _ANSWERED_NO.match(text, end)):
        return True
    return _is_denied_before(text, start, end, languages)


def _is_denied_before(text: str, start: int, end: int, languages: tuple[str, ...]) -> bool:
    first = _TOKEN.match(text, start)
    if first and first[0] in _SUBJECTS:
        return False
    before = text[max(0, start - _REACH) : start]
    if _has_no_cue(before):
        return False
    for language in languages:
        stuck = _STUCK_BEFORE.get(language)
        if stuck and stuck.search(before):
            return True
    clause = _CLAUSE.split(_REASSURING.sub(";", before))[-1]
    if _WARNS.search(clause):
        return True
    words = _TOKEN.findall(_unlisted(clause, text, end))[-_WORDS:]
    denying = negators(languages)
    return any(
        word in denying and (place + 1 >= len(words) or words[place + 1] not in _ONLY)
        for place, word in enumerate(words)
    ) or any(word[:2] in ("n'", "d'") and word[:2] in denying for word in words)


def _has_no_cue(before: str) -> bool:
    """Whether no word that denies or warns can be there: quick, and true of most."""
    if "'" in before or not _CUES.isdisjoint(_PLAIN_WORD.findall(before)):
        return False
    return before.isascii() or not _STUCK_SIGNS.search(before)


@lru_cache(maxsize=1024)
def negators(languages: tuple[str, ...]) -> frozenset[str]:
    """The words that deny in those languages, or in all."""
    return frozenset().union(*(_NEGATORS.get(one, frozenset()) for one in languages)) if languages else _ANY


def _unlisted(clause: str, text: str, end: int) -> str:
    """The clause from its last comma, unless what follows goes on a list: "no deposit, fees or commission"."""
    if "," in clause and not _LIST_ENDS.match(text, end):
        return clause.rpartition(",")[2]
    return clause
