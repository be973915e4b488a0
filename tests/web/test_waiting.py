"""What waits for a second signature, as a page."""

from client import Client


def test_what_waits_is_reached_by_who_may_sign_and_escaped(client: Client) -> None:
    page = client.get("/waiting").text
    assert 'href="/waiting"' in client.get("/").text
    assert "Counts &lt;b&gt;2026&lt;/b&gt;" in page
    assert "Anna &lt;i&gt;" in page
    assert "You signed: another person comes next" in page
