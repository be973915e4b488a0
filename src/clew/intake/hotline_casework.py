"""What can be recorded on a case, checked: stages of a journey, exploitation, control, support, consent, documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from clew.intake.hotline import LONGEST, place_of
from clew.records.imprecise import DateInterval
from clew.safeguards.errors import UsageError
from clew.standards.services import REFERRAL_CONSENTS, clean, suggest, terms

WORDS: Mapping[str, Mapping[str, str]] = {
    "journey": {"stage": "stages"},
    "exploitation": {"form": "form"},
    "control": {"control": "controls"},
    "recruiter": {"recruiter": "recruiters"},
    "support": {"need": "services", "state": "support_states"},
    "consent": {"layer": "consents", "answer": "consent_answers", "way": "consent_ways"},
    "document": {},
    "correction": {},
    "signature": {},
}
"""Kind -> field -> the list that its words are from. All of them are required."""

TEXTS: Mapping[str, tuple[str, ...]] = {
    "support": ("goal", "note"),
    "document": ("title", "note"),
    "correction": ("reason",),
    "signature": ("reason",),
}
"""Kind -> texts that are sealed; a note where it is not listed."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "document": ("title",), "correction": ("reason",), "signature": ("reason",),
}  # fmt: skip

ANY = "any:"
"""Before the code of a service: consent to any service of this kind."""
LONGEST_CONSENT = timedelta(days=366)


def check_entry(kind: str, form: Mapping[str, str], *, today: date) -> tuple[dict[str, str], dict[str, str]]:
    """Codes and texts of one entry; raises UsageError that lists everything that is wrong, never a value."""
    if kind not in WORDS:
        raise UsageError(f"kind: choose one of {', '.join(WORDS)}")
    problems: list[str] = []
    codes = {name: _word(form, name, words, problems) for name, words in WORDS[kind].items()}
    if kind in _MORE:
        codes |= _MORE[kind](form, today, problems)
    texts = {name: form.get(name, "").strip() for name in TEXTS.get(kind, ("note",))}
    problems += [f"{name}: required" for name in REQUIRED.get(kind, ()) if not texts[name]]
    problems += [f"{name}: longer than {LONGEST} characters" for name, text in texts.items() if len(text) > LONGEST]
    if problems:
        raise UsageError("; ".join(problems))
    return {name: value for name, value in codes.items() if value}, {name: text for name, text in texts.items() if text}


def _word(form: Mapping[str, str], name: str, words: str, problems: list[str]) -> str:
    given = form.get(name, "").strip()
    code = clean(words, given) if given else None
    if code is None:
        near = suggest(words, given) if given else None
        problems.append(
            f"{name}: {'not a known word' if given else 'required'}{f'; did you mean {near}?' if near else ''}"
        )
    return code or ""


def _journey(form: Mapping[str, str], today: date, problems: list[str]) -> dict[str, str]:
    place, country = place_of(form.get("place", ""))
    if not place:
        problems.append("place: required; a country will do")
    first, last = (_dates(form, name, today, problems) for name in ("first", "last"))
    if first and last and last.last < first.first:
        problems.append("last: lies before first")
    dates = {"first": str(first) if first else "", "last": str(last) if last else ""}
    return {"place": place[:200], "country": country, **dates}


def _dates(form: Mapping[str, str], name: str, today: date, problems: list[str]) -> DateInterval | None:
    given = form.get(name, "").strip()
    if not given:
        return None
    try:
        found = DateInterval.parse(given)
    except ValueError as error:
        problems.append(f"{name}: {error}")
        return None
    if found.first > today:
        problems.append(f"{name}: lies in the future")
    return found


def _support(form: Mapping[str, str], today: date, problems: list[str]) -> dict[str, str]:  # noqa: ARG001
    given = form.get("due", "").strip()
    try:
        return {"due": date.fromisoformat(given).isoformat() if given else ""}
    except ValueError:
        problems.append("due: not a date of the form YYYY-MM-DD")
        return {}


def _document(form: Mapping[str, str], today: date, problems: list[str]) -> dict[str, str]:  # noqa: ARG001
    given = form.get("sha256", "").strip().casefold()
    if given and not re.fullmatch(r"[0-9a-f]{64}", given):
        problems.append("sha256: not 64 hexadecimal digits")
    return {"sha256": given}


def _consent(form: Mapping[str, str], today: date, problems: list[str]) -> dict[str, str]:
    """A yes to a referral is given for a service and until a day; any other answer may be, and else holds for all."""
    layer, answer = (
        clean(words, form.get(name, "")) for name, words in (("layer", "consents"), ("answer", "consent_answers"))
    )
    view = {"view": _word(form, "view", "child_views", problems)} if form.get("view", "").strip() else {}
    if layer not in REFERRAL_CONSENTS:
        return view
    to, until = form.get("to", "").strip(), form.get("until", "").strip()
    if answer == "yes" and not to:
        problems.append("to: required; a yes is given for a named service, or for any service of one kind")
    if to and not (
        re.fullmatch(r"svc_[0-9a-f]{16}", to) or (to.startswith(ANY) and to[len(ANY) :] in terms("services"))
    ):
        problems.append("to: not a service of the directory, nor any service of a known kind")
    if answer != "yes":
        return {"to": to, **view}
    return {"to": to, "until": _until(until, today, problems), **view}


def _until(given: str, today: date, problems: list[str]) -> str:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        problems.append(
            f"until: {'not a date of the form YYYY-MM-DD' if given else 'required; until when does the yes hold?'}"
        )
        return ""
    if not today <= day <= today + LONGEST_CONSENT:
        problems.append("until: lies in the past" if day < today else "until: more than a year ahead; ask again then")
    return day.isoformat()


def _signature(form: Mapping[str, str], today: date, problems: list[str]) -> dict[str, str]:  # noqa: ARG001
    """A second person's signature under a referral in a child's best interest."""
    referral = form.get("referral", "").strip()
    if not re.fullmatch(r"ref_[0-9a-f]{20}", referral):
        problems.append("referral: required")
    return {"referral": referral}


_MORE: Mapping[str, Callable[[Mapping[str, str], date, list[str]], dict[str, str]]] = {
    "journey": _journey, "support": _support, "document": _document, "consent": _consent, "signature": _signature,
}  # fmt: skip
