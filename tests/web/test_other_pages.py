"""Home, cases, flows, releases and audit: what they show, what they hold back, what they ask before they act."""

import re
from dataclasses import replace

import pyarrow as pa
import pytest
from client import Client, Page
from fake_desk import PERSON, FakeDesk

from clew.desk import CountRow, FlowRow
from clew.publish import anonymise
from clew.safeguards.actors import Purpose, Role
from clew.web.flows import group, map_data, map_finding
from clew.web.report import chapters

ASK = {
    "title": "Cases 2015 to 2024",
    "recipient": "University of the Lake",
    "method": "anonymise",
    "k": "11",
    "columns": ["age", "gender"],
}


def text_of(client: Client, address: str) -> str:
    return re.sub(r"\s+", " ", Page(client.get(address).text).text)


def test_home_shows_failed_detectors_plainly(client: Client) -> None:
    text = text_of(client, "/")
    assert "34 leads wait for a judgement. 6 leads were judged so far." in text
    assert "▲ failed price/1 12" in text
    assert "blocked until they have read it" in text
    assert "legitimate interests" in text


def test_navigation_has_no_dead_end(client: Client) -> None:
    links = {str(a["href"]) for a in Page(client.get("/").text).of("a") if str(a.get("href", "")).startswith("/")}
    assert {"/", "/cases", "/leads", "/flows", "/releases", "/audit"} <= links
    dead = {link: answer.status_code for link in sorted(links) if (answer := client.get(link)).status_code != 200}
    assert dead == {}  # a line of the navigation comes with its page and with the invented desk's answer for it


def test_navigation_leaves_out_what_no_role_opens(
    client: Client, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = replace(PERSON, roles=frozenset({Role.AUDITOR}))
    monkeypatch.setattr(desk, "actor", lambda session, client="": auditor)
    page = Page(client.get("/break").text)
    assert [a["href"] for a in page.of("a") if str(a.get("href")) in {"/cases", "/leads", "/releases", "/audit"}] == [
        "/releases",
        "/audit",
    ]
    assert [o["value"] for o in page.of("option")] == ["oversight"]


def test_identity_offers_the_purposes_that_open_it(client: Client) -> None:
    sealed = client.get("/cases/K-2001").text
    assert "Work under case support and come back here" in sealed
    assert "Open the identity" not in sealed


def test_break_is_calm_and_leads_back(client: Client) -> None:
    page = Page(client.get("/break?next=/cases").text)
    assert "Nothing you left is lost" in page.text
    assert "/cases" in [a["href"] for a in page.of("a") if a.get("class") == "button"]
    assert "x.example" not in client.get("/break?next=//x.example").text


def test_case_says_four_answers_in_four_words(client: Client) -> None:
    text = text_of(client, "/cases/K-2001")
    for said in (
        "Consent to share ● yes",
        "Sexual exploitation ○ no",
        "Means: debt bondage ? not known",
        "Means: threats – not asked",
    ):
        assert said in text
    assert "Nigeria, Ghana" in text
    assert "18–20" in text


def test_identity_stays_sealed_until_a_deliberate_act(client: Client, desk: FakeDesk) -> None:
    assert "Sealed." in text_of(client, "/cases/K-2001")
    assert client.post("/cases/K-2001/identity", purpose="lead-review").status_code == 400
    assert client.post("/cases/K-2001/identity", purpose="lead-review", sure="yes").status_code == 403
    client.post("/purpose", purpose="case-support")
    # The purpose was changed in another window after this form was made.
    assert client.post("/cases/K-2001/identity", purpose="lead-review", sure="yes").status_code == 409
    assert not desk.opened
    opened = client.post("/cases/K-2001/identity", purpose="case-support", sure="yes")
    assert "Invented" in opened.text
    assert desk.opened == [("K-2001", Purpose.CASE_SUPPORT)]
    assert "Invented" not in client.get("/cases/K-2001").text


def test_cases_have_no_download(client: Client) -> None:
    assert client.get("/cases.csv").status_code == 404


def test_flows_keep_small_cells_suppressed(client: Client) -> None:
    text = text_of(client, "/flows")
    assert "The largest recorded flow leads from Romania to Germany: 644 cases" in text
    assert "<5 (suppressed)" in text
    assert "Borders are Natural Earth's view" in text
    assert "73 cases without a recorded origin or destination" in text
    assert "2.5" not in text


def test_every_dimension_of_flows_downloads_what_its_table_shows(client: Client) -> None:
    links = {str(a["href"]) for a in Page(client.get("/flows").text).of("a") if str(a.get("href")).endswith(".csv")}
    assert {"/flows.csv", "/flows/sector.csv"} <= links
    for link in links:
        assert client.get(link).headers["content-type"].startswith("text/csv")
    assert client.get("/flows/sector.csv").text.splitlines()[1] == "agriculture,211,"
    assert "None" not in client.get("/flows.csv").text
    assert client.get("/flows/name.csv").status_code == 404


def test_flow_map_joins_on_numbers_and_hatches_what_is_hidden() -> None:
    rows = [
        FlowRow(origin="GHA", destination="ITA", count="<5", suppressed=True),
        FlowRow(origin="NPL", destination="QAT", count="132", suppressed=False),
    ]
    data = map_data(rows)
    assert [(line["from"], line["to"], line["suppressed"]) for line in data["lines"]] == [
        ("288", "380", True),
        ("524", "634", False),
    ]
    assert {c["code"]: (c["suppressed"], c["words"]) for c in data["countries"]} == {
        "380": (True, "<5"),
        "634": (False, "132"),
    }


def test_flow_map_adds_intervals_not_middles() -> None:
    rows = [
        FlowRow(origin=o, destination="ITA", count=c, suppressed=c == "<5") for o, c in (("GHA", "<5"), ("NGA", "97"))
    ]
    (italy,) = map_data(rows)["countries"]
    assert (italy["words"], italy["suppressed"]) == ("98 to 101", False)


def test_flow_map_without_an_open_cell_claims_no_number() -> None:
    assert map_finding([]) == "No flow is recorded"
    hidden = [FlowRow(origin="GHA", destination="ITA", count="<5", suppressed=True)]
    assert map_finding(hidden) == "No flow between two countries is large enough to show as a number"


def test_counts_stand_in_their_own_order_and_name_what_is_missing() -> None:
    rows = [
        CountRow(dimension="age", value=v, count=c, suppressed=c == "<5")
        for v, c in (("48+", "<5"), ("9--17", "7"), ("18--20", "12"), ("unknown", "31"))
    ]
    ages = group("age", rows)
    assert [row.value for row in ages.rows] == ["9--17", "18--20", "48+"]
    assert (ages.finding, ages.missing) == ("most cases: 18–20 (12)", "31")


def fingerprint_in(html: str) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', html)
    assert found
    return found[1]


def test_one_signature_is_kept_and_the_next_person_signs_from_the_list(client: Client, desk: FakeDesk) -> None:
    alone = ASK | {"title": "alone", "hold_out": "yes"}
    look = client.post("/releases/preview", **alone)
    assert "What attacks get out of it" in look.text
    assert "risk 0.02 (0.00 to 0.05)" in look.text
    assert "Sign and release" not in look.text
    assert "nobody" in look.text
    kept = client.post("/releases", **alone, fingerprint=fingerprint_in(look.text), sure="yes")
    assert kept.status_code == 200
    assert "Your signature is kept" in kept.text
    assert not desk.made
    assert desk.signed[0].ask.hold_out == 0.1
    again = client.post("/releases/preview", waiting=desk.signed[0].id)
    assert "Sign and release" in again.text
    left = client.post("/releases", waiting=desk.signed[0].id, fingerprint=fingerprint_in(again.text), sure="yes")
    assert left.status_code == 303
    assert "ε = 0 of 4 spent" in client.get("/releases").text
    assert client.post("/releases/preview", waiting="0" * 64).status_code == 404


def test_release_is_asked_looked_at_and_signed(client: Client, desk: FakeDesk) -> None:
    look = client.post("/releases/preview", **ASK)
    for part in ("What is suppressed", "What is invented", "Who disappears", "citizenship GHA", "7 before, 0 after"):
        assert part in look.text
    assert not desk.made
    signed = client.post("/releases", **ASK, fingerprint=fingerprint_in(look.text), sure="yes")
    assert (signed.status_code, signed.headers["location"]) == (303, "/releases/rel_1")
    assert desk.made[0].sha256 in client.get("/releases/rel_1").text
    again = client.post("/releases", **ASK, fingerprint=fingerprint_in(look.text), sure="yes")
    assert again.status_code == 409
    assert len(desk.made) == 1


def test_tables_of_counts_are_asked_for_as_the_other_ways_are(client: Client, desk: FakeDesk) -> None:
    counts = ASK | {"method": "table", "below": "5", "tables": " gender, age \n\nregistered", "hold_out": "yes"}
    look = client.post("/releases/preview", **counts)
    assert "tables of counts, none under 5" in look.text
    assert "<code>gender, age</code>; <code>registered</code>" in look.text
    assert (
        client.post(
            "/releases", **(counts | {"tables": "age"}), fingerprint=fingerprint_in(look.text), sure="yes"
        ).status_code
        == 409
    )
    signed = client.post("/releases", **counts, fingerprint=fingerprint_in(look.text), sure="yes")
    assert signed.status_code == 303
    assert desk.made[0].method == "table"


def test_release_is_not_signed_unread_or_unlike_what_was_seen(client: Client, desk: FakeDesk) -> None:
    seen = fingerprint_in(client.post("/releases/preview", **ASK).text)
    assert client.post("/releases", **ASK, fingerprint=seen).status_code == 400
    assert client.post("/releases", **(ASK | {"k": "3"}), fingerprint=seen, sure="yes").status_code == 409
    assert client.post("/releases", **ASK, fingerprint="", sure="yes").status_code == 409
    assert not desk.made


def test_release_that_is_blocked_offers_no_signature(client: Client) -> None:
    look = client.post("/releases/preview", **(ASK | {"title": "blocked"}))
    assert "price/1 failed on 12 texts" in look.text
    assert "Sign and release" not in look.text


@pytest.mark.parametrize(
    ("change", "field"),
    [({"title": " "}, "title"), ({"recipient": ""}, "recipient"), ({"method": "publish"}, "method"), ({"columns": []}, "columns"),
     ({"columns": ["first_name", "id"]}, "columns"), ({"k": "1"}, "k"), ({"k": "many"}, "k"), ({"k": "2.5"}, "k"),
     ({"method": "synthesise", "epsilon": "0"}, "epsilon"), ({"method": "synthesise", "epsilon": "nan"}, "epsilon"),
     ({"method": "synthesise", "epsilon": "inf"}, "epsilon"), ({"title": "t" * 201}, "title"),
     ({"method": "table", "tables": " \n"}, "tables"), ({"method": "table", "tables": "gender,first_name"}, "tables"),
     ({"method": "table", "tables": "gender,gender"}, "tables"), ({"method": "table", "tables": "age", "below": "1"}, "below")],
)  # fmt: skip
def test_release_form_names_what_does_not_fit_and_keeps_the_rest(
    client: Client, change: dict[str, object], field: str
) -> None:
    answer = client.post("/releases/preview", **(ASK | change))
    assert answer.status_code == 400
    assert re.search(rf"{field}[^<]*:", answer.text)
    if "recipient" not in change:
        assert "University of the Lake" in answer.text


def test_release_offers_no_column_that_is_sealed(client: Client) -> None:
    offered = {
        box["value"] for box in Page(client.get("/releases/new").text).of("input") if box.get("name") == "columns"
    }
    assert {"age", "gender", "citizenship"} <= offered
    assert not offered & {"id", "first_name", "second_name", "birthdate", "phone", "email", "address", "details"}


def test_report_keeps_every_line_in_one_chapter() -> None:
    gone = [{"group": {"citizenship": "GHA", "age": "48+"}, "before": 7, "after": 0}]
    report = {
        "notice": "not for release",
        "dropped_columns": [],
        "2-way": {"suppressed": 3, "fabricated_weight": 0.25, "combinations": 9},
        "gone_pairs": gone,
        "k": 11,
        "deep": {"a": {"b": [1, 2.5, None, True]}},
    }
    said = {c.title: [(line.name, line.value) for line in c.lines] for c in chapters(report)}
    assert said["What is suppressed"] == [("dropped columns", "none"), ("pairs of values: suppressed", "3")]
    assert said["What is invented"] == [("pairs of values: fabricated weight", "0.25")]
    assert said["Who disappears"] == [("citizenship GHA, age at registration 48+", "7 before, 0 after")]
    rest = [("pairs of values: combinations", "9"), ("k", "11"), ("deep: a: b", "1, 2.5, not known, yes")]
    assert said["Everything else in the report"] == rest


def test_report_that_says_nothing_still_asks_the_three_questions() -> None:
    assert [(c.title, c.lines) for c in chapters({})][:3] == [
        ("What is suppressed", ()),
        ("What is invented", ()),
        ("Who disappears", ()),
    ]


def test_report_of_many_lines_counts_what_it_leaves_out() -> None:
    gone = [{"group": {"citizenship": str(n)}, "before": 1, "after": 0} for n in range(100)]
    vanished = chapters({"gone_values": gone})[2]
    assert (len(vanished.lines), vanished.more) == (60, 40)


def test_report_of_the_door_itself_fills_the_chapters() -> None:
    """Reads the report that `publish` makes, so that a change of its names is seen here."""
    table = pa.table({"gender": ["woman", "man"] * 60, "citizenship": ["NPL"] * 117 + ["GHA"] * 3})
    found = {c.title: c.lines for c in chapters(anonymise(table, k=11).report)}
    assert ("citizenship GHA", "3 before, 0 after") in [(line.name, line.value) for line in found["Who disappears"]]
    assert found["What is suppressed"]
    assert found["What is invented"]


def test_audit_says_in_words_whether_the_chain_holds(client: Client, desk: FakeDesk) -> None:
    assert "All 120 entries follow from one another" in text_of(client, "/audit")
    assert "101 to 120 of 120 entries" in text_of(client, "/audit?page=3")
    desk.intact = False
    broken = text_of(client, "/audit")
    assert "The chain does not verify" in broken
    assert "one entry is missing" in broken
