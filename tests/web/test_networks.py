"""Networks on the pages: what joins, moves, contradicts and is asked; looked for by form, never by address."""

from client import Client, Page
from fake_desk import FakeDesk

NETWORK = "/networks/net_0000"


def test_a_network_says_what_joins_it_and_what_does_not(client: Client) -> None:
    text = Page(client.get(NETWORK).text).text
    assert (
        "2 pieces of evidence; the widest holds 19 adverts: same telephone number; 1 hub shown that joins nothing"
        in text
    )
    assert "hub, joins nothing" in text
    assert "Lyon → Turin → Basel" in text
    assert "1 time one contact is in two places sooner than anyone can travel" in text
    assert "fewer than 12 ask" in text
    assert "1 below and 0 above the middle half" in text
    assert "slot 2: Lyon" in text


def test_every_drawing_has_a_table_and_answers_to_keys(client: Client) -> None:
    page = Page(client.get(NETWORK).text)
    drawings = [attrs for _, attrs in page.elements if attrs.get("data-steps")]
    ids = {attrs.get("id") for _, attrs in page.elements}
    assert {d["data-chart"] for d in drawings} == {"network", "places", "timeline"}
    assert all(d["tabindex"] == "0" and d["aria-label"] for d in drawings)
    assert {attrs["href"] for _, attrs in page.elements if attrs.get("class") == "to-table"} <= {f"#{i}" for i in ids}


def test_the_lead_leads_to_its_network_and_back(client: Client) -> None:
    assert NETWORK in client.get("/leads/lead_0000").text
    assert "/leads/lead_0000" in client.get(NETWORK).text


def test_what_is_looked_for_stands_in_no_address(client: Client) -> None:
    listed = Page(client.get("/networks").text)
    form = next(attrs for tag, attrs in listed.elements if tag == "form" and attrs["action"] == "/networks/search")
    assert form["method"] == "post"
    answer = client.post("/networks/search", wanted="0142 555 000")
    assert answer.status_code == 200
    assert "1 record and 1 further identifier hang together with it" in Page(answer.text).text
    assert "the search ended there, and there is more" in answer.text
    assert client.get("/networks/search?wanted=0142555000").status_code in {404, 405, 422}


def test_a_search_that_names_nothing_is_told_kindly_and_not_repeated(client: Client) -> None:
    answer = client.post("/networks/search", wanted="my secret words")
    assert answer.status_code == 422
    assert "no number" in answer.text
    assert "secret" not in answer.text


def test_an_empty_list_teaches_the_next_step(stranger: Client, desk: FakeDesk) -> None:
    desk.empty = True
    assert "clew run" in stranger.sign_in().get("/networks").text


def test_downloads_hold_the_tables(client: Client) -> None:
    rows = client.get(f"{NETWORK}/evidence.csv").text.splitlines()
    assert len(rows) == 4
    assert client.get(f"{NETWORK}/prices.csv").text.splitlines()[2].startswith("Basel,CHF,,")
    assert len(client.get(f"{NETWORK}/stays.csv").text.splitlines()) == 7
