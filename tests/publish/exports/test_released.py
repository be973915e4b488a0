"""A release in another layout: the same rows, the guarantee kept, the losses told, and no file but the one signed."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from clew.publish.exports.released import export_released
from clew.publish.types import Raw, passed_checks
from clew.safeguards.acts import Release
from clew.safeguards.errors import Blocked, UsageError

CONTENT = (
    b'"registered","gender","age","citizenship","exploited_in","status","forced_labour","means_threats"\n'
    b'"2015","Feminine","9--17","COL","ESP","Open","yes","no"\n,"Man","18--20","","","","unknown","not_asked"\n'
    b'"2016","=1+1","","-x","","-5","",""\n'
)
RELEASE = Release(
    id="rel_1", title="t", dataset="cases", method="anonymise", guarantee="k = 11", epsilon=0.0, recipient="The Public", rows=3,
    sha256=hashlib.sha256(CONTENT).hexdigest(), fingerprint="f", actor="a", at=datetime(2026, 1, 1, tzinfo=UTC), report="{}",
)  # fmt: skip


def export(to, release=RELEASE, content=CONTENT, recipient="anyone"):
    return export_released(Raw(content), release, to, recipient, today=date(2026, 11, 24))


def rows(exported):
    return list(csv.DictReader(io.StringIO(exported.release.value.decode())))


def test_ctdc_has_the_layout_and_says_what_it_lost():
    made = export("ctdc")
    first, second, third = rows(made)
    assert len(first) == 27
    assert (first["yearOfRegistration"], first["gender"], first["citizenship"], first["CountryOfExploitation"]) == (
        "2015", "Woman", "COL", "ESP",
    )  # fmt: skip
    assert (first["isForcedLabour"], first["meansThreats"], second["isForcedLabour"]) == ("1", "0", "")
    assert third["gender"] == "'=1+1"
    lost = made.report["format_cannot_hold"]
    assert "status: 2 rows (CTDC has no column for it)" in lost
    assert "forced_labour: 1 rows (CTDC writes unknown and not asked alike)" in lost
    assert passed_checks(made.release)
    assert made.release.guarantee.words.startswith("k = 11; release rel_1")


def test_htcds_and_csv_hold_every_row():
    read = rows(export("htcds", content=(safe := CONTENT.replace(b"=1+1", b"Man").replace(b"-x", b"COL")),
                       release=replace(RELEASE, sha256=hashlib.sha256(safe).hexdigest())))  # fmt: skip
    assert [row["prs_Citizenship"] for row in read] == ["COL", "", "COL"]
    assert read[0]["vic_TypeOfExploitation"] == "ForcedLabour"
    assert "id" not in read[0]
    plain = rows(export("csv"))
    assert [row["gender"] for row in plain] == ["Feminine", "Man", "'=1+1"]
    assert [plain[2]["citizenship"], plain[2]["status"]] == ["'-x", "-5"]  # a number is no formula


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"release": replace(RELEASE, method="disclose")}, "only anonymised"),
        ({"release": replace(RELEASE, recipient="Partner A"), "recipient": "Partner B"}, "another recipient"),
        ({"content": CONTENT + b"\n"}, "not the one that was signed"),
    ],
)
def test_only_what_was_signed_for_them_leaves(more, why):
    with pytest.raises(Blocked, match=why):
        export("ctdc", **more)
    assert export("ctdc", release=replace(RELEASE, recipient="Partner A"), recipient="partner a ").records == 3


def test_a_format_for_leads_is_none_for_releases():
    with pytest.raises(UsageError, match="htcds, ctdc, csv"):
        export("stix")


def test_htcds_holds_what_ctdc_cannot_and_says_what_it_loses():
    content = (
        b'"gender","citizenship","status","sector","age_when_trafficked","forced_labour","means_threats","consent","transit"\n'
        b'"Woman","COL","Active","Construction","17","unknown","not_asked","yes","MEX;USA"\n'
        b'"Man","PER","Open","","9--17","yes","","no",""\n"Man","PER","","","","","no","not_asked",""\n'
    )
    made = export("htcds", content=content, release=replace(RELEASE, sha256=hashlib.sha256(content).hexdigest()))
    first, second, third = rows(made)
    assert (first["cas_Status"], first["vic_ForcedLabourIndustry"], first["vic_AgeWhenTrafficked"]) == (
        "Active", "F_Construction", "17",
    )  # fmt: skip
    assert (second["cas_Status"], second["vic_AgeWhenTrafficked"]) == ("", "")
    assert [row["con_Consent"] for row in (first, second, third)] == ["true", "false", ""]
    assert [row["clew_consent"] for row in (first, second, third)] == ["yes", "no", "not_asked"]
    assert [row["clew_isForcedLabour"] for row in (first, second, third)] == ["unknown", "yes", ""]
    assert [row["clew_meansThreats"] for row in (first, second, third)] == ["not_asked", "", "no"]
    assert (first["clew_transit"], second["clew_transit"]) == ("MEX;USA", "")
    assert "clew_isSexualExploit" not in first  # what was not released is not said to be unknown
    lost = made.report["format_cannot_hold"]
    assert "status: 1 rows (HTCDS has no word for them in cas_Status)" in lost
    assert "age_when_trafficked: 1 rows (HTCDS has no word for them in vic_AgeWhenTrafficked)" in lost
    assert not any(line.startswith(("sector", "consent", "transit", "forced_labour", "means")) for line in lost)
