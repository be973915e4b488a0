"""The register page: what is open is as plain as what is answered."""

from client import Client, Page

from clew.standards.legal import Standing, legal_register


def test_the_register_shows_every_article_answer_and_gap(client: Client) -> None:
    text = Page(client.get("/register").text).text
    for law in legal_register():
        assert law.name in text
        for each in law.articles:
            assert each.asks in text
            assert all(gap in text for gap in each.gaps)
            assert all(answer.test in text for answer in each.answers)
    opened = sum(each.standing is Standing.OPEN for law in legal_register() for each in law.articles)
    assert f"{opened} open" in text
    assert "no legal advice" in text


def test_the_register_is_a_table_too(client: Client) -> None:
    lines = client.get("/register.csv").text.splitlines()
    assert lines[0] == "text,article,title,asks,standing,answers,gaps,yours,original"
    assert len(lines) == 1 + sum(len(law.articles) for law in legal_register())
