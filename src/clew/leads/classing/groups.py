"""By what a network's errors are counted: language, script, place, stated gender, source.

Protected traits are read here and nowhere else, to measure who is wrongly flagged. Written in Ibis over the lake's tables.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import ibis

from clew.standards.listed import listed

SCRIPTS = {
    "Latin": r"A-Za-z\x{00C0}-\x{024F}\x{1E00}-\x{1EFF}",
    "Cyrillic": r"\x{0400}-\x{052F}",
    "Greek": r"\x{0370}-\x{03FF}",
    "Arabic": r"\x{0600}-\x{06FF}\x{0750}-\x{077F}",
    "Hebrew": r"\x{0590}-\x{05FF}",
    "Devanagari": r"\x{0900}-\x{097F}",
    "Bengali": r"\x{0980}-\x{09FF}",
    "Thai": r"\x{0E00}-\x{0E7F}",
    "Han": r"\x{4E00}-\x{9FFF}",
    "Kana": r"\x{3040}-\x{30FF}",
    "Hangul": r"\x{AC00}-\x{D7AF}",
}
"""Script -> its letters, in the syntax that RE2 and Java share."""
READ = 2_000
"""Characters of a text that are looked at."""
NONE_STATED = "none stated"


def network_groups(members: Any, adverts: Any, claims: Any) -> Any:
    """One row a network that has adverts: network, language, script, place, stated_gender, source (a source's id).

    The most common value of its adverts, the first in the alphabet among equals; script and gender words are read in the
    text of its earliest advert. Null where nothing is known.
    """
    ads = members.filter(members.record_kind == "advert").join(
        adverts.select("record_id", "place", "posted", "text", "source_id"), "record_id"
    )
    spoken = claims.filter(claims.kind == "language").select("record_id", language="value")
    found = _first_texts(ads)
    for name, table in (
        ("language", ads.select("record_id", "network").join(spoken, "record_id")),
        ("place", ads),
        ("source", ads.mutate(source=ads.source_id)),
    ):
        found = found.left_join(_most(table, name), "network").drop("network_right")
    return found


def _most(table: Any, column: str) -> Any:
    """network, column: the most common value."""
    counted = table.filter(table[column].notnull()).group_by(["network", column]).aggregate(n=lambda t: t.count())
    window = ibis.window(group_by=counted.network, order_by=[counted.n.desc(), counted[column]])
    ranked = counted.mutate(rank=ibis.row_number().over(window))
    return ranked.filter(ranked["rank"] == 0).select("network", column)


def _first_texts(ads: Any) -> Any:
    first = ads.group_by("network").aggregate(text=ads.text.first(order_by=[ads.posted, ads.record_id]))
    text = first.text.fill_null("").substr(0, READ)
    counts = {name: text.re_replace(f"[^{letters}]", "").length() for name, letters in SCRIPTS.items()}
    most = ibis.greatest(*counts.values())
    script = ibis.cases(*((counts[name] == most, name) for name in SCRIPTS), else_=None)
    said = {group: text.lower().re_search(pattern) for group, pattern in gender_patterns().items()}
    several = sum((each.cast("int8") for each in said.values()), ibis.literal(0).cast("int8"))
    gender = ibis.cases((several > 1, "several"), *((each, group) for group, each in said.items()), else_=NONE_STATED)
    return first.select("network", script=ibis.ifelse(most > 0, script, None), stated_gender=gender)


@cache
def gender_patterns() -> dict[str, str]:
    """Group -> pattern of its words, whole and in lower case."""
    content = listed(files("clew.leads.classing").joinpath("gender_wording.yaml").read_text(encoding="utf-8"))
    return {group: rf"(^|\P{{L}})({'|'.join(sorted(words))})(\P{{L}}|$)" for group, words in content.items()}
