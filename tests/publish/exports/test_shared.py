"""Sharing levels decide what of a lead leaves, whatever the format."""

import pytest
from leads_to_share import advert, judged, known, reason, to

from clew.publish.exports import FORMATS, Mention, export, share
from clew.publish.types import Method, Raw, passed_checks
from clew.records.source import Tlp
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Blocked, UsageError

CANARIES = (b"CANARY-TEXT", b"CANARY-NAME", b"CANARY-REASON", b"CANARY-ACTOR")
RED = [advert("r1"), advert("r2"), advert("r3", Tlp.RED, source="CANARY-RED")]
SEEN_IN_RED = [Mention("r1", "phone", "+33465718589"), Mention("r3", "phone", "+15550000000")]


def test_red_never_leaves_and_neither_does_what_it_counted():
    shared = share(
        known(entries=RED, mentions=SEEN_IN_RED, question="Do these 3 adverts have one organiser?",
              reasons=[reason("a", 3.0, "r1", "r2"), reason("b", 2.0, "r1", "r3"), reason("c", 1.0)]),
        to(level=Tlp.AMBER_STRICT),
    )  # fmt: skip
    assert [entry.id for entry in shared.entries] == ["r1", "r2"]
    assert [each.value for each in shared.identifiers] == ["+33465718589"]
    # A reason that counts a red record, or all of them, would tell that it is there; so would the question's number.
    assert [each.sign for each in shared.reasons] == ["a"]
    assert shared.question == "Do these 2 adverts have one organiser?"
    assert shared.points == 3.0
    assert shared.left_out["records marked red"] == 1
    assert shared.left_out["identifiers that only records which stay behind hold"] == 1


def test_a_reason_that_may_count_more_than_it_names_stays_behind():
    entries = [*(advert(f"r{n}") for n in range(1, 14)), advert("r14", Tlp.RED)]
    full = reason(
        "a", 3.0, *(f"r{n}" for n in range(1, 13))
    )  # twelve named: the thirteenth or the red one may count too
    assert share(known(entries=entries, reasons=[full]), to()).reasons == ()
    # Where what stays behind is no advert, reasons on adverts stand; one about the whole may count reports, and does not.
    entries[-1] = advert("r14", kind="tip")
    shared = share(known(entries=entries, reasons=[full, reason("b", 1.0)]), to())
    assert [each.sign for each in shared.reasons] == ["a"]


def test_amber_strict_goes_back_to_its_own_house_alone():
    entries = [advert("r1"), advert("r2", Tlp.AMBER_STRICT, "House B")]
    stays = share(known(entries=entries), to(level=Tlp.AMBER_STRICT, organisation="House C"))
    assert [entry.id for entry in stays.entries] == ["r1"]
    own = share(known(entries=entries), to(level=Tlp.AMBER_STRICT, organisation="house b"))
    assert len(own.entries) == 2
    assert own.mark is Tlp.AMBER_STRICT
    # Let in to amber only, not even its own house gets the stricter one.
    assert len(share(known(entries=entries), to(organisation="House B")).entries) == 1


def test_a_lead_is_never_looser_than_amber():
    assert share(known(entries=[advert("r1", Tlp.CLEAR)]), to()).mark is Tlp.AMBER
    for level in (Tlp.RED, Tlp.GREEN, Tlp.CLEAR):
        with pytest.raises(UsageError, match="level"):
            to(level=level)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"judgements": []}, "nobody has judged"),
        ({"judgements": [judged(Verdict.NO)]}, "not yes"),
        ({"judgements": [judged(Verdict.NOT_SURE)]}, "not yes"),
        ({"judgements": [judged(), judged(Verdict.NO, "jdg_2", "jdg_1")]}, "not yes"),
        ({"looks": "independent_work"}, "independent work"),
        ({"entries": [advert("r1", Tlp.RED)]}, "no record"),
        ({"entries": [advert("r1", kind="tip")]}, "no record"),
    ],
)
def test_what_may_not_leave_is_refused(more, why):
    with pytest.raises(Blocked, match=why):
        export(Raw(known(**more)), to(), "stix")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_is_made_by_the_checks_and_holds_no_name_or_text(name):
    made = export(Raw(known(entries=RED)), to(), name)
    assert passed_checks(made.release)
    assert made.release.guarantee.method is Method.DISCLOSE
    assert "not anonymous" in made.release.guarantee.words
    assert not [canary for canary in (*CANARIES, b"CANARY-RED") if canary in made.release.value]
    assert made.report["stays_behind"]["names that adverts use"] == 1
    again = export(Raw(known(entries=RED)), to(), name)
    assert again.release.value == made.release.value


@pytest.mark.parametrize("field", ["name", "agreement", "purpose"])
@pytest.mark.parametrize("value", ["", "  ", "a\nb", "x" * 201])
def test_recipient_says_which_field_does_not_fit(field, value):
    with pytest.raises(UsageError, match=field):
        to(**{field: value})


def test_format_not_known_is_refused():
    with pytest.raises(UsageError, match="choose of"):
        export(Raw(known()), to(), "xlsx")
