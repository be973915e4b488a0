"""A contact and an advert are put right by one field, with what they said before kept and what was made of them gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.errors import Conflict, NotAllowed, UsageError
from clew.workspace.access import SUPERSEDED_ADVERTS

from .conftest import make

SUPPORT, OVERSEE = Purpose.CASE_SUPPORT, Purpose.OVERSIGHT
SITE = Source(name="Site", basis=LegalBasis.SYNTHETIC)


def test_a_contact_is_put_right_and_says_what_it_was(tmp_path: Path) -> None:
    with make(tmp_path) as made:
        anna = made.account()
        call = made.log_contact(
            anna, SUPPORT, {"channel": "call", "text": "It was Tuesday", "caller": "+44 20 7946 0100"}
        )
        made.rectify(anna, SUPPORT, call, "text", "It was Monday", "she rang again")
        made.rectify(anna, SUPPORT, call, "caller", "", "it was a shop's")
        words = made.contact(anna, SUPPORT, call, open_words=True, why="to correct the log")
        assert (words.text, words.line.numbered) == ("It was Monday", False)
        assert [(one.changed, one.text) for one in words.earlier] == [
            (("text",), "It was Tuesday"), (("caller",), "It was Monday"),
        ]  # fmt: skip
        number = made.contact(anna, SUPPORT, call, open_number=True, why="to correct the log")
        assert (number.number, [one.number for one in number.earlier]) == ("", ["+442079460100"] * 2)
        for field, value, error in (("text", "It was Monday", Conflict), ("caller", "12", UsageError), ("channel", "", UsageError),
                                    ("case", "x", UsageError)):  # fmt: skip
            with pytest.raises(error):
                made.rectify(anna, SUPPORT, call, field, value, "again")
        with pytest.raises(NotAllowed):
            made.rectify(made.add_account("rev", (Role.REVIEWER,)), Purpose.LEAD_REVIEW, call, "text", "x", "y")
        acts = [act.body["field"] for act in made.vault.rectifications([call])]
        assert acts == ["text", "caller"]
        assert made.vault.verify() == []


def test_an_advert_is_put_right_stays_right_and_goes_whole(tmp_path: Path) -> None:
    path = tmp_path / "adverts.csv"
    path.write_text(
        "advert_id,text,place\nad-1,Massage in town,Leeds\nad-2,Another by the sea,Hull\n", encoding="utf-8"
    )
    with make(tmp_path) as made:
        anna = made.account()
        made.add(KINDS["adverts"], path, SITE, None, anna)
        made.run(anna)
        old = made.lake.query("SELECT record_id FROM adverts WHERE external_id = 'ad-1'")["record_id"][0].as_py()
        done = made.rectify(anna, OVERSEE, old, "place", "York", "she said where it was")
        assert done.derived["clusters"] == 1
        assert made.add(KINDS["adverts"], path, SITE, None, anna).new == 0  # the file does not bring the old words back
        made.run(anna)
        places = {row["external_id"]: row["place"] for row in made.lake.read("adverts").to_pylist()}
        assert places == {"ad-1": "York", "ad-2": "Hull"}
        assert made.lake.read(SUPERSEDED_ADVERTS)["place"].to_pylist() == ["Leeds"]
        with pytest.raises(Conflict):
            made.rectify(anna, OVERSEE, done.record, "place", "York", "again")
        found = made.person_records(anna, OVERSEE, done.record)
        assert set(found.ids) == {old, done.record}
        assert "Leeds" in str(made.person_copy(anna, OVERSEE, found, "asked"))
        made.erase_person(anna, OVERSEE, found, "asked")
        assert made.lake.count(SUPERSEDED_ADVERTS) == 0
        assert made.vault.verify() == []
