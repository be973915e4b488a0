"""What attacks got out of a release, in words: a line for each, with its interval and what the same attack got of strangers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clew.web import words

MEMBERSHIP = "Is this person in the data?"
ASKED = {
    "singling_out": "Does a description read off the release fit exactly one person?",
    "linkability": "Do two halves of what is known of a person lead to the same row?",
}


@dataclass(frozen=True, slots=True)
class AttackLine:
    """One attack. `strangers`: what it gets of persons whose data the release never saw."""

    question: str
    persons: str
    strangers: str
    says: str


def attack_lines(report: Mapping[str, Any]) -> tuple[AttackLine, ...]:
    """The attacks of a report in the order of the pages; those that were not made are left out."""
    lines = [_membership(MEMBERSHIP, report.get("membership"))]
    member = report.get("membership") or {}
    lines.append(_membership("The same, of the tenth with the rarest values", member.get("rarest_tenth")))
    lines.append(_membership("The same, of planted canaries", member.get("canaries")))
    lines += [_risk(question, report.get(name)) for name, question in ASKED.items()]
    inference = report.get("inference") or {}
    worst = inference.get("worst_column")
    if worst:
        question = f"What is the value in one column, from all others? Worst of all columns: {words.plain(worst)}"
        lines.append(_risk(question, inference["by_column"][worst]))
    return tuple(line for line in lines if line is not None)


def _membership(question: str, found: Mapping[str, Any] | None) -> AttackLine | None:
    if not found:
        return None
    told = f"AUC {found['auc']:.2f} ({found['low']:.2f} to {found['high']:.2f}); 0.50 tells nothing"
    caught = f"{found['found_at_one_percent']:.0%} found where 1% of strangers are"
    return AttackLine(question, f"{words.number(found['members'])} asked", caught, told)


def _risk(question: str, found: Mapping[str, Any] | None) -> AttackLine | None:
    if not found:
        return None
    told = f"risk {found['risk']:.2f} ({found['low']:.2f} to {found['high']:.2f}); 0 tells nothing"
    return AttackLine(
        question, f"right for {found['success_rate']:.1%}", f"right for {found['control_success_rate']:.1%}", told
    )
