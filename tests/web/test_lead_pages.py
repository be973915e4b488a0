"""The queue and the lead page: reasons both ways, evidence one click away, a judgement with a reason."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from client import Client, Page
from fake_desk import ARABIC, FakeDesk, evidence, lead_row, lead_view

from clew.safeguards.acts import Verdict
from clew.web import lead_story
from clew.web.evidence_text import EXCERPT, excerpt, pieces
from clew.web.leads import Band, bands

LEAD = "/leads/lead_0000"
FORM = f"{LEAD}/judgements"


def test_queue_says_points_and_both_sides(client: Client) -> None:
    text = Page(client.get("/leads").text).text
    assert "1 to 25 of 34 leads" in text
    assert text.count("(not a probability)") == 25
    assert "One phone number" in text
    assert "nothing found, which may mean that nothing was looked for" in text


def test_queue_filters_and_turns_pages(client: Client) -> None:
    assert "26 to 34 of 34 leads" in client.get("/leads?page=2").text
    assert "1 to 6 of 6 leads" in client.get("/leads?show=judged").text
    assert "of 40 leads" in client.get("/leads?show=all").text
    assert "The list is shorter than that" in client.get("/leads?page=9").text


def test_what_is_searched_for_stands_in_no_address(client: Client) -> None:
    home = Page(client.get("/").text)
    form = next(attrs for attrs in home.of("form") if attrs.get("role") == "search")
    assert (form["action"], form["method"]) == ("/leads/search", "post")
    found = client.post("/leads/search", show="all", q="these 41")
    assert "1 to 1 of 1 lead" in found.text
    second = client.post("/leads/search", show="all", q="adverts", page=2)
    assert second.status_code == 200
    assert "26 to" in second.text
    for answer in (found, second):
        assert not re.search(r"[?&]q=", answer.text)
    assert "of 34 leads" in client.get("/leads?q=these+41").text  # an address does not search
    assert client.send("POST", "/leads/search", data={"q": "these 41"}).status_code == 403


def test_empty_pages_teach_the_next_step(stranger: Client, desk: FakeDesk) -> None:
    desk.empty = True
    client = stranger.sign_in()
    for address, command in {
        "/": "clew init|clew add",
        "/leads": "clew run",
        "/cases": "clew add cases",
        "/flows": "clew add cases",
    }.items():
        assert re.search(command, client.get(address).text), address
    assert "Nothing has left" in client.get("/releases").text


def test_bands_cover_every_lead_once() -> None:
    points = [-3.2, -0.1, 0.0, 4.99, 5.0, 812.4]
    found = bands(points)
    assert sum(band.leads for band in found) == len(points)
    assert len(found) <= 12
    assert all(later.low == earlier.high for earlier, later in pairwise(found))
    assert bands([]) == []
    assert bands([2.0]) == [Band(2, 3, 1)]


def test_lead_page_shows_both_sides_and_the_innocent_reading(client: Client, desk: FakeDesk) -> None:
    text = Page(client.get(LEAD).text).text
    for part in (
        "Reasons for",
        "Reasons against",
        "What would make it innocent",
        "Touring is lawful and common",
        "+4.2",
        "−2",
    ):
        assert part in text
    assert "Points, not a probability: 12 judged so far" in text
    assert desk.reads == ["lead_0000"]


def test_lead_page_says_what_could_not_be_read(client: Client, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "could not be read by a detector" not in client.get("/leads/lead_0000").text
    whole = desk.lead
    monkeypatch.setattr(desk, "lead", lambda *asked: replace(whole(*asked), unread={"phone/1": 3}))
    text = client.get("/leads/lead_0000").text
    assert "<code>phone/1</code> on 3 records" in text
    assert "not “nothing found”" in text


def test_lead_page_links_each_reason_to_its_evidence(client: Client) -> None:
    page = Page(client.get(LEAD).text)
    anchors = {a["id"] for a in page.of("article")}
    links = [a for a in page.of("a") if (a.get("href") or "").startswith("#evidence-")]
    assert links
    assert {str(a["href"])[1:] for a in links} <= anchors
    assert "1 more record, not shown on this page" in page.text


def test_lead_page_underlines_the_words_that_count(client: Client) -> None:
    html = client.get(LEAD).text
    assert '<mark title="phone">0142-555-1</mark>' in html
    assert '<mark title="phone">٠١٤٢-٥٥٥</mark>' in html
    assert ARABIC.split(maxsplit=1)[0] in html


def test_lead_page_folds_what_is_long_or_heavy_and_keeps_sealed_text_out(client: Client) -> None:
    text = Page(client.get(LEAD).text).text
    assert "Show the whole text" in text
    assert "A person's own words. They may be hard to read." in text
    assert "The text stays sealed" in text


@pytest.mark.parametrize(
    ("form", "missing"),
    [({}, "Choose an answer"), ({"verdict": "yes"}, "Write a reason"), ({"verdict": "yes", "reason": " \n\t "}, "Write a reason"),
     ({"verdict": "trafficked", "reason": "because"}, "Choose an answer"), ({"verdict": "no", "reason": "y" * 4001}, "Please shorten")],
)  # fmt: skip
def test_judgement_without_answer_or_reason_is_refused_and_kept(
    client: Client, desk: FakeDesk, form: dict[str, str], missing: str
) -> None:
    answer = client.post(FORM, **form)
    assert answer.status_code == 422
    assert missing in answer.text
    assert not desk.judgements
    if len(form.get("reason", "")) > 10:
        assert form["reason"] in answer.text
    if form.get("verdict") == "yes":
        assert re.search(r'value="yes" required checked', answer.text)


def test_judgement_is_recorded_once_and_shown(client: Client, desk: FakeDesk) -> None:
    answer = client.post(FORM, verdict="no", reason="  A shared flat; each sets her own prices. ")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LEAD}#judgement-jdg_1")
    (made,) = desk.judgements["lead_0000"]
    assert (made.verdict, made.reason) == (Verdict.NO, "A shared flat; each sets her own prices.")
    page = Page(client.get(LEAD).text)
    assert "judged: no" in page.text
    assert "each sets her own prices" in page.text


def test_judgement_is_taken_back_with_a_reason(client: Client, desk: FakeDesk) -> None:
    client.post(FORM, verdict="yes", reason="the reasons hold")
    refused = client.post(FORM, verdict="not_sure", reason="", reverses="jdg_1")
    assert refused.status_code == 422
    assert "Write a reason" in refused.text
    assert client.post(FORM, verdict="not_sure", reason="the phone is a hotel's", reverses="jdg_1").status_code == 303
    text = Page(client.get(LEAD).text).text
    assert "taken back on" in text
    assert "judged: not sure" in text
    again = client.post(FORM, verdict="no", reason="still my reason", reverses="jdg_1")
    assert again.status_code == 409
    assert "it was taken back before" in again.text
    assert len(desk.judgements["lead_0000"]) == 2


def test_findings_are_counted_from_the_lead() -> None:
    story = lead_story.tell(lead_view(lead_row(0), []))
    assert (
        lead_story.graph_finding(story) == "2 shared identifiers hold 12 records together; 1 hub left out of the count"
    )
    assert lead_story.timeline_finding(story).startswith("13 records between 12 March 2024 and 2 May 2024 in 3 places")
    assert story.undated == 1
    assert [e.of.posted for e in story.dated] == sorted(e.of.posted for e in story.dated if e.of.posted)


def test_times_with_and_without_zone_stand_in_one_line() -> None:
    naive = evidence(1).posted.replace(tzinfo=None)  # type: ignore[union-attr]
    assert lead_story.moment_of(naive) == lead_story.moment_of(naive.replace(tzinfo=UTC))
    assert lead_story.moment_of(None) < lead_story.moment_of(datetime(1970, 1, 2, tzinfo=UTC))


def test_pieces_give_the_text_back_whatever_the_spans() -> None:
    text = "call ٥٥٥ now, or never"
    for spans in (
        [],
        [(0, 4, "a")],
        [(0, 99, "a")],
        [(5, 8, "a"), (6, 12, "b"), (5, 8, "c")],
        [(9, 3, "a")],
        [(-4, 2, "a")],
        [(22, 30, "z")],
    ):
        assert "".join(piece.text for piece in pieces(text, spans)) == text


def test_excerpt_shows_a_late_span() -> None:
    text = "x" * 3000 + "555 0142" + "y" * 3000
    cut = excerpt(text, [(3000, 3008, "phone")])
    assert [piece.text for piece in cut if piece.kind] == ["555 0142"]
    assert sum(len(piece.text) for piece in cut) <= EXCERPT + 4
    assert cut[0].text == "… "
    assert cut[-1].text == " …"
