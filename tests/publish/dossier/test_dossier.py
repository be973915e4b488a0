"""A dossier is read as a court would: its text, its tags, its marks, and twice the same."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from leads_to_share import AT, advert, known, reason, to

from clew.publish.dossier import CaseFacts, Fonts, case_pdf, lead_pdf
from clew.publish.exports import Entry
from clew.publish.types import Method, Raw, passed_checks
from clew.records.source import Tlp
from clew.safeguards.errors import Blocked, UsageError

pytest.importorskip("typst")
pypdf = pytest.importorskip("pypdf")

TEXT = "Привет, new in town #strong[x] $y$ 💋"
NAMES = {"CANARY-ACTOR": "Anna Analyst"}
SIGNED = {"key": "ab12" * 16, "version": "0.1"}
SPELLED = Fonts(spelled=True)


def lead(fonts=SPELLED):
    given = known(
        entries=[advert("r1", text=TEXT, terms="consent"), advert("r2", Tlp.RED, text="CANARY-RED")],
        reasons=[reason("a", 2.0, "r1")],
    )
    return lead_pdf(Raw(given), to(), NAMES, fonts=fonts, **SIGNED)


def read(exported):
    return pypdf.PdfReader(io.BytesIO(exported.release.value))


def text_of(exported):
    return " ".join(" ".join(page.extract_text() for page in read(exported).pages).split())


@pytest.fixture(scope="module")
def made():
    return lead()


def test_dossier_is_tagged_named_numbered_and_marked(made):
    pdf = read(made)
    root = pdf.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], pdf.metadata.title) == ("en", True, "Dossier of lead lead_1")
    assert "/StructTreeRoot" in root
    for number, page in enumerate(pdf.pages, 1):
        assert f"{number} / {len(pdf.pages)}" in page.extract_text()
        assert page.extract_text().count("TLP:AMBER · for Partner A alone") >= 2  # in the head and across the page


def test_dossier_says_what_a_court_asks(made):
    words = text_of(made)
    for said in (
        "Friends share a phone.", "Points, not a probability", "Yes, signed by Anna Analyst on 2026-11-02", "CANARY-REASON",
        "r1", "consent; TLP:AMBER", "MoU 2026-3", "+33465718589", "Привет, new in town #strong[x] $y$ [U+1F48B KISS MARK]",
        SIGNED["key"], "Nobody is accused",
    ):  # fmt: skip
        assert said in words or said in words.replace(" ", ""), said
    assert hashlib.sha256(TEXT.encode()).hexdigest() in words.replace(" ", "")
    assert "CANARY-RED" not in words
    assert "CANARY-NAME" not in words
    assert passed_checks(made.release)
    assert made.release.guarantee.method is Method.DISCLOSE


def test_the_same_gives_the_same_bytes(made):
    assert lead().release.value == made.release.value


def test_what_cannot_be_shown_is_refused_and_not_dropped():
    with pytest.raises(UsageError, match=r"KISS; under Record 1: r1.*--fonts.*--spell") as refused:
        lead(Fonts())
    assert "Привет" not in str(refused.value)
    with pytest.raises(UsageError, match="no such folder"):
        lead(Fonts(folders=(Path("/nowhere"),)))


CASE = CaseFacts(
    number="c1", facts={"gender": "Feminine"}, answers={"forced_labour": "not_asked"}, elements=[("an act", "yes", "sold")],
    meaning="Some are open.", judgements=[], entry=Entry(id="r9", kind="case", source="House A", level=Tlp.AMBER),
    identity={}, at=AT, consent="none against it",
)  # fmt: skip


def case(recipient=None, **more):
    return case_pdf(Raw(replace(CASE, **more)), recipient or to(), NAMES, fonts=Fonts(), **SIGNED)


def test_a_case_is_sealed_unless_the_recipient_is_entitled():
    assert "Sealed. The case is named by a pseudonym" in text_of(case())
    with pytest.raises(Blocked, match="entitled"):
        case(identity={"first_name": "Bogdan"})
    opened = case(identity={"first_name": "Bogdan"}, entitled="order 12/26")
    words = text_of(opened)
    assert "Bogdan" in words
    assert "order 12/26" in words
    assert opened.report["identity"] == "order 12/26"


@pytest.mark.parametrize(
    ("level", "house", "let_in", "goes"),
    [
        (Tlp.RED, "Partner A", Tlp.AMBER_STRICT, False),
        (Tlp.AMBER_STRICT, "", Tlp.AMBER_STRICT, False),
        (Tlp.AMBER_STRICT, "Partner A", Tlp.AMBER, False),
        (Tlp.AMBER_STRICT, "Partner A", Tlp.AMBER_STRICT, True),
    ],
)
def test_a_case_goes_as_far_as_its_level(level, house, let_in, goes):
    entry = replace(CASE.entry, level=level, organisation=house)
    if goes:
        assert case(to(level=let_in), entry=entry).report["recipient"]["sharing_level"] == "TLP:AMBER+STRICT"
        return
    with pytest.raises(Blocked):
        case(to(level=let_in), entry=entry)
