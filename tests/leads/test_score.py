"""Reasons add up as they say, innocent patterns speak against, and no rule reads a protected trait."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from clew.leads import build_queue, honest_label, rules, standing
from clew.leads.explain import contribution, innocent_reading
from clew.leads.score import columns_of, contributions, totals
from clew.leads.types import Direction
from clew.safeguards.acts import Judgement, Verdict
from clew.standards.signs import signs

AT = datetime(2026, 1, 1, tzinfo=UTC)
NUMBERS = (
    "adverts",
    "tips",
    "calls",
    "conversations",
    "payments",
    "pages",
    "contacts",
    "phones",
    "texts",
    "pictures",
    "places",
    "sites",
    "days",
    "moves",
)


def features(*rows):
    """One network a row; what is not given is 0, or 1 for adverts, contacts, texts and places."""
    usual = dict.fromkeys(NUMBERS, 0) | {"adverts": 4, "contacts": 1, "phones": 1, "texts": 1, "places": 2, "days": 20}
    filled = [{"network": number, "first": AT, "last": AT} | usual | row for number, row in enumerate(rows)]
    return pa.Table.from_pylist(filled).cast(
        pa.schema(
            [
                ("network", pa.int64()),
                ("first", pa.timestamp("us", "UTC")),
                ("last", pa.timestamp("us", "UTC")),
                *((name, pa.int64()) for name in NUMBERS),
            ]
        )
    )


def shown(*rows):
    """network, sign, adverts."""
    return pa.table(
        {
            "network": pa.array([r[0] for r in rows], pa.int64()),
            "sign": [r[1] for r in rows],
            "adverts": pa.array([r[2] for r in rows], pa.int64()),
            "evidence": [["r"] for _ in rows],
        }
    )


def points(table, signs_table=None):
    columns = columns_of(table, shown() if signs_table is None else signs_table)
    found = dict.fromkeys(range(table.num_rows), 0.0)
    found |= {row["network"]: row["points"] for row in totals(contributions(columns)).to_pylist()}
    return [found[number] for number in range(table.num_rows)]


def test_one_person_with_one_contact_speaks_against_a_look():
    assert points(features({})) == [-1.5]


def test_touring_alone_adds_nothing_where_one_contact_is_used():
    assert points(features({"moves": 30, "places": 9})) == [-1.5]


def test_many_contacts_and_texts_together_ask_for_a_look():
    (value,) = points(features({"contacts": 5, "texts": 8, "moves": 15, "places": 6}))
    assert value == pytest.approx(2.0 + 2.0 + 1.5)


def test_a_bulk_sender_is_not_put_before_a_person():
    (value,) = points(features({"contacts": 60, "texts": 1, "places": 40, "moves": 50, "adverts": 300}))
    assert value < 0


def test_reports_raise_and_are_capped():
    few, many = points(features({"tips": 3}, {"tips": 300}))
    assert few == many == 1.0


def test_own_rules_weigh_more_than_a_borrowed_phrase():
    table = features({"contacts": 2})
    (borrowed,) = points(table, shown((0, "third_person_voice", 2)))
    (both,) = points(table, shown((0, "third_person_voice", 2), (0, "own_rules", 2)))
    assert both < borrowed - 2


def test_a_rule_that_is_switched_off_says_nothing():
    columns = columns_of(features({"tips": 3}), shown())
    said = contributions(columns, switched_off=frozenset({"reported"}))
    assert "reported" not in said["sign"].to_pylist()


def test_points_are_the_plain_sum_of_their_reasons():
    rng = np.random.default_rng(3)
    table = features(*({name: int(rng.integers(0, 20)) for name in NUMBERS} for _ in range(200)))
    reasons = contributions(columns_of(table, shown((5, "documents_held", 3))))
    summed = {row["network"]: row["points"] for row in totals(reasons).to_pylist()}
    by_hand: dict[int, float] = {}
    for row in reasons.to_pylist():
        by_hand[row["network"]] = by_hand.get(row["network"], 0) + row["points"]
    assert summed == pytest.approx(by_hand)


def test_the_queue_names_leads_by_their_earliest_record_and_leaves_small_ones_out():
    table = features({"contacts": 5, "texts": 8}, {}, {"contacts": 5, "texts": 8, "tips": 3})
    anchors = pa.table({"network": pa.array([0, 1, 2], pa.int64()), "record_id": ["ra", "rb", "rc"]})
    leads, reasons = build_queue(table, shown(), anchors)
    assert leads["network"].to_pylist() == [2, 0]
    again, _ = build_queue(
        features({}, {"contacts": 5, "texts": 8}),
        shown(),
        pa.table({"network": pa.array([0, 1], pa.int64()), "record_id": ["rx", "ra"]}),
    )
    assert again["lead"][0] == leads["lead"][1]
    assert set(reasons["lead"].to_pylist()) == set(leads["lead"].to_pylist())


def test_a_network_without_an_advert_is_no_lead():
    anchors = pa.table({"network": pa.array([0], pa.int64()), "record_id": ["ra"]})
    leads, _ = build_queue(features({"adverts": 0, "tips": 9, "contacts": 5, "texts": 8}), shown(), anchors)
    assert leads.num_rows == 0


def test_every_reason_for_a_look_has_words_a_source_and_an_innocent_reading():
    for rule in rules():
        assert rule.words, rule.name
        assert rule.source, rule.name
    for sign in signs():
        assert sign.points < 0 or sign.innocent, sign.name
    assert len({rule.words for rule in rules()}) == len(rules())


@pytest.mark.parametrize(
    "trait",
    [
        "young",
        "mature",
        "asian",
        "black",
        "latina",
        "trans",
        "muslim",
        "student",
        "foreign",
        "teen",
        "exotic",
        "nationality",
    ],
)
def test_no_sign_reads_a_protected_trait(trait):
    phrases = [term for sign in signs() for terms in sign.terms.values() for term in terms]
    assert not [phrase for phrase in phrases if trait in phrase.lower().split()]


def test_a_phrase_belongs_to_one_sign_only():
    seen: dict[str, str] = {}
    for sign in signs():
        for terms in sign.terms.values():
            for term in terms:
                assert seen.setdefault(term, sign.name) == sign.name, term


def test_reasons_are_said_in_words_with_their_number():
    reason = contribution({"sign": "contacts_together", "points": 1.5, "number": 4}, ["r1"])
    assert reason.direction is Direction.FOR
    assert reason.words.startswith("4 contacts")
    assert innocent_reading([reason]).endswith(reason.innocent)
    assert "ordinary" in innocent_reading([])


def judgement(name, verdict=Verdict.YES, reverses=None, minute=0):
    return Judgement(
        id=name,
        lead="l",
        verdict=verdict,
        reason="r",
        actor="a",
        at=AT.replace(minute=minute),
        reverses=reverses,
        signature="",
    )


def test_the_latest_judgement_that_was_not_taken_back_stands():
    first, second = judgement("a"), judgement("b", Verdict.NO, minute=1)
    assert standing([]) is None
    assert standing([first, second]) == second
    third = judgement("c", Verdict.NOT_SURE, reverses="b", minute=2)
    assert standing([first, second, third]) == third


def test_the_label_says_points_until_enough_similar_leads_were_judged():
    assert "not a probability: 3 leads judged so far" in honest_label(5, [(5, Verdict.YES)] * 3)
    judged = [(5.0, Verdict.YES)] * 21 + [(5.5, Verdict.NO)] * 9 + [(9.0, Verdict.NO)] * 50
    assert honest_label(5.0, judged).startswith("About 7 in 10 such leads were confirmed; 30 judged so far")
    assert honest_label(5.0, [(5, Verdict.NOT_SURE)] * 99).startswith("Points")
