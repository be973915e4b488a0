"""Facts of one case that cannot both be true: cross-field checks, each with its fields, its words and who breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from clew.insight.quality_columns import YES_OR_NO, Judged, ages, dates
from clew.standards.palermo import fold

YEAR = 365.2425
ADULT = 18
BIRTH = ("prs_Birthdate", "birthdate", "date_of_birth", "dob", "pv-dob")
EVENT = ("hte_Date", "exploitation_start", "exploitation_date", "hte_StartDate")
REGISTERED = ("cas_IncomingReferralDate", "registered")
SPANS = (
    ("journey_start", "journey_end"),
    ("departure", "arrival"),
    ("hte_StartDate", "hte_EndDate"),
    ("exploitation_start", "exploitation_end"),
    ("recruitment_date", "exploitation_date"),
)
CONSENT = (
    ("consent_given", "consent_withdrawn"),
    ("con_DateGiven", "con_DateWithdrawn"),
    ("con_GivenDate", "con_WithdrawnDate"),
)
ENTRY = ("entered", "entry_date", "date_entered", "created", "created_at")
AGE_TRAFFICKED = ("vic_AgeWhenTrafficked", "age_when_trafficked")
CHILD = ("child", "is_child", "minor")
AGE = ("ageBroad", "age")
STATUS_AGES = (
    *(("majorityStatus", age) for age in AGE),
    ("majorityStatusAtExploit", "vic_AgeWhenTrafficked"),
    ("majorityEntry", "vic_AgeWhenTrafficked"),
)
DETAILS = (
    ("isForcedLabour", ("typeOfLabour", "sectorOfLabour")),
    ("isSexualExploit", ("typeOfSex", "sectorOfSex")),
)
TICKED = (
    ("vic_ForcedLabourIndustry", ("ForcedLabour", "ChildLabour", "Servitude")),
    ("vic_TypeOfSexExploitation", ("SexualExploitation",)),
)
FORMS = "vic_TypeOfExploitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One check: which rows could be checked (all its fields are recorded) and which contradict themselves."""

    rule: str
    words: str
    fields: tuple[str, ...]
    checked: np.ndarray
    broken: np.ndarray


def contradictions(columns: Mapping[str, Judged], today: date) -> list[Contradiction]:
    """Every check whose fields the file has."""
    known = _Known(columns, today)
    return [*_births(known), *_children(known), *_spans(known), *_forms(known)]


@dataclass(frozen=True, slots=True)
class _Known:
    columns: Mapping[str, Judged]
    today: date

    def there(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name in self.columns]

    def dates(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return dates(self.columns[name], self.today)

    def words(self, name: str) -> np.ndarray:
        column = self.columns[name]
        return np.asarray(np.array([fold(value or "") for value in column.values])[column.codes])

    def majority(self, name: str) -> np.ndarray:
        """Minor or adult, as written or as an answer to whether the person is a child."""
        words = self.words(name)
        if name not in CHILD:
            return words
        yes, no = (
            np.isin(words, [word for word, said in YES_OR_NO.items() if said is is_so]) for is_so in (True, False)
        )
        return np.where(yes, "minor", np.where(no, "adult", ""))

    def ticked(self, name: str, codes: Sequence[str]) -> np.ndarray:
        return self.columns[name].having(lambda parts: bool(set(parts) & set(codes)))


def _check(rule: str, words: str, fields: Sequence[str], checked: np.ndarray, broken: np.ndarray) -> Contradiction:
    return Contradiction(rule=rule, words=words, fields=tuple(fields), checked=checked, broken=checked & broken)


def _before(known: _Known, rule: str, words: str, earlier: str, later: str) -> Contradiction:
    """Broken where `later` surely lies before `earlier`, however imprecise both are."""
    start, end = known.dates(earlier)[0], known.dates(later)[1]
    return _check(rule, words, (earlier, later), ~np.isnan(start) & ~np.isnan(end), end < start)


def _births(known: _Known) -> Iterator[Contradiction]:
    for birth in known.there(BIRTH)[:1]:
        for event in known.there(EVENT):
            yield _before(
                known, "exploitation_before_birth", "The event is dated before the person's birth.", birth, event
            )
        for registered in known.there(REGISTERED):
            yield _before(
                known,
                "registered_before_birth",
                "The case was registered before the person's birth.",
                birth,
                registered,
            )


def _children(known: _Known) -> Iterator[Contradiction]:
    told = known.there((*AGE_TRAFFICKED, *AGE))[:1]  # a child then may be of age by the time of the file
    for status, age in (*STATUS_AGES, *((child, age) for child in known.there(CHILD) for age in told)):
        if status in known.columns and age in known.columns:
            low, high = ages(known.columns[age])
            said, words = known.majority(status), (status, age)
            both = ~np.isnan(low) & np.isin(said, ("minor", "adult"))
            yield _check(
                "child_over_18",
                "Recorded as a child with an age of 18 or more.",
                words,
                both,
                (said == "minor") & (low >= ADULT),
            )
            yield _check(
                "adult_under_18",
                "Recorded as an adult with an age under 18.",
                words,
                both,
                (said == "adult") & (high < ADULT),
            )
    for age in known.there(AGE_TRAFFICKED):
        low, high = ages(known.columns[age])
        if FORMS in known.columns:
            child = known.ticked(FORMS, ("ChildLabour",))
            yield _check(
                "child_over_18",
                "Child labour with an age of 18 or more when trafficked.",
                (FORMS, age),
                child & ~np.isnan(low),
                low >= ADULT,
            )
        yield from _age_and_birth(known, age, low)
    yield from _uk_child(known)


def _age_and_birth(known: _Known, age: str, low: np.ndarray) -> Iterator[Contradiction]:
    """Nobody is older when first trafficked than at a later event of the same case."""
    for birth in known.there(BIRTH)[:1]:
        for later in known.there((*EVENT, *REGISTERED)):
            oldest = np.floor((known.dates(later)[1] - known.dates(birth)[0]) / YEAR)
            checked = ~np.isnan(low) & ~np.isnan(oldest)
            yield _check(
                "age_disagrees_with_birth",
                "The age when trafficked is higher than the age at a later date.",
                (age, birth, later),
                checked,
                low > oldest + 1,
            )


def _uk_child(known: _Known) -> Iterator[Contradiction]:
    status = "pv-under-age"
    for birth in known.there(BIRTH)[:1]:
        if status in known.columns:
            youngest = np.floor((known.today.toordinal() - date(1970, 1, 1).toordinal() - known.dates(birth)[1]) / YEAR)
            said = known.words(status)
            checked = ~np.isnan(youngest) & np.isin(said, ("yes", "no"))
            yield _check(
                "child_over_18",
                "Recorded as under 18 with a birth that makes the person an adult today.",
                (status, birth),
                checked,
                (said == "yes") & (youngest >= ADULT),
            )


def _spans(known: _Known) -> Iterator[Contradiction]:
    for start, end in SPANS:
        if start in known.columns and end in known.columns:
            yield _before(
                known, "ends_before_it_starts", "A journey or an exploitation ends before it starts.", start, end
            )
    for given, withdrawn in CONSENT:
        if given in known.columns and withdrawn in known.columns:
            yield _before(
                known, "consent_withdrawn_before_given", "Consent was withdrawn before it was given.", given, withdrawn
            )
    for received in known.there(REGISTERED):
        if "cas_OutgoingReferralDate" in known.columns:
            yield _before(
                known,
                "referred_on_before_received",
                "The case was referred on before it was received.",
                received,
                "cas_OutgoingReferralDate",
            )
        for entered in known.there(ENTRY):
            yield _before(
                known,
                "entered_before_registered",
                "The record was entered before the case was registered.",
                received,
                entered,
            )


def _forms(known: _Known) -> Iterator[Contradiction]:
    for flag, prefixes in DETAILS:
        details = [name for name in known.columns if name.startswith(prefixes)]
        if flag in known.columns and details:
            ticked = np.any([known.ticked(name, ("1",)) for name in details], axis=0)
            answered = known.ticked(flag, ("0", "1"))
            yield _check(
                "form_denied_with_detail",
                "A form of exploitation is denied and a kind of it is recorded.",
                (flag, *details),
                answered & ticked,
                known.ticked(flag, ("0",)),
            )
    for detail, codes in TICKED:
        if detail in known.columns and FORMS in known.columns:
            checked = known.columns[detail].recorded & known.columns[FORMS].recorded
            yield _check(
                "detail_without_form",
                "A kind of exploitation is recorded and its form is not.",
                (detail, FORMS),
                checked,
                ~known.ticked(FORMS, codes),
            )
