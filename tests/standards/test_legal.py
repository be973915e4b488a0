"""The legal register and the threat model: every answer's test is there, and what is open is said."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from clew.records import KINDS
from clew.standards.legal import Standing, gaps, legal_register, read_register
from clew.standards.legal_risks import risks

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"tests/[\w/]+\.py::\w+")
ASKED = {
    "gdpr": {"5", "6", "9", "10", *map(str, range(13, 23)), "25", "32", "35"},
    "victims": {"21"},
    "cets197": {"11"},
    "aiact": {"5(1)(d)", "5(1)(e)", "5(1)(g)", "5(1)(h)", "14", "26", "Annex III (6, 7)"},
}
TEXTS = {*ASKED, "led", "c108", "c108plus", "toronto", "oecd", "altai", "cepej"}


@cache
def functions(path: Path) -> frozenset[str]:
    """Names of the test functions of a file, also those in classes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def is_dead(link: str) -> bool:
    path, _, name = link.partition("::")
    return not (ROOT / path).is_file() or not name.startswith("test_") or name not in functions(ROOT / path)


def test_every_answer_leads_to_a_test_that_is_there() -> None:
    answers = [answer for text in legal_register() for each in text.articles for answer in each.answers]
    assert [answer.test for answer in answers if is_dead(answer.test)] == []
    assert len(answers) > 70
    assert is_dead("tests/standards/test_legal.py::test_gone")
    assert is_dead("tests/gone.py::test_every_answer_leads_to_a_test_that_is_there")
    assert is_dead("tests/standards/test_legal.py::is_dead")


def test_every_text_and_article_that_was_promised_is_in_it() -> None:
    articles = {text.id: {each.article for each in text.articles} for text in legal_register()}
    assert articles.keys() == TEXTS
    assert [(name, wanted - articles[name]) for name, wanted in ASKED.items() if wanted - articles[name]] == []


def test_what_has_no_answer_is_open_and_says_why() -> None:
    for text in legal_register():
        assert text.source.startswith("https://")
        for each in text.articles:
            assert each.asks[-1] in ".?"
            assert (each.standing is Standing.OPEN) == (not each.answers)
            assert each.answers or each.gaps, f"{text.id} {each.article}: neither answered nor said to be open"
    assert ("General Data Protection Regulation", "18") in {(text, article) for text, article, _ in gaps()}


def test_every_defence_of_the_threat_model_leads_to_a_test_that_is_there() -> None:
    page = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    assert [link for link in LINK.findall(page) if is_dead(link)] == []
    for attacker in page.split("\n## ")[1:]:
        title = attacker.splitlines()[0]
        assert len(LINK.findall(attacker)) >= 5, title
        assert "**What does not**: " in attacker, title
        rows = [line for line in attacker.splitlines() if line.startswith("| ")][1:]
        assert [row for row in rows if not LINK.search(row)] == [], title


def test_every_measure_against_a_risk_leads_to_a_test_that_is_there() -> None:
    assert [each.test for risk in risks() for each in risk.measures if is_dead(each.test)] == []


def test_an_entry_that_is_wrong_is_refused() -> None:
    whole = "- {id: x, name: X, cite: X, binding: true, source: x, articles: [{article: '1', title: t, asks: a%s}]}"
    assert read_register(whole % "")[0].articles[0].standing is Standing.OPEN
    for wrong in (", gaps: a sentence", ", answers: [{words: without a test}]", ", answer: []"):
        with pytest.raises(TypeError):
            read_register(whole % wrong)


def test_pictures_are_hashes_and_nothing_here_knows_faces() -> None:
    kept = {field.name for field in KINDS["images"].fields}
    assert kept.isdisjoint({"face", "embedding", "content", "pixels"})
    needed = (ROOT / "pyproject.toml").read_text(encoding="utf-8").lower()
    assert [
        name for name in ("face", "dlib", "opencv", "mediapipe", "deepface", "insight") if f'"{name}' in needed
    ] == []
