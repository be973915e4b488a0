"""What classing reads of networks: numbers derived from the features, shares of signs, and the matrix of a model.

Nothing here reads a protected trait. Language, script, place and stated gender are read only in `fairness`, to measure
who is wrongly flagged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from clew.leads.rules import Columns
from clew.standards.signs import Sign, text_signs

Floats = npt.NDArray[np.float64]

COUNTED = (
    "adverts",
    "contacts",
    "phones",
    "texts",
    "pictures",
    "places",
    "sites",
    "moves",
    "days",
    "payments",
    "reports",
    "single_links",
)
"""Counts that a model takes as log(1 + n)."""
RATIOS = (
    "contacts_per_text",
    "contacts_per_advert",
    "texts_per_advert",
    "moves_per_week",
    "places_per_week",
    "offers_per_advert",
)
OFFER, ADVERT = "offer", "advert"
NEITHER = frozenset({"business", "blast"})
"""Signs against control that do not speak for work on one's own."""


def derived(columns: Columns, switched_off: frozenset[str] = frozenset()) -> dict[str, Floats]:
    """The features with ratios and with `share_<sign>` for every sign that is read in texts, 0 where a network shows none.

    `offer_signs`, `control_signs` and `own_signs` sum the shares of the signs of offers, of those for control in adverts,
    and of those of work on one's own. A sign that is switched off is 0 everywhere.
    """
    found = {name: np.asarray(values, np.float64) for name, values in columns.items()}
    weeks = np.maximum(found["days"] / 7, 1)
    adverts, texts = np.maximum(found["adverts"], 1), np.maximum(found["texts"], 1)
    found["reports"] = found["tips"] + found["calls"] + found["conversations"]
    found["contacts_per_text"] = found["contacts"] / texts
    found["contacts_per_advert"] = found["contacts"] / adverts
    found["texts_per_advert"] = found["texts"] / adverts
    found["offers_per_advert"] = found.get("offers", np.zeros(len(adverts))) / adverts
    found["moves_per_week"] = found["moves"] / weeks
    found["places_per_week"] = found["places"] / weeks
    none = np.zeros(len(adverts))
    for sign in text_signs():
        shown = none if sign.name in switched_off else found.get(f"sign_{sign.name}", none)
        found[f"share_{sign.name}"] = np.minimum(shown / adverts, 1.0)
    found["offer_signs"] = _summed(found, [sign for sign in text_signs() if sign.scope == OFFER])
    control = [sign for sign in text_signs() if sign.scope == ADVERT and sign.direction == "for"]
    own = [sign for sign in text_signs() if sign.scope == ADVERT and sign.direction == "against"]
    found["control_signs"] = _summed(found, control)
    found["own_signs"] = _summed(found, [sign for sign in own if sign.name not in NEITHER])
    return found


def _summed(found: Mapping[str, Floats], chosen: Sequence[Sign]) -> Floats:
    return np.asarray(
        sum((found[f"share_{sign.name}"] for sign in chosen), np.zeros(len(found["adverts"]))), np.float64
    )


def feature_names(switched_off: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Names of a model's columns, in order; signs that are switched off are not read."""
    on = tuple(f"share_{sign.name}" for sign in text_signs() if sign.name not in switched_off)
    return COUNTED + RATIOS + on


def matrix(found: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """One row a network: counts and ratios as log(1 + n), shares as they are. A name that is not known is 0."""
    none = np.zeros(len(found["adverts"]))
    columns = [
        values if name.startswith("share_") else np.log1p(np.maximum(values, 0))
        for name in names
        for values in (found.get(name, none),)
    ]
    return np.column_stack(columns) if columns else np.zeros((len(none), 0))


def said(name: str) -> str:
    """A column in words."""
    if name.startswith("share_"):
        words = {f"share_{sign.name}": sign.words for sign in text_signs()}
        return f"Share of adverts where: {words.get(name, name.removeprefix('share_').replace('_', ' '))}"
    return _WORDS.get(name, name.replace("_", " "))


_WORDS = {
    "adverts": "Number of adverts",
    "contacts": "Number of contacts used together",
    "phones": "Number of telephone numbers",
    "texts": "Number of different texts",
    "pictures": "Number of pictures",
    "places": "Number of places",
    "sites": "Number of sites",
    "moves": "Changes of place between days",
    "days": "Days between the first and the last advert",
    "payments": "Payments beside these contacts",
    "reports": "Tips, calls and talks that name a contact",
    "single_links": "Texts that contacts tie at single points only",
    "contacts_per_text": "Contacts for each text",
    "contacts_per_advert": "Contacts for each advert",
    "texts_per_advert": "Texts for each advert",
    "moves_per_week": "Changes of place in a week",
    "places_per_week": "Places in a week",
    "offers_per_advert": "Adverts that offer work",
}
