"""Giving a lead to a partner: nothing leaves by looking or by one signature, and the page says what it is."""

from client import Client

TERMS = {
    "subject": "lead_0000",
    "to": "stix",
    "recipient": "Partner A",
    "agreement": "MoU",
    "purpose": "review",
    "level": "amber",
}


def test_it_is_asked_looked_at_and_signed_twice(client: Client) -> None:
    assert "/disclosures/of/lead_0000" in client.get("/leads/lead_0000").text
    asked = client.get("/disclosures/of/lead_0000").text
    assert "It is not anonymous" in asked
    assert "MISP event" in asked
    looked = client.post("/disclosures/preview", **TERMS)
    assert "records marked red" in looked.text
    assert "1 picture hashes" in looked.text
    assert "<script>x" not in looked.text
    first = client.post("/disclosures", **TERMS, fingerprint="mark-Partner A", sure="yes")
    assert "Your signature is kept" in first.text
    second = client.post("/disclosures", **TERMS, fingerprint="mark-Partner A", sure="yes")
    assert second.headers["location"] == "/disclosures"


def test_what_was_not_looked_at_is_not_signed(client: Client, desk) -> None:
    assert client.post("/disclosures", **TERMS, fingerprint="other", sure="yes").status_code == 409
    assert client.post("/disclosures", **TERMS, fingerprint="mark-Partner A").status_code == 400
    refused = client.post("/disclosures/preview", **{**TERMS, "recipient": "nobody"})
    assert refused.status_code == 409
    assert "nobody has judged" in refused.text
    assert desk._partners()["signed"] == []


def test_a_case_is_offered_as_a_dossier_alone_and_a_file_is_a_download(client: Client) -> None:
    page = client.get("/disclosures/of/K-2001").text
    assert "MISP" not in page
    assert "it stays sealed" in page
    file = client.get("/disclosures/rel_1/file")
    assert file.headers["content-type"] == "application/pdf"
    assert 'filename="rel_1.pdf"' in file.headers["content-disposition"]


def test_a_dossier_is_read_before_it_is_signed(client: Client, desk) -> None:
    terms = TERMS | {"to": "dossier"}
    looked = client.post("/disclosures/preview", **terms).text
    assert 'action="/disclosures/draft"' in looked
    read = client.post("/disclosures/draft", **terms)
    assert (read.headers["content-type"], read.content[:5]) == ("application/pdf", b"%PDF-")
    assert read.headers["content-disposition"].startswith("inline")
    assert "no-store" in read.headers["cache-control"]
    assert client.post("/disclosures/draft", **{**terms, "recipient": "nobody"}).status_code == 409
    assert desk._partners()["signed"] == []
