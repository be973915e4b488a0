"""One text on its page: places and put-in words are told by number and sign, not by colour alone."""

from client import Client, Page

TEXT = "/texts/3"


def test_a_text_names_its_places_in_words(client: Client) -> None:
    page = Page(client.get(TEXT).text)
    assert "7 adverts share one text, with 2 places that each fills in" in page.text
    assert "place 2: Lyon" in page.text
    assert "the first 2 of 7" in page.text


def test_the_lead_and_the_network_lead_to_it(client: Client) -> None:
    for address in ("/leads/lead_0000", "/networks/net_0000"):
        assert f'href="{TEXT}"' in client.get(address).text


def test_a_text_that_is_not_there_or_not_allowed(client: Client) -> None:
    assert client.get("/texts/4").status_code == 404
    assert client.get("/texts/x").status_code in {404, 422}
    assert "piece,kind,slot" in client.get(f"{TEXT}/slots.csv").text
