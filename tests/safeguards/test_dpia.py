"""The impact assessment as plain data: what it says, what makes it stale, and when it stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from clew.safeguards import dpia
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.datasheet import datasheets
from clew.safeguards.document import Document, Items, Rows, Words, markdown, pdf
from clew.safeguards.dpia import Configuration, SourceTerms, Standing, changes, material, name_of, standing
from clew.safeguards.dpia_writing import open_points, written
from clew.safeguards.errors import UsageError
from clew.standards.legal_risks import risks

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HELPLINE = SourceTerms(
    id="src_1",
    name="Harbour line",
    basis="consent",
    purpose="support",
    retention_days=90,
    tlp="amber",
    kinds=("calls",),
)
HERE = Configuration(
    sources=(HELPLINE,),
    kinds={"calls": (("text", "number"), ("area", "topic")), "adverts": ((), ("text",))},
    settings={"k": "11", "epsilon": "4.0"},
    retention=(("", "calls", "", "30"),),
    permissions=(("steward", "oversight", "erase"),),
    detectors=(("phone", "Telephone numbers.", "Calling the number."),),
    models=(),
    storage={"vault": "SQLCipher", "lake": "not encrypted"},
    facts=frozenset({"lake_open"}),
    answers={},
)
NAME = name_of(HERE)


def said(
    verdict: Verdict = Verdict.YES, *, on: str = dpia.SUBJECT + NAME, at: datetime = NOW, id: str = "j1", reverses=None
) -> Judgement:
    return Judgement(id=id, lead=on, verdict=verdict, reason="read", actor="a", at=at, reverses=reverses, signature="")


def stands(*judgements: Judgement, real: bool = True, now: datetime = NOW, name: str = NAME) -> Standing:
    return standing(name, real=real, judgements=judgements, days=365, now=now)[0]


def test_it_says_what_is_configured() -> None:
    text = markdown(written(HERE))
    for words in (
        "Harbour line",
        "consent",
        "| 90 |",
        "text, number",
        "Calling the number.",
        "| k | 11 |",
        "| calls |",
        "support",
    ):
        assert words in text
    assert "declared invented" not in text
    assert markdown(written(HERE)) == text


@pytest.mark.parametrize(
    "other",
    [
        {"sources": (replace(HELPLINE, basis="law-enforcement"),)},
        {"sources": (replace(HELPLINE, purpose="research"),)},
        {"sources": (replace(HELPLINE, retention_days=91),)},
        {"sources": (replace(HELPLINE, tlp="clear"),)},
        {"sources": (replace(HELPLINE, kinds=("calls", "tips")),)},
        {"sources": (HELPLINE, replace(HELPLINE, id="src_2"))},
        {"sources": ()},
        {"kinds": {**HERE.kinds, "calls": (("text",), ("number", "area", "topic"))}},
        {"settings": {"k": "5", "epsilon": "4.0"}},
        {"retention": ()},
        {"permissions": (("analyst", "oversight", "erase"),)},
        {"detectors": (*HERE.detectors, ("face", "Faces.", ""))},
        {"models": (("0f", "judgements"),)},
        {"storage": {"vault": "SQLCipher", "lake": "elsewhere"}},
        {"answers": {"necessity": "because"}},
    ],
    ids=lambda other: next(iter(other)),
)
def test_every_material_change_makes_it_stale(other: dict) -> None:
    changed = replace(HERE, **other)
    assert stands(said(), name=name_of(changed)) is Standing.STALE
    assert changes(material(HERE), material(changed))


def test_what_changes_no_risk_keeps_its_name() -> None:
    more = {
        "records": {"calls": 9},
        "accounts": {"steward": 2},
        "releases": (("t", "r", "k = 11"),),
        "facts": frozenset(),
    }
    assert name_of(replace(HERE, **more)) == NAME
    assert name_of(replace(HERE, sources=(replace(HELPLINE, planned=True),))) == NAME


def test_a_change_says_part_and_what() -> None:
    changed = replace(HERE, sources=(replace(HELPLINE, retention_days=400),), settings={"k": "5"})
    assert changes(material(HERE), material(changed)) == (
        ("removed", "settings: epsilon 4.0"),
        ("changed", "settings: k 11 became k 5"),
        (
            "changed",
            "sources: src_1 Harbour line, consent, support, 90, amber, calls became src_1 Harbour line, consent, support, 400, amber, calls",
        ),
    )
    assert changes(material(HERE), material(HERE)) == ()


def test_an_approval_stands_for_its_time_and_until_another_word() -> None:
    assert stands() is Standing.MISSING
    assert stands(said()) is Standing.APPROVED
    assert stands(said(), now=NOW + timedelta(days=365)) is Standing.EXPIRED
    assert stands(said(), said(Verdict.NO, id="j2")) is Standing.WITHDRAWN
    assert stands(said(), said(Verdict.NO, id="j2"), said(id="j3")) is Standing.APPROVED
    assert stands(said(), said(Verdict.NOT_SURE, id="j2")) is Standing.WITHDRAWN
    assert stands(said(), said(id="j2", reverses="j1")) is Standing.MISSING
    assert {each: each.open for each in Standing} == {
        each: each in (Standing.NOT_NEEDED, Standing.DEMO, Standing.APPROVED) for each in Standing
    }


def test_a_demos_approval_covers_invented_data_alone() -> None:
    demo = said(on=dpia.DEMO + NAME)
    assert stands(demo, real=False) is Standing.DEMO
    assert stands(demo) is Standing.MISSING
    assert stands(real=False) is Standing.NOT_NEEDED


def test_a_high_remaining_risk_asks_for_prior_consultation() -> None:
    several = {"kinds": ("adverts", "calls")}
    quiet = replace(HERE, facts=frozenset(), sources=(replace(HELPLINE, **several),))
    assert not [point for point in open_points(quiet) if "authority" in point]
    worse = replace(quiet, facts=frozenset({"fairness_not_measured", "no_auditor"}))
    assert len([point for point in open_points(worse) if "ask the supervisory authority" in point]) == 2
    assert "| 3 / 3 | high |" in markdown(written(worse))


def test_unanswered_questions_are_open_points() -> None:
    answered = replace(HERE, facts=frozenset(), answers=dict.fromkeys(dpia.QUESTIONS, "yes"))
    assert open_points(answered) == ()
    assert len(open_points(replace(answered, answers={"necessity": " "}))) == len(dpia.QUESTIONS)


def test_every_fact_that_raises_a_risk_has_words() -> None:
    from clew.safeguards.dpia_writing import _FACTS

    assert {name for risk in risks() for name in risk.raised_by} == _FACTS.keys()
    assert all(
        1 <= part <= 4 for r in risks() for part in (r.severity, r.likelihood, r.left_severity, r.left_likelihood)
    )


def test_a_data_sheet_says_what_is_kept_of_a_source_and_what_nobody_told() -> None:
    text = markdown(datasheets(HERE, {("src_1", "calls"): 1200, ("src_2", "calls"): 7}))
    for words in (
        "## Harbour line",
        "Legal ground: consent",
        "90 days",
        "TLP AMBER",
        "number, text",
        "| calls | 1,200 |",
        "Not known to clew",
    ):
        assert words in text
    assert "| 7 |" not in text


def test_what_is_typed_stays_text() -> None:
    nasty = "a|b\n# c [d](javascript:e) <script> `f`"
    text = markdown(Document("t", "a", (Items((nasty,)), Rows("c", ("x",), ((nasty,),)), Words(nasty))))
    assert text.count("\n#") == 0
    assert "](" not in text.replace("\\](", "")
    assert "<script" not in text.replace("\\<", "")
    assert text.count(r"a\|b \# c") == 3


def test_the_pdf_is_tagged_and_reads_as_text() -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    made = pdf(written(HERE), day="2026-11-24")
    root = pypdf.PdfReader(BytesIO(made)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part" in made or b"pdfuaid" in made
    assert "Harbour line" in pypdf.PdfReader(BytesIO(made)).pages[0].extract_text()
    with pytest.raises(UsageError, match="no font here"):
        pdf(Document("t", "\U000f0000", ()), day="2026-11-24")
