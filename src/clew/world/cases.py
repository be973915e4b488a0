"""Case files of invented persons in two layouts: CTDC's public columns, and HTCDS 2.0 with names and dates.

In the CTDC layout a flag is 1 (yes), 0 (a stated no) or empty (unknown). In the HTCDS layout lists are joined by `;`,
and some persons stand in two files under differently written names: the truth says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pyarrow as pa

from clew.world.adverts import TODAY
from clew.world.cast import Cast
from clew.world.dice import Dice, stream
from clew.world.language import book
from clew.world.phones import e164
from clew.world.places import cities

CTDC_COLUMNS = [
    "yearOfRegistration",
    "gender",
    "ageBroad",
    "citizenship",
    "CountryOfExploitation",
    "traffickMonths",
    "meansDebtBondageEarnings",
    "meansThreats",
    "meansAbusePsyPhySex",
    "meansFalsePromises",
    "meansDrugsAlcohol",
    "meansDenyBasicNeeds",
    "meansExcessiveWorkHours",
    "meansWithholdDocs",
    "isForcedLabour",
    "isSexualExploit",
    "isOtherExploit",
    "typeOfLabourAgriculture",
    "typeOfLabourConstruction",
    "typeOfLabourDomesticWork",
    "typeOfLabourHospitality",
    "typeOfSexProstitution",
    "typeOfSexPornography",
    "recruiterRelationIntimatePartner",
    "recruiterRelationFriend",
    "recruiterRelationFamily",
    "recruiterRelationOther",
]
"""The layout of the public releases of 2024 and 2025."""

HTCDS_COLUMNS = [
    "case_id",
    "cas_Status",
    "cas_IncomingReferralDate",
    "cas_ReasonForIncomingReferral",
    "cas_IncomingReferralDetails",
    "prs_FirstName",
    "prs_SecondName",
    "prs_Birthdate",
    "prs_Gender",
    "prs_Citizenship",
    "prs_Email",
    "prs_MobilePhone",
    "prs_MailingStreet",
    "prs_MailingCity",
    "prs_MailingCountry",
    "vic_TraffickingStatus",
    "vic_TraffickingStatusDecisionMakingOrg",
    "vic_RelationshipToTrafficker",
    "vic_AgeWhenTrafficked",
    "vic_RecruitmentWebsitesAndApps",
    "vic_MethodOfRecruitment",
    "vic_MethodsOfControl",
    "vic_TypeOfExploitation",
    "vic_ForcedLabourIndustry",
    "hte_Country",
    "hte_City",
    "con_Consent",
]
"""Field names of HTCDS 2.0 (IOM, CC BY 4.0), after an id of the file's own."""

_CORRIDORS = (  # citizenship, country of exploitation, weight, share that is labour
    ("PHL", "USA", 9, 0.8),
    ("UKR", "DEU", 8, 0.6),
    ("ROU", "GBR", 12, 0.5),
    ("ROU", "DEU", 8, 0.5),
    ("NGA", "FRA", 8, 0.2),
    ("NGA", "ESP", 5, 0.2),
    ("COL", "ESP", 8, 0.3),
    ("BRA", "PRT", 6, 0.7),
    ("MDA", "FRA", 4, 0.6),
    ("KGZ", "KAZ", 7, 0.9),
    ("USA", "USA", 11, 0.2),
    ("GBR", "GBR", 6, 0.5),
    ("UKR", "UKR", 5, 0.8),
    ("PHL", "AUS", 2, 0.8),
    ("COL", "USA", 3, 0.4),
)
_AGES = ("0--8", "9--17", "18--20", "21--23", "24--26", "27--29", "30--38", "39--47", "48+")
_AGE_BOUNDS = ((3, 8), (9, 17), (18, 20), (21, 23), (24, 26), (27, 29), (30, 38), (39, 47), (48, 66))
_AGE_WEIGHTS = (1, 12, 11, 12, 12, 10, 24, 12, 6)
_MONTHS = ("0--12 (0-1 yr)", "13--24 (1-2 yrs)", "25+ (2+ yrs)")
_CONTROLS = [
    "DebtBondage",
    "PhysicalThreats",
    "PsychologicalAbuse",
    "FalsePromises",
    "PsychoactiveSubstance",
    "WithholdsNecessities",
    "ExcessiveWorkingHours",
    "WithholdsDocuments",
    "TakesEarnings",
    "ThreatensChildrenFamily",
    "RestrictsFinancialAccess",
]
_INDUSTRIES = (
    "A_AgricultureForestryAndFishing",
    "F_Construction",
    "T_ActivitiesOfHouseholdsAsEmployers",
    "I_AccommodationAndFoodServiceActivities",
    "C_Manufacturing",
)
_HTCDS_GENDERS = {"Woman": "Feminine", "Man": "Masculine", "Trans/Transgender/NonConforming": "NonConforming"}


def _column(cells: Sequence[str]) -> pa.Array:
    return pa.array([cell or None for cell in cells], pa.string())


def _flag(dice: Dice, share: float, unknown: float) -> str:
    if dice.chance(unknown):
        return ""
    return "1" if dice.chance(share) else "0"


def _gender(dice: Dice, labour: bool) -> str:
    weights = (50, 48, 2) if labour else (90, 7, 3)
    return dice.weighted(("Woman", "Man", "Trans/Transgender/NonConforming"), weights)


def ctdc(count: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """Cases in the CTDC layout, and what is true of each row: row, age, labour."""
    dice = Dice(stream(seed, "ctdc"))
    rows, ages, kinds = [], [], []
    for _ in range(count):
        row, age, labour = _ctdc_row(dice)
        rows.append(row)
        ages.append(age)
        kinds.append(labour)
    columns = [_column(column) for column in zip(*rows, strict=True)]
    truth = pa.table(
        {"row": pa.array(range(1, count + 1), pa.int64()), "age": pa.array(ages, pa.int64()), "labour": pa.array(kinds)}
    )
    return pa.table(columns, names=CTDC_COLUMNS), truth


def _ctdc_row(dice: Dice) -> tuple[list[str], int, bool]:
    origin, country, _, share = dice.weighted(_CORRIDORS, [corridor[2] for corridor in _CORRIDORS])
    labour = dice.chance(share)
    band = dice.weighted(range(len(_AGES)), _AGE_WEIGHTS)
    vague = 0.6 if dice.chance(0.4) else 0.15  # some files say little of anything
    debt, hours = (0.5, 0.6) if labour else (0.45, 0.2)
    means = [_flag(dice, p, vague) for p in (debt, 0.4, 0.35, 0.7, 0.03 if labour else 0.2, 0.3, hours, 0.35)]
    kinds = [_flag(dice, p, vague / 3) if labour else "0" for p in (0.25, 0.25, 0.3, 0.2)]
    other = ["0" if labour else _flag(dice, p, vague / 3) for p in (0.85, 0.06)]
    relation = [_flag(dice, p, vague) for p in (0.05 if labour else 0.25, 0.2, 0.12, 0.55)]
    head = [
        str(dice.between(2012, TODAY.year - 1)),
        "" if dice.chance(0.01) else _gender(dice, labour),
        "" if dice.chance(0.15) else _AGES[band],
        "" if dice.chance(0.03) else origin,
        "" if dice.chance(0.05) else country,
        "" if dice.chance(0.5) else dice.weighted(_MONTHS, (5, 2, 2)),
    ]
    forms = ["1" if labour else "0", "0" if labour else "1", "1" if dice.chance(0.04) else "0"]
    return [*head, *means, *forms, *kinds, *other, *relation], dice.between(*_AGE_BOUNDS[band]), labour


def htcds(cast: Cast, count: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """Cases in the HTCDS layout, and the truth of each: id, person (the same in two files of one person), network."""
    dice = Dice(stream(seed, "htcds"))
    rows: list[dict[str, str]] = []
    persons: list[str] = []
    networks: list[str | None] = []
    for number in range(1, count + 1):
        if rows and dice.chance(0.06):
            at = dice.below(len(rows))
            rows.append(_again(rows[at], number, dice))
            persons.append(persons[at])
            networks.append(networks[at])
            continue
        row, network = _htcds_row(cast, number, dice)
        rows.append(row)
        persons.append(f"ind_{number:06d}")
        networks.append(network)
    columns = {name: _column([row[name] for row in rows]) for name in HTCDS_COLUMNS}
    truth = pa.table(
        {"id": columns["case_id"], "person": pa.array(persons), "network": pa.array(networks, pa.string())}
    )
    return pa.table(columns), truth


def _htcds_row(cast: Cast, number: int, dice: Dice) -> tuple[dict[str, str], str | None]:
    names = book("names")
    origin, country, _, share = dice.weighted(_CORRIDORS, [corridor[2] for corridor in _CORRIDORS])
    labour = dice.chance(share)
    age = dice.between(*_AGE_BOUNDS[dice.weighted(range(len(_AGES)), _AGE_WEIGHTS)])
    referred = TODAY - timedelta(days=dice.between(5, 1400))
    born = referred - timedelta(days=age * 365 + dice.between(100, 1500))
    first, last = dice.pick(names["given"]), dice.pick(names["family"])
    city = dice.pick([c for c in cities() if c.country == country])
    details, network = _details(cast, dice, city.name)
    return {
        "case_id": f"cas_{number:06d}",
        "cas_Status": dice.weighted(("Active", "FollowUp", "Closed", "ClosedReferred"), (4, 2, 2, 1)),
        "cas_IncomingReferralDate": referred.isoformat(),
        "cas_ReasonForIncomingReferral": dice.weighted(
            ("AdditionalServicesRequired", "MigrationOrChangeOfLocation", "Other"), (5, 2, 1)
        ),
        "cas_IncomingReferralDetails": details,
        "prs_FirstName": first,
        "prs_SecondName": last,
        "prs_Birthdate": _partial(born, dice),
        "prs_Gender": _HTCDS_GENDERS[_gender(dice, labour)],
        "prs_Citizenship": origin if dice.chance(0.95) else f"{origin};{country}",
        "prs_Email": f"{first.lower()}.{last.lower()}{number}@mail.example" if dice.chance(0.4) else "",
        "prs_MobilePhone": e164(dice.pick(cast.callers)) if dice.chance(0.6) else "",
        "prs_MailingStreet": f"{dice.between(1, 90)} Invented Street" if dice.chance(0.5) else "",
        "prs_MailingCity": city.name,
        "prs_MailingCountry": country,
        "vic_TraffickingStatus": dice.weighted(
            ("PossibleVictimOfTrafficking", "ActualVictimOfTrafficking", "NotAVictimOfTrafficking"), (4, 5, 1)
        ),
        "vic_TraffickingStatusDecisionMakingOrg": dice.pick(("Police", "NGO", "CourtOrProsecution")),
        "vic_RelationshipToTrafficker": dice.weighted(("Familial", "Acquainted", "Unaquainted", ""), (2, 4, 4, 2)),
        "vic_AgeWhenTrafficked": str(age) if dice.chance(0.8) else "",
        "vic_RecruitmentWebsitesAndApps": dice.pick(("", "Facebook", "WhatsApp;Telegram", "Instagram", "TikTok")),
        "vic_MethodOfRecruitment": dice.pick(
            ("ThroughAnOnlineAdvertisement", "ThroughFriendsOrSocialEvents", "ThroughOnlineSocialNetworks", "AtWork")
        ),
        "vic_MethodsOfControl": ";".join(dice.some(_CONTROLS, dice.between(0, 5))),
        "vic_TypeOfExploitation": "ForcedLabour"
        if labour
        else dice.weighted(("SexualExploitation", "ForcedBegging;Servitude"), (8, 2)),
        "vic_ForcedLabourIndustry": dice.pick(_INDUSTRIES) if labour else "",
        "hte_Country": country,
        "hte_City": city.name,
        "con_Consent": dice.weighted(("Yes", "No", ""), (7, 1, 2)),
    }, network


def _details(cast: Cast, dice: Dice, city: str) -> tuple[str, str | None]:
    """A note of the referral; a third of them name the number of a network."""
    if dice.chance(0.33):
        poster = dice.pick(cast.tied)
        return (
            f"Came through a job advert in {city}; the number given was {e164(dice.pick(poster.phones))}.",
            poster.network,
        )
    return dice.pick(
        (f"Referred by a shelter in {city}.", f"Referred by a clinic in {city}, needs an interpreter.", "")
    ), None


def _partial(born: date, dice: Dice) -> str:
    """A birthday as well as it is known: the day, the month or the year."""
    text = born.isoformat()
    return dice.weighted((text, text[:7], text[:4], ""), (70, 8, 17, 5))


def _again(row: dict[str, str], number: int, dice: Dice) -> dict[str, str]:
    """The same person in another organisation's file, written a little differently."""
    first, last = row["prs_FirstName"], row["prs_SecondName"]
    at = dice.below(max(1, len(last) - 2)) + 1
    changes = (
        {"prs_SecondName": last[:at] + last[at + 1 :]},
        {"prs_FirstName": last, "prs_SecondName": first},
        {"prs_FirstName": first[:1] + "."},
        {"prs_SecondName": last[:at] + last[at + 1 : at + 2] + last[at] + last[at + 2 :]},
    )
    return {
        **row,
        **dice.pick(changes),
        "case_id": f"cas_{number:06d}",
        "prs_Birthdate": row["prs_Birthdate"] if dice.chance(0.6) else row["prs_Birthdate"][:4],
        "prs_Email": "",
        "cas_Status": "FollowUp",
    }
