from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from clew.signals.phrases import fold
from clew.standards import signs as register
from clew.standards.signs import Sign, sign, signs, text_signs

FORBIDDEN = """
    young younger youngest teen teens teenage mature old older girl girls student students schoolgirl virgin petite slim skinny busty blonde brunette
    asian black white latina latin ebony arab indian thai chinese japanese korean russian romanian ukrainian african european caucasian exotic foreign
    foreigner immigrant migrant gypsy roma nationality race ethnic muslim christian jewish hindu religion religious trans transgender shemale gay lesbian
    bisexual disabled disability pregnant accent
    joven jóvenes jovencita madura estudiante asiática negra rubia morena extranjera musulmana
    jeune jeunes mûre étudiante asiatique noire blonde étrangère musulmane
    jung junge junges reife studentin asiatin schwarze ausländerin muslimin
    nova-idade madura estudante asiática negra loira estrangeira muçulmana
    tânără tinere matură studentă asiatică blondă străină musulmană
    молодая молодые зрелая студентка азиатка негритянка блондинка иностранка мусульманка
""".split()
"""Words for age, looks, origin, faith, sexuality, gender identity, disability and language skill, which no phrase may hold."""


def test_no_sign_reads_a_protected_trait():
    forbidden = frozenset(map(fold, FORBIDDEN))
    for one in signs():
        for terms in one.terms.values():
            for term in terms:
                assert not forbidden & set(re.findall(r"[\w-]+", fold(term))), (one.name, term)


def test_no_sign_counts_a_protected_trait():
    counted = frozenset(("nationality", "ethnicity", "race", "religion", "gender", "age", "ages", "origin", "language"))
    for one in signs():
        assert not counted & set(re.findall(r"\w+", one.rule.lower())), one.name


def test_every_scope_has_signs_in_both_directions_with_a_source():
    for scope in register.SCOPES:
        assert {one.direction for one in signs() if one.scope == scope} == {"for", "against"}, scope
    assert all(re.search(r"\(\d{4}\)|20\d\d|T-Net|organisations|ILO|UNODC", one.source) for one in signs())


def test_a_phrase_folds_to_one_sign_only():
    seen: dict[str, str] = {}
    for one in signs():
        for term in (fold(t) for terms in one.terms.values() for t in terms):
            assert seen.setdefault(term, one.name) == one.name, term


def test_a_sign_that_is_off_is_not_read_in_texts(monkeypatch):
    off = dataclasses.replace(sign("documents_held"), enabled=False)
    monkeypatch.setattr(register, "signs", lambda: (off,))
    assert text_signs() == ()


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"points": -1.0}, "disagree"),
        ({"innocent": ""}, "innocent reading"),
        ({"terms": {}}, "has terms"),
        ({"scope": "person"}, "unknown"),
        ({"counters": ("nobody",)}, "counter"),
        ({"scope": "cluster"}, "another a rule"),
    ],
)
def test_an_entry_that_is_wrong_is_named(change, wrong):
    assert wrong in register._wrong(dataclasses.replace(sign("documents_held"), **change), {})


def test_the_page_is_in_step():
    page = Path(__file__).parents[2] / "docs" / "signs.md"
    assert page.read_text(encoding="utf-8") == register.page()


def test_an_unknown_sign_is_a_key_error():
    with pytest.raises(KeyError):
        sign("nobody")
    assert isinstance(sign("bulk_network"), Sign)
