"""Makes `src/clew/standards/indicators.json`: published indicator lists as data, with codes of our own.

Source: transcriptions in a folder named on the command line, by default `../shared/data/indicators`. They came by way of
third parties: check each against its original before relying on it. UNODC's list is partial, and its points are in our own
words. The same input gives the same file to the byte.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ALTERNATIVE = re.compile(r"(\d+) (strong|medium|weak)(?: or (strong|medium|weak))?")
GRADES = ("strong", "medium", "weak")
CHECK = "Transcribed by way of a third party; it must be checked against the original before it is relied on."
UNODC = {
    "general": [
        "says that they must work against their will",
        "cannot leave the place of work",
        "movements seem to be controlled",
        "feels unable to leave",
        "shows fear or anxiety",
        "violence or threats against the person or the person's family",
        "injuries as from an assault",
        "distrusts the authorities",
        "fears to disclose the immigration status",
        "identity or travel documents are held by someone else",
        "has false identity or travel documents",
        "does not know the own home or work address",
        "lets others answer when spoken to",
        "acts as if instructed by someone",
        "has little or no social contact",
        "has little contact with family or people outside",
        "cannot communicate freely",
    ],
    "sexual_exploitation": [
        "is moved between places of work",
        "is escorted to and from work",
        "has marks of ownership on the body",
        "sleeps at the place of work or travels in a group whose members do not share a language",
        "has no cash of the own and can show no identity document",
        "has few things of the own",
    ],
}
"""In our own words, in the order of the list: the wording is the United Nations'."""
READS_TRAIT = {("sexual_exploitation", 2), ("sexual_exploitation", 3), ("general", 8)}
"""Points that read looks, language or legal status. clew lists them and never reads them as a reason for suspicion."""


def make(source: Path) -> dict[str, Any]:
    """The three lists; raises SystemExit where the source is not as it was."""
    delphi = json.loads((source / "ilo_delphi_labour.json").read_text(encoding="utf-8"))
    unodc = json.loads((source / "unodc_ht_indicators_partial.json").read_text(encoding="utf-8"))
    return {
        "note": "Made by scripts/make_indicators.py; change that, not this.",
        "delphi": _delphi(delphi),
        "ilo11": {
            "source": "International Labour Office, ILO indicators of forced labour, Special Action Programme to Combat Forced Labour, 2012",
            "check": CHECK,
            "partial": False,
            "indicators": [
                {"code": f"ilo11_{int(number):02d}", "label": label} for number, label in delphi["ilo11"].items()
            ],
        },
        "unodc": _unodc(unodc),
    }


def _delphi(content: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": content["source"],
        "check": CHECK
        + " Compared so far: the names of the six dimensions and how many indicators each has; not the labels and weights.",
        "partial": False,
        "covers": "Labour exploitation of adults and of children; the lists for sexual exploitation are not held.",
        "positive_if": content["dimension_positive_if"],
        "alternatives": [one for rule in content["dimension_positive_if"] for one in _alternatives(rule)],
        "dimensions": [_dimension(item) for item in content["dimensions"]],
    }


def _alternatives(rule: str) -> list[dict[str, int]]:
    """`1 strong + 1 medium or weak` as the two least sets that fulfil it."""
    found: list[dict[str, int]] = [dict.fromkeys(GRADES, 0)]
    for term in rule.split(" + "):
        match = ALTERNATIVE.fullmatch(term)
        if match is None:
            sys.exit("the combination rule is not of the form that is known")
        grades = [grade for grade in match.groups()[1:] if grade]
        found = [{**one, grade: one[grade] + int(match[1])} for one in found for grade in grades]
    return found


def _dimension(item: dict[str, Any]) -> dict[str, Any]:
    weights = {"S": "strong", "M": "medium", "W": "weak", None: None}
    return {
        "code": f"delphi_{item['id']}",
        "name": item["name"],
        "element": "purpose" if item["palermo"].startswith("purpose") else "means",
        "indicators": [
            {
                "code": f"delphi_{item['id']}_{place:02d}",
                "label": one["label"]
                .replace("on victims", "on the person")
                .replace("against victim", "against the person")
                .replace("of victim", "of the person"),
                "adult": weights[one["A_L"]],
                "child": weights[one["C_L"]],
                "ilo11": [f"ilo11_{int(number):02d}" for number in one["ilo11"]],
            }
            for place, one in enumerate(item["indicators"], 1)
        ],
    }


def _unodc(content: dict[str, Any]) -> dict[str, Any]:
    for section, words in UNODC.items():
        if len(content[section]) != len(words):
            sys.exit(f"unodc: {section} has {len(content[section])} points, {len(words)} are known")
    return {
        "source": "United Nations Office on Drugs and Crime, Human Trafficking Indicators (2009)",
        "check": CHECK + " The wording is ours.",
        "partial": True,
        "missing": content["missing"],
        "indicators": [
            {
                "code": f"unodc_{section}_{place:02d}",
                "label": words,
                "section": section,
                "reads_trait": (section, place - 1) in READS_TRAIT,
            }
            for section, list_ in UNODC.items()
            for place, words in enumerate(list_, 1)
        ],
    }


def main() -> None:
    root = Path(__file__).resolve().parents[1]
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else root.parent / "shared" / "data" / "indicators"
    target = root / "src" / "clew" / "standards" / "indicators.json"
    target.write_text(json.dumps(make(source), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
