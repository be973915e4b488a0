"""Hotline, live counts, directory and the record of a case as pages: forms, refusals, and what must never show."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from client import Client, Page, application
from fake_desk import FakeDesk
from fake_helpline import CASE, CONTACT, SERVICE
from starlette.types import Message

from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import NotAllowed
from clew.web.case_record import journey_finding
from clew.web.live import Places

REFERRAL = f"ref_{1:020x}"
NUMBER = "+33 1 99 00 00 00"


@pytest.fixture
def support(client: Client) -> Client:
    client.post("/purpose", purpose="case-support")
    return client


@pytest.fixture
def brief(client: Client) -> Iterator[Places]:
    """Streams that end at once."""
    before = client.app.state.places
    client.app.state.places = Places(life_s=0.0, tick_s=0.0)
    yield client.app.state.places
    client.app.state.places = before


# Hotline.


def test_a_contact_is_logged_and_its_number_is_not_shown(support: Client, desk: FakeDesk) -> None:
    sent = support.post("/hotline/new", channel="call", caller=NUMBER, text="They keep my papers.", area="Lyon")
    assert sent.status_code == 303
    assert re.fullmatch(r"/hotline/contacts/ctc_[0-9a-f]{20}\?new=yes", sent.headers["location"])
    page = support.get(sent.headers["location"]).text
    assert "Recorded." in page
    assert "This number was not here before." in page
    assert NUMBER not in page
    assert desk.helpline["forms"][0]["caller"] == NUMBER


def test_a_contact_that_cannot_be_comes_back_with_what_was_typed(support: Client) -> None:
    answer = support.post("/hotline/new", text="Said in haste.", area="Lyon")
    assert answer.status_code == 422
    assert "channel: required" in answer.text
    assert "Said in haste." in answer.text


def test_a_number_opens_only_by_a_form_with_a_tick_and_the_purpose_in_force(support: Client, desk: FakeDesk) -> None:
    place = f"/hotline/contacts/{CONTACT}"
    assert NUMBER not in support.get(place).text
    assert support.post(f"{place}/number", purpose="case-support").status_code == 400
    assert support.post(f"{place}/number", sure="yes", purpose="lead-review", why="x").status_code == 409
    assert support.post(f"{place}/number", sure="yes", purpose="case-support").status_code == 422
    assert support.get(f"{place}/number").status_code == 405
    assert desk.helpline["opened"] == []
    opened = support.post(f"{place}/number", sure="yes", purpose="case-support", why="to call back")
    assert NUMBER in opened.text
    assert desk.helpline["reasons"] == ["to call back"]
    assert desk.helpline["opened"] == [CONTACT]
    assert NUMBER not in support.get(place).text


def test_words_open_only_by_a_form_with_a_reason_of_the_persons_own(support: Client, desk: FakeDesk) -> None:
    place, words = f"/hotline/contacts/{CONTACT}", "They keep my papers"
    assert words not in support.get(place).text
    assert support.get(f"{place}/words").status_code == 405
    for wrong, status in (({}, 422), ({"why": "  "}, 422), ({"why": "x" * 301}, 422)):
        refused = support.post(f"{place}/words", purpose="case-support", **wrong)
        assert (refused.status_code, words in refused.text) == (status, False)
    assert support.post(f"{place}/words", purpose="lead-review", why="to go on").status_code == 409
    assert desk.helpline["reasons"] == []
    opened = support.post(f"{place}/words", purpose="case-support", why=" to go on ").text
    assert words in opened
    assert "the blue house by the mill" in opened
    assert desk.helpline["reasons"] == ["to go on"]
    assert words not in support.get(place).text


def test_an_area_that_is_not_recognised_says_so_and_is_corrected(support: Client) -> None:
    place = f"/hotline/contacts/{CONTACT}"
    assert "the words given are sealed" in support.get(place).text
    wrong = support.post(f"{place}/area", area="the blue house")
    assert wrong.status_code == 422
    assert "the gazetteer knows" in wrong.text
    assert support.post(f"{place}/area", area="Lyon").status_code == 303
    assert "Lyon, FR" in support.get(place).text


def test_a_form_carries_a_token_and_is_kept_once(support: Client, desk: FakeDesk) -> None:
    fields = {e.get("name"): e.get("value") for e in Page(support.get("/hotline/new").text).of("input")}
    assert re.fullmatch(r"[0-9a-f]{32}", fields["once"])
    wrong = support.post("/hotline/new", once=fields["once"])
    assert fields["once"] in wrong.text
    support.post("/hotline/new", channel="call", once=fields["once"])
    assert desk.helpline["forms"][0]["once"] == fields["once"]


def test_a_contact_is_put_to_a_case_or_to_none(support: Client) -> None:
    place = f"/hotline/contacts/{CONTACT}"
    assert support.post(f"{place}/case", case="nothing").status_code == 422
    assert "there is no such case" in support.post(f"{place}/case", case="nothing").text
    assert support.post(f"{place}/case", case=" K-2003 ").status_code == 303
    assert "K-2003" in support.get(place).text
    assert support.post(f"{place}/status", status="recognised").status_code == 303
    assert support.post(f"{place}/case").status_code == 303
    assert "K-2003" not in support.get(place).text


def test_the_list_is_narrowed_by_what_contacts_are_about(support: Client) -> None:
    assert support.get("/hotline").text.count('data-label="Received"') == 25
    assert support.get("/hotline?status=possible").text.count('data-label="Received"') == 20
    assert support.get("/hotline?page=3").text.count('data-label="Received"') == 10
    assert "The list is shorter than that" in support.get("/hotline?page=9").text


def test_pages_say_person(support: Client) -> None:
    for address in ("/hotline", "/hotline/new", f"/hotline/contacts/{CONTACT}", "/directory", f"/cases/{CASE}"):
        text = Page(support.get(address).text).text.casefold()
        assert not re.search(r"\b(victim|suspect|target)s?\b", text), address


@pytest.mark.parametrize("address", ["/hotline", "/live", "/directory", f"/cases/{CASE}", f"/cases/{CASE}/refer"])
def test_an_empty_page_teaches_the_next_step(desk: FakeDesk, support: Client, address: str) -> None:
    desk.empty = address not in {f"/cases/{CASE}", f"/cases/{CASE}/refer"}
    desk.helpline = {**desk._kept(), "contacts": [], "entries": [], "referrals": []}
    page = support.get(address)
    assert page.status_code == 200
    assert re.search(r"clew (hotline|directory) import|No area has enough|Add a stage|Find services", page.text)


# Live counts.


def test_a_stream_holds_counts_and_an_end(support: Client, brief: Places, desk: FakeDesk) -> None:
    answer = support.get("/live/events?days=7")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    events = [part.splitlines()[0] for part in answer.text.strip().split("\n\n")]
    assert events == ["event: counts", "event: end"]
    assert '"25 to 29"' in answer.text
    assert not re.search(r'"value": [1-4][,}]', answer.text)
    assert brief.taken == 0
    assert desk.helpline["watched"] == 1


def test_streams_are_limited_in_all_and_for_one_session(support: Client, brief: Places) -> None:
    brief.most_a_session = 0
    refused = support.get("/live/events")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
    brief.most_a_session, brief.most = 2, 0
    assert support.get("/live/events").status_code == 503
    assert brief.taken == 0


def test_a_refused_reading_gives_its_place_back(
    support: Client, brief: Places, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(actor: Actor, purpose: Purpose, days: int) -> Any:
        raise NotAllowed("count_contacts: no rule allows it")

    monkeypatch.setattr(desk, "watch_contacts", refuse, raising=False)
    assert support.get("/live/events").status_code == 403
    assert brief.taken == 0
    assert support.get("/live/events?days=500").status_code == 404


def test_a_stream_is_closed_to_strangers(stranger: Client) -> None:
    assert stranger.get("/live/events").status_code == 303


def test_a_stream_ends_with_the_visit_the_session_the_permission_and_the_purpose(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The application is spoken to directly: a visitor who listens, and goes or may listen no more."""

    async def listen(then: Callable[[str], object] | None) -> tuple[list[bytes], int]:
        app = application(False)
        app.state.desk, app.state.places = desk, Places(tick_s=0.01)
        session = desk.sign_in("mira", "correct horse") or ""
        desk.set_purpose(session, Purpose.CASE_SUPPORT)
        got: list[bytes] = []
        gone = asyncio.Event()

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            got.append(message.get("body", b""))
            if len(got) == 4:
                assert app.state.places.taken == 1
                if then is None:
                    gone.set()
                else:
                    then(session)

        headers = [(b"host", b"127.0.0.1"), (b"cookie", f"clew-session={session}".encode())]
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": "/live/events", "raw_path": b"/live/events", "query_string": b"days=7", "root_path": "", "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        await asyncio.wait_for(app(scope, receive, send), 10)
        return got, app.state.places.taken

    def demote(session: str) -> None:
        nobody = Actor(id=desk.actor(session).id, name="Mira Holm", roles=frozenset())
        monkeypatch.setattr(desk, "listener", lambda token: (nobody, desk.purpose(token)), raising=False)

    got, taken = asyncio.run(listen(None))
    assert taken == 0
    assert b"event: end" not in b"".join(got)
    for then in (desk.sign_out, lambda session: desk.set_purpose(session, Purpose.STATISTICS), demote):
        got, taken = asyncio.run(listen(then))
        told = b"".join(got)
        assert taken == 0
        assert told.count(b"event: counts") == 1
        assert b": nothing new" in told
        assert told.endswith(b"event: end\ndata: {}\n\n")


# Directory.


def test_a_search_keeps_what_was_asked_and_says_what_is_wrong(support: Client) -> None:
    page = Page(support.get("/directory?place=Lyon").text)
    assert {"value": "Lyon"}.items() <= next(e for e in page.of("input") if e.get("id") == "place").items()
    assert [e["href"] for e in page.of("a") if e.get("rel") == "next"] == ["/directory?page=2&place=Lyon"]
    wrong = support.post("/directory", age="old")
    assert wrong.status_code == 422
    assert "age: not an age" in wrong.text


def test_what_is_known_of_a_person_stands_in_no_address(support: Client) -> None:
    answer = support.post("/directory", place="Lyon", gender="woman", unfit="yes")
    assert answer.status_code == 200
    assert "location" not in answer.headers
    page = Page(answer.text)
    assert [e for e in page.of("a") if "woman" in (e.get("href") or "")] == []
    assert {"name": "page", "value": "2"}.items() <= next(
        e for e in page.of("button") if e.get("name") == "page"
    ).items()
    assert {"name": "gender", "value": "woman"} in [{k: e.get(k) for k in ("name", "value")} for e in page.of("input")]
    assert {e.get("method") for e in page.of("form") if e.get("action") == "/directory"} == {"post"}
    assert support.post("/directory", place="Lyon").headers["location"] == "/directory?place=Lyon"
    assert support.get("/directory?place=Lyon&age=17").headers["location"] == "/directory?place=Lyon"


def test_stale_doubled_and_unfit_entries_say_so_in_words(support: Client) -> None:
    text = Page(support.get("/directory").text).text
    for words in (
        "never verified",
        "ask before you rely on it",
        "May be entered twice",
        "does not fit",
        "may fit",
        "closed now",
    ):
        assert words in text
    assert "Ask the service." in Page(support.get(f"/directory/{SERVICE}").text).text


# The record of a case.


def test_support_sees_the_record_and_an_analyst_the_file(client: Client, desk: FakeDesk) -> None:
    assert "Support plan" not in client.get(f"/cases/{CASE}").text
    client.post("/purpose", purpose="case-support")
    text = Page(client.get(f"/cases/{CASE}").text).text
    for words in ("The journey leads from Kathmandu, NP to Doha, QA", "papers withheld", "A room of her own.", "Two rooms seen.",
                  "Work contract", "Entered twice.", "It cannot be sent", "What the record supports"):  # fmt: skip
        assert words in text
    assert "Invented" not in text  # who the person is stays sealed


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("journey", {"stage": "transit", "place": "Delhi", "first": "2021-02"}),
        ("support", {"need": "legal_aid", "state": "planned", "goal": "Papers."}),
        ("consent", {"layer": "refer", "answer": "yes", "way": "spoken", "to": SERVICE, "until": "2099-01-01"}),
        ("document", {"title": "Passport copy"}),
        ("control", {"control": "threats"}),
        ("correction", {"about": f"evt_{1:020x}", "reason": "Another person."}),
    ],
)
def test_an_entry_leads_back_to_where_it_stands(support: Client, kind: str, form: dict[str, str]) -> None:
    sent = support.post(f"/cases/{CASE}/record/{kind}", **form)
    assert sent.status_code == 303
    place, _, anchor = sent.headers["location"].partition("#")
    page = Page(support.get(place).text)
    assert any(attributes.get("id") == anchor for _, attributes in page.elements)
    assert all(word in page.text or word in str(page.elements) for word in form.values())


def test_an_entry_that_cannot_be_comes_back_open_with_what_was_typed(support: Client) -> None:
    answer = support.post(f"/cases/{CASE}/record/journey", stage="transit", place=" ", note="Told by her sister.")
    assert answer.status_code == 422
    assert "place: required" in answer.text
    assert "Told by her sister." in answer.text
    assert len(re.findall(r"<details class=\"fold\" open>", answer.text)) == 1
    assert support.post(f"/cases/{CASE}/record/rumour").status_code == 400


def test_a_referral_without_consent_comes_back_and_is_not_sent(support: Client, desk: FakeDesk) -> None:
    place = f"/cases/{CASE}/referrals/{REFERRAL}"
    refused = support.post(place, status="sent", best_interest="She asked for it.")
    assert refused.status_code == 422
    assert "consent is not recorded" in refused.text
    assert "She asked for it." in refused.text
    assert desk.helpline["referrals"][0].status == "drafted"
    assert support.post(place, status="sent", best_interest="In danger.", child="yes").status_code == 303
    assert "in the best interest of a child" in support.get(f"/cases/{CASE}").text
    assert support.post(place, status="accepted", answer="From Monday.").status_code == 303
    assert "From Monday." in support.get(f"/cases/{CASE}").text


def test_a_referral_is_drafted_from_the_case(support: Client, desk: FakeDesk) -> None:
    page = support.get(f"/cases/{CASE}/refer?place=Lyon").text
    assert "gender: woman" in Page(page).text
    sent = support.post(
        f"/cases/{CASE}/referrals", service=SERVICE, need="shelter", shares=["share_contact", "nonsense"], note="x"
    )
    assert sent.status_code == 303
    assert desk.helpline["referrals"][0].shares == ("share_contact",)


def test_nothing_of_a_person_stands_in_an_address(support: Client) -> None:
    for address in ("/hotline", f"/hotline/contacts/{CONTACT}", f"/cases/{CASE}", f"/cases/{CASE}/refer"):
        page = Page(support.get(address).text)
        links = [e.get("href") or "" for e in page.of("a")]
        forms = [e for e in page.of("form") if e.get("method") == "get"]
        assert not [
            link for link in links if re.search(r"[?&](age|gender|status=(?!\w+$)|form|name|phone|caller)=", link)
        ]
        assert all(form["action"] in {"/leads", f"/cases/{CASE}/refer"} for form in forms)


def test_hostile_words_stay_words(desk: FakeDesk, support: Client) -> None:
    desk.nasty = True
    for address in (
        f"/cases/{CASE}",
        f"/cases/{CASE}/refer",
        "/hotline",
        f"/hotline/contacts/{CONTACT}",
        "/directory",
        "/live",
    ):
        html = support.get(address).text
        assert not Page(html).of("img")
        assert "<!--" not in html


def test_who_may_not_log_is_told_and_offered_the_purpose(client: Client) -> None:
    page = client.get("/hotline/new").text
    assert "Work under case support and come back here" in page
    assert "<textarea" not in page


def test_a_journey_in_one_place_leads_nowhere() -> None:
    assert journey_finding([]) == "No stage of a journey is recorded"


def test_navigation_shows_what_a_role_opens(desk: FakeDesk) -> None:
    from clew.web.openings import WALKS, open_to

    def names(role: Role) -> set[str]:
        return {walk.name for walk in open_to(Actor(id="a", name="A", roles=frozenset({role})), WALKS)}

    assert {"Hotline", "Directory", "Contacts now"} <= names(Role.CASE_WORKER)
    assert not {"Hotline", "Directory"} & names(Role.ANALYST)
    assert not {"Hotline", "Directory", "Contacts now"} & names(Role.AUDITOR)


def test_a_field_is_put_right_from_the_case_and_a_refused_value_is_not_sent_back(
    support: Client, desk: FakeDesk
) -> None:
    place = f"/cases/{CASE}/rectify"
    assert support.post(place, field="age", value="17", why="papers").status_code == 303
    assert [each.field for each in desk.helpline["rectified"]] == ["age"]
    assert "Put a field right" in support.get(f"/cases/{CASE}").text
    for wrong in (
        {"field": "nothing", "value": "Canary"},
        {"field": "age"},
        {"field": "age", "value": "Canary", "unknown": "yes"},
    ):
        answer = support.post(place, why="papers", **wrong)
        assert answer.status_code == 400
        assert "Canary" not in answer.text


@pytest.mark.parametrize(
    ("page", "place", "back"),
    [(f"/hotline/contacts/{CONTACT}", f"/hotline/contacts/{CONTACT}/rectify", f"/hotline/contacts/{CONTACT}#earlier"),
     ("/adverts/rec_1/rectify", "/adverts/rec_1/rectify", "/adverts/rec_1/rectify?done=yes")],
)  # fmt: skip
def test_a_contact_and_an_advert_are_put_right_by_a_form(
    support: Client, desk: FakeDesk, page: str, place: str, back: str
) -> None:
    offered = [e for e in Page(support.get(page).text).of("form") if e.get("action") == place]
    assert [e.get("method") for e in offered] == ["post"]
    sent = support.post(place, field="text", value="It was Monday", why="she rang again")
    assert (sent.status_code, sent.headers["location"]) == (303, back)
    emptied = support.post(place, field="text", unknown="yes", why="it was a shop's")
    assert emptied.status_code == 303
    wrong: list[dict[str, str]] = [
        {"field": "nothing", "value": "Canary"},
        {"field": "text"},
        {"field": "text", "value": "Canary", "unknown": "yes"},
    ]
    for form in wrong:
        answer = support.post(place, why="papers", **form)
        assert answer.status_code == 400
        assert "Canary" not in answer.text
        assert Page(answer.text).of("form")
    assert [each.field for each in desk.helpline["rectified"]] == ["text", "text"]
    support.post("/purpose", purpose="lead-review")
    if page == place:
        assert support.get(page).status_code == 403
    else:
        assert place not in support.get(page).text
