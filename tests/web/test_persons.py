"""The pages on persons, quality and qualification: they show no identity, ask for reasons and say what they cannot tell."""

import csv
import io

from client import Client, Page
from fake_desk import FakeDesk
from fake_persons import PAIR, SET

PERSON_WORDS = ("Ada", "Invented", "is a victim", "not a victim")


def test_what_waits_is_listed_and_said_to_be_apart(client: Client) -> None:
    text = Page(client.get("/persons").text).text
    assert "Are these 2 cases one person?" in text
    assert "waits for a person: counted apart" in text
    assert "61 %" in text
    assert "not calibrated" in text


def test_before_linking_the_page_says_what_to_do(client: Client, desk: FakeDesk) -> None:
    desk.empty = True
    assert "clew persons link" in client.get("/persons").text


def test_a_proposal_shows_the_waterfall_and_no_identity(client: Client) -> None:
    text = Page(client.get(f"/persons/{PAIR}").text).text
    for word in ("family name", "sounds alike", "+3.4", "-2.9", "not recorded on both sides"):
        assert word in text
    assert not [word for word in PERSON_WORDS if word in text]


def test_an_answer_needs_a_verdict_and_a_reason(client: Client, desk: FakeDesk) -> None:
    for form in ({"verdict": "yes"}, {"reason": "both shelters"}, {"verdict": "maybe", "reason": "x"}):
        answer = client.post(f"/persons/{PAIR}/judgements", **form)
        assert answer.status_code == 422
        assert "Not recorded yet." in answer.text
    assert desk._answers(PAIR) == []


def test_an_answer_is_signed_shown_and_taken_back(client: Client, desk: FakeDesk) -> None:
    sent = client.post(f"/persons/{PAIR}/judgements", verdict="yes", reason="Both shelters say so.")
    assert sent.headers["location"] == f"/persons/{PAIR}#judgement-jdg_1"
    text = Page(client.get(f"/persons/{PAIR}").text).text
    assert "accepted: one person" in text
    assert "Both shelters say so." in text
    client.post(f"/persons/{PAIR}/judgements", verdict="no", reason="Other mothers.", reverses="jdg_1")
    assert "refused: counted apart" in Page(client.get(f"/persons/{PAIR}").text).text
    again = client.post(f"/persons/{PAIR}/judgements", verdict="yes", reason="Once more.", reverses="jdg_1")
    assert again.status_code == 409
    assert len(desk._answers(PAIR)) == 2


def test_without_a_token_nothing_is_signed(client: Client, desk: FakeDesk) -> None:
    answer = client.send("POST", f"/persons/{PAIR}/judgements", data={"verdict": "yes", "reason": "x"})
    assert answer.status_code == 403
    assert desk._answers(PAIR) == []


def test_a_larger_proposal_leads_to_its_pairs(client: Client) -> None:
    html = client.get(f"/persons/{SET}").text
    assert f'href="/persons/{PAIR}"' in html
    assert "A refusal leaves all of them apart" in html
    assert "1 case with the same in every compared field" in Page(html).text


def test_a_proposal_that_is_none_is_not_found(client: Client) -> None:
    assert client.get("/persons/set_none").status_code == 404


def test_quality_shows_shares_hides_small_ones_and_says_what_is_missing(client: Client) -> None:
    text = Page(client.get("/quality").text).text
    assert "Least recorded: sector, in 50 % of cases" in text
    assert "not shown, of 80" in text
    assert "What was not measured" in text


def test_quality_of_one_source_and_of_none(client: Client) -> None:
    text = Page(client.get("/quality", params={"source": "Hill Shelter"}).text).text
    assert "40 of 40 (100 %)" in text
    assert client.get("/quality", params={"source": "Nobody"}).status_code == 404


def test_quality_is_a_file_too(client: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/quality.csv").text)))
    assert {"measure", "contributor", "field", "share_low", "text"} <= set(rows[0])
    assert {row["measure"] for row in rows} >= {"complete", "valid"}


def test_birth_dates_are_read_only_by_a_deliberate_form(client: Client, desk: FakeDesk) -> None:
    client.get("/quality")
    assert client.post("/quality", purpose="lead-review").status_code == 400
    assert client.post("/quality", purpose="case-support", sure="yes").status_code == 409
    assert desk.birth_dates == [False]
    assert client.post("/quality", purpose="lead-review", sure="yes").status_code == 200
    assert desk.birth_dates == [False, True]


def test_qualification_names_fields_questions_and_law_and_no_one(client: Client) -> None:
    text = Page(client.get("/cases/K-2001/qualification").text).text
    for words in ("By: forced labour", "Would settle it:", "Both readings:", "Palermo Protocol", "An aid for a person"):
        assert words in text, words
    assert not [word for word in PERSON_WORDS if word in text]
    assert "2011/36/EU" not in text
    assert "2011/36/EU" in client.get("/cases/K-2001/qualification?law=eu").text
    assert client.get("/cases/K-2001/qualification?law=moon").status_code == 404


def test_a_silent_record_gets_questions(client: Client) -> None:
    text = Page(client.get("/cases/K-2002/qualification").text).text
    assert "No field of this case speaks" in text
    assert "How was the person brought to it" in text


def test_a_case_leads_to_its_qualification(client: Client) -> None:
    assert 'href="/cases/K-2001/qualification"' in client.get("/cases/K-2001").text
