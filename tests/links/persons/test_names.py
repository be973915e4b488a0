from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.links.persons.names import fold, name_tokens, root_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Дмитрий", "Dmitriy"),  # the same name in two alphabets
        ("Ірина", "Irina"),
        ("Γιάννης", "giannis"),
        ("ŁUKASZ", "lukasz"),
        ("Straße", "strasse"),
        ("José  María", "jose maria"),
        ("O'Neill", "o’neill"),
        ("ＹＵＫＩ", "yuki"),  # full-width letters from a form
    ],
)
def test_fold_brings_spellings_together(one, other):
    assert fold(one) == fold(other)


def test_fold_keeps_scripts_it_does_not_know():
    assert fold("李 小龍") == "李 小龍"


@given(st.text())
def test_fold_is_the_same_twice(text):
    assert fold(fold(text)) == fold(text)


def test_tokens_leave_out_titles_but_never_everything():
    assert name_tokens("Dr. Anna van der Berg") == ["anna", "berg"]
    assert name_tokens("Sir") == ["sir"]
    assert name_tokens(None) == []


def test_roots_join_nicknames_across_languages():
    assert root_of("bill") == root_of("guillermo") == "william"
    assert root_of("katya") == root_of("kate") == "catherine"
    assert root_of("mhmd") == root_of("mohammed")
