"""Networks of the invented world: each edge named, what else belongs to a number, and nothing of it where it must not be."""

from __future__ import annotations

import pytest

from clew.links.evidence import evidence_kinds
from clew.safeguards.actors import Purpose
from clew.safeguards.errors import NotAllowed, NotFound, UsageError

REVIEW = Purpose.LEAD_REVIEW


@pytest.fixture(scope="module")
def seen(walked):
    """The actor, and the page of the largest network that a lead asks about."""
    actor = walked.account()
    rows, _ = walked.networks(actor, REVIEW, offset=0, limit=500)
    row = next(row for row in rows if row.lead)
    return actor, walked.network(actor, REVIEW, row.id)


def test_the_list_holds_every_network_of_two_adverts_or_more(walked):
    rows, total = walked.networks(walked.account(), REVIEW, offset=0, limit=500)
    counted = walked.lake.query(
        "SELECT count(*) AS n FROM (SELECT network FROM members WHERE record_kind = 'advert' GROUP BY 1 HAVING count(*) > 1)"
    )
    assert total == len(rows) == counted["n"][0].as_py()
    assert [row.adverts for row in rows] == sorted((row.adverts for row in rows), reverse=True)


def test_every_edge_names_its_evidence_and_holds_the_network_together(walked, seen):
    _, view = seen
    assert view.joins
    for join in view.joins:
        assert set(join.kind.split(", ")) <= set(evidence_kinds())
        assert join.count > 1
        assert join.reason
    held = {record for join in view.joins if not join.hub for record in join.records}
    members = {each.record for each in view.members}
    loose = walked.lake.query("SELECT record FROM evidence").column(0).to_pylist()
    assert members <= set(loose)
    assert len(held) > len(members) / 2


def test_a_network_is_named_as_its_lead_and_by_any_of_its_adverts(walked, seen):
    actor, view = seen
    assert view.row.id.removeprefix("net_") == view.row.lead.removeprefix("lead_")
    from clew.workspace.network_parts import network_id

    other = walked.network(actor, REVIEW, network_id(view.members[-1].record))
    assert other.row.id == view.row.id
    with pytest.raises(NotFound):
        walked.network(actor, REVIEW, "net_0000000000000000")


def test_movement_prices_and_templates_are_worked_out(seen):
    _, view = seen
    assert sum(point.adverts for point in view.points) + view.unplaced == view.row.adverts
    assert view.stays
    assert all(price.median is None or price.askers >= view.fewest for price in view.prices)
    pieces = [piece for template in view.templates for _, shown in template.shown for piece in shown]
    assert any(piece.kind == "slot" for piece in pieces)


def test_what_else_belongs_to_a_number_is_found_and_not_written_down(walked, seen):
    actor, view = seen
    number = next(join.label for join in view.joins if join.kind == "phone" and not join.hub)
    found = walked.expand(actor, REVIEW, f"call {number} please")
    assert found.read == ("phone",)
    assert found.rows[0].label == number
    assert {row.label for row in found.rows} & {each.external_id for each in view.members}
    assert any(row.network == view.row.id for row in found.rows)
    last = walked.audit(actor, Purpose.OVERSIGHT, offset=0, limit=1).rows[0]
    assert last.action == "search"
    assert number not in repr(last)


def test_what_names_nothing_or_may_not_be_asked_is_refused(walked, seen):
    actor, _ = seen
    for text in ("", "   ", "good evening", "x" * 501):
        with pytest.raises(UsageError, match="search") as refused:
            walked.expand(actor, REVIEW, text)
        assert "evening" not in str(refused.value)
    for ask in (
        lambda: walked.expand(actor, Purpose.STATISTICS, "+442079460123"),
        lambda: walked.networks(actor, Purpose.STATISTICS),
    ):
        with pytest.raises(NotAllowed):
            ask()
    assert walked.expand(actor, REVIEW, "+44 20 7946 0123").rows == ()


def test_an_empty_workspace_has_no_networks(empty):
    actor = empty.account()
    assert empty.networks(actor, REVIEW) == ((), 0)
    with pytest.raises(NotFound):
        empty.network(actor, REVIEW, "net_0000000000000000")
    with pytest.raises(NotFound, match="clew run"):
        empty.expand(actor, REVIEW, "+442079460123")


def test_a_text_shows_its_adverts_beside_each_other(walked, seen):
    actor, view = seen
    cluster = view.templates[0].cluster
    text = walked.text(actor, REVIEW, cluster)
    assert text.adverts >= view.templates[0].adverts > 1
    assert {piece.kind for each in text.shown for piece in each.pieces} & {"constant"}
    record = view.templates[0].shown[0][0]
    assert walked.texts_of(actor, REVIEW, [record, "no-such-record"]) == {record: cluster}
    with pytest.raises(NotFound):
        walked.text(actor, REVIEW, 10**9)
