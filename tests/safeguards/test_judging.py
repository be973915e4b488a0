"""Judgement stays human: two persons, answers before the score, reviews with their limits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.blind import ENOUGH, Answer, agreement, is_blind, kappa, mixed
from clew.safeguards.errors import Conflict, UsageError
from clew.safeguards.reviews import Review, check_answer, check_ask
from clew.safeguards.second import TWO, Concern, agreed

START = datetime(2026, 11, 1, tzinfo=UTC)
YES, NO = Verdict.YES, Verdict.NO


def said(number: int, actor: str, verdict: Verdict, reverses: int | None = None) -> Judgement:
    return Judgement(
        id=f"j{number}", lead="person:a:b", verdict=verdict, reason="r", actor=actor, at=START + timedelta(hours=number),
        reverses=None if reverses is None else f"j{reverses}", signature="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "stands"),
    [
        ([], None),
        ([said(1, "anna", YES)], None),
        ([said(1, "anna", YES), said(2, "anna", YES)], None),  # one person twice is one person
        ([said(1, "anna", YES), said(2, "bo", YES)], YES),
        ([said(1, "anna", YES), said(2, "bo", NO)], None),
        ([said(1, "anna", YES), said(2, "bo", YES), said(3, "bo", NO)], None),  # a change of mind counts
        ([said(1, "anna", YES), said(2, "bo", YES), said(3, "bo", NO, reverses=2)], None),
        ([said(1, "a", YES), said(2, "b", YES), said(3, "c", NO), said(4, "d", NO)], None),  # two of each: of two minds
        ([said(1, "anna", YES), said(2, "bo", NO), said(3, "cy", NO)], NO),
    ],
)
def test_where_two_are_needed_only_what_two_persons_say_stands(
    answers: list[Judgement], stands: Verdict | None
) -> None:
    found = agreed(answers)
    assert (found and found.verdict) == stands
    assert set(TWO) == set(Concern)


@pytest.mark.parametrize(
    ("hour", "stands"),
    [(1.5, None), (2.5, YES)],  # anna left before bo answered, or after: what two had settled stays
)
def test_an_answer_of_whoever_left_waits_for_no_second_one(hour: float, stands: Verdict | None) -> None:
    found = agreed([said(1, "anna", YES), said(2, "bo", YES)], {"anna": START + timedelta(hours=hour)})
    assert (found and found.verdict) == stands


def test_a_share_of_leads_is_blind_for_each_person_apart_and_stays_so() -> None:
    leads = [f"lead_{n}" for n in range(4_000)]
    mine = {lead for lead in leads if is_blind(b"key", lead, "anna", 0.2)}
    theirs = {lead for lead in leads if is_blind(b"key", lead, "bo", 0.2)}
    assert 650 < len(mine) < 950
    assert mine != theirs
    assert mine == {lead for lead in leads if is_blind(b"key", lead, "anna", 0.2)}
    assert mine <= {lead for lead in leads if is_blind(b"key", lead, "anna", 0.4)}  # a larger share takes none back
    assert mine != {lead for lead in leads if is_blind(b"other", lead, "anna", 0.2)}


def answer(lead: int, actor: str, verdict: Verdict, blind: bool, hour: int = 0) -> Answer:
    at = START + timedelta(hours=hour)
    return Answer(lead=f"lead_{lead}", actor=actor, verdict=verdict, blind=blind, at=at)


def test_agreement_counts_first_answers_changes_and_pairs() -> None:
    given = [answer(n, "anna", YES if n % 2 else NO, blind=True) for n in range(ENOUGH)]
    given += [answer(n, "bo", YES, blind=False, hour=1) for n in range(ENOUGH)]
    given += [answer(n, "anna", YES, blind=False, hour=2) for n in range(0, 6, 2)]  # three came round to the score
    found = agreement(given)
    assert (found.blind, found.seen) == (ENOUGH, ENOUGH)
    assert (found.changed.part, found.changed.whole) == (3, ENOUGH)
    assert (found.same.part, found.same.whole, found.same.enough) == (ENOUGH // 2, ENOUGH, True)
    assert found.kappa == 0.0  # bo says yes to all: agreement is chance
    assert (found.yes_blind.part, found.yes_seen.part) == (ENOUGH // 2, ENOUGH)


def test_kappa_is_that_of_a_worked_example_and_is_not_given_of_too_few() -> None:
    # Cohen's measure on 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.4
    pairs = [(YES, YES)] * 20 + [(YES, NO)] * 5 + [(NO, YES)] * 10 + [(NO, NO)] * 15
    assert kappa(pairs) == 0.4
    assert kappa(pairs[: ENOUGH - 1]) is None
    assert kappa([(YES, YES)] * ENOUGH) is None


def review(**more: object) -> Review:
    given = {"id": "r", "subject": "lead_1", "matter": "lead", "came": "in writing", "told_in": "", "received": date(2026, 11, 30),
             "extended": False, "outcome": "", "reason": "", "by": "", "answered": None, "taken_by": "anna"}  # fmt: skip
    return Review(**(given | more))


def test_a_review_is_due_in_a_month_and_put_off_once() -> None:
    assert review().due == date(2026, 12, 30)
    assert review(extended=True).due == date(2027, 2, 28)
    assert review().is_late(date(2026, 12, 31))
    assert not review(outcome="upheld").is_late(date(2027, 12, 31))
    check_answer(review(), "more_time", date(2026, 12, 30))
    for late in (review(extended=True), review(outcome="upheld")):
        with pytest.raises(Conflict):
            check_answer(late, "more_time", date(2026, 12, 1))
    with pytest.raises(Conflict, match="month"):
        check_answer(review(), "more_time", date(2026, 12, 31))


def test_what_cannot_be_asked_or_answered_is_said_all_at_once() -> None:
    with pytest.raises(UsageError, match=r"matter.*came.*received"):
        check_ask("x", "y", date(2027, 1, 1), date(2026, 1, 1))
    with pytest.raises(UsageError, match="outcome"):
        check_answer(review(), "forgotten", date(2026, 12, 1))


def test_the_place_of_a_blind_lead_says_nothing_of_its_score() -> None:
    leads = [f"lead_{n}" for n in range(3_000)]
    blind = [is_blind(b"key", lead, "anna", 0.2) for lead in leads]
    order = mixed(b"key", leads, "anna", blind)
    assert sorted(order) == list(range(3_000))
    seen = [at for at in order if not blind[at]]
    assert seen == sorted(seen)
    turned = mixed(b"key", leads[::-1], "anna", blind[::-1])
    hidden = [leads[at] for at in order if blind[at]]
    assert hidden == [leads[::-1][at] for at in turned if blind[::-1][at]]  # other scores, the same order
    assert hidden != [leads[at] for at in mixed(b"key", leads, "bo", blind) if blind[at]]
