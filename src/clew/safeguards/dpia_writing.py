"""An impact assessment written out: what happens to whose data and why, the risks, the measures, and what is still open."""

from __future__ import annotations

from collections.abc import Iterator

from clew.safeguards.document import Block, Document, Heading, Items, Rows, Words
from clew.safeguards.dpia import QUESTIONS, Configuration
from clew.standards.legal import gaps
from clew.standards.legal_risks import STEPS, Risk, is_high, risks

_FACTS = {
    "lake_open": "The lake (adverts, signals, links) is not encrypted by clew: the disk under it must be.",
    "fairness_not_measured": "Nobody measured on judged leads of this workspace who is wrongly flagged.",
    "low_k": "Releases may have groups smaller than 11.",
    "high_epsilon": "The privacy budget is above 4.",
    "no_auditor": "No account has the role of an auditor: nobody apart reads the log.",
    "long_retention": "A source keeps its data for more than two years.",
    "law_enforcement_beside_support": "Law enforcement data and data given for support rest in one workspace.",
    "one_account": "There is one account: who takes in, judges and releases is the same person.",
}
"""What is so here, in words, where it makes a risk likelier."""


def written(config: Configuration) -> Document:
    """The whole assessment. The same configuration gives the same text."""
    about = "Made by clew from the configuration of this workspace. It is a draft until a steward approves it, and no legal advice."
    if not config.real:
        about += " All sources are declared invented: no data of real persons are processed."
    blocks = (
        *_who(config), *_what(config), *_flows(config), *_machines(config), *_necessity(config), *_risks(config), *_open(config),
        *_today(config),
    )  # fmt: skip
    return Document("Data protection impact assessment", about, blocks)


def open_points(config: Configuration) -> tuple[str, ...]:
    """What a person must still answer or accept."""
    unanswered = [
        f"Not answered: {question}" for name, question in QUESTIONS.items() if not config.answers.get(name, "").strip()
    ]
    facts = [_FACTS[name] for name in sorted(config.facts) if name in _FACTS]
    high = [f"{risk.risk} The risk that stays is high: ask the supervisory authority first (GDPR art. 36, LED art. 28)."
            for risk in _arising(config) if is_high(*risk.left(config.facts))]  # fmt: skip
    return (*unanswered, *facts, *high)


def _arising(config: Configuration) -> tuple[Risk, ...]:
    return tuple(risk for risk in risks() if risk.arises(config.kinds_given))


def _who(config: Configuration) -> Iterator[Block]:
    yield Heading("Who answers for it")
    yield Items(
        tuple(
            f"{QUESTIONS[name]} {config.answers.get(name, '').strip() or 'Not answered.'}"
            for name in ("controller", "officer")
        )
    )


def _what(config: Configuration) -> Iterator[Block]:
    yield Heading("Sources, grounds, purposes, time")
    if not config.sources:
        yield Words("No source yet. An attempt to add one is put down here as planned.")
        return
    head = ("source", "ground", "purpose", "kinds", "days kept", "sharing", "state")
    rows = tuple(
        (each.name, each.basis, each.purpose, ", ".join(each.kinds) or "-", str(each.retention_days), each.tlp.upper(),
         "planned" if each.planned else "here")
        for each in config.sources
    )  # fmt: skip
    yield Rows("Whose data come from where", head, rows)
    if config.retention:
        yield Rows(
            "Shorter times that are in force",
            ("source", "kind", "purpose", "days"),
            tuple(tuple(part or "any" for part in rule) for rule in config.retention),
        )


def _flows(config: Configuration) -> Iterator[Block]:
    yield Heading("Where data rest and who sees them")
    rows = []
    for kind in config.kinds_given:
        sealed, opened = config.kinds.get(kind, ((), ()))
        rows.append((kind, ", ".join(sealed) or "nothing", ", ".join(opened) or "nothing"))
    if rows:
        yield Rows(
            "Fields by kind",
            ("kind", "sealed in the vault, a key a record", "open in the lake, under pseudonyms"),
            tuple(rows),
        )
    yield Rows("Storage", ("part", "how it rests"), tuple(config.storage.items()))
    yield Rows("Who may do what", ("role", "purpose", "may"), config.permissions)
    yield Items((
        "Recipients inside: the roles above. Every reading of a person's data states a purpose and is recorded.",
        "Recipients outside: services to which a case worker refers a person, layer by layer of consent; and recipients of releases, which identify no one.",
        "clew itself sends nothing anywhere.",
    ))  # fmt: skip


def _machines(config: Configuration) -> Iterator[Block]:
    yield Heading("What machines do")
    yield Words(
        "Detectors propose signals, links propose relations, rules add points. None decides: only a person's signed judgement changes anything (GDPR art. 22)."
    )
    yield Rows("Detectors", ("name", "finds", "must never be used for"), config.detectors)
    if config.models:
        yield Rows("Models that a person enabled", ("digest", "learnt from"), config.models)
    else:
        yield Words("No model is enabled.")
    yield Rows("Settings that bear on persons", ("setting", "value"), tuple(config.settings.items()))


def _necessity(config: Configuration) -> Iterator[Block]:
    yield Heading("Necessity, proportion, and what was asked of others")
    for name in ("necessity", "proportionality", "exception", "views", "advice", "transfers", "devices"):
        yield Heading(QUESTIONS[name], 2)
        yield Words(config.answers.get(name, "").strip() or "Not answered.")


def _risks(config: Configuration) -> Iterator[Block]:
    yield Heading("Risks to persons, measures, and what stays")
    yield Words(
        "Steps: "
        + ", ".join(f"{number} {name}" for number, name in enumerate(STEPS, 1))
        + ". They are this project's judgement: change them where you know better. Each measure is held by the test beside it."
    )
    arising = _arising(config)
    rows = tuple(
        (risk.risk, f"{risk.severity} / {risk.likelihood}", "{} / {}".format(*risk.left(config.facts)),
         "high" if is_high(*risk.left(config.facts)) else "bearable")
        for risk in arising
    )  # fmt: skip
    yield Rows("Severity / likelihood", ("risk", "before", "after", "what stays is"), rows)
    for risk in arising:
        yield Heading(risk.risk, 2)
        yield Items(tuple(f"{each.words} ({each.test})" for each in risk.measures))


def _open(config: Configuration) -> Iterator[Block]:
    yield Heading("Open points")
    points = open_points(config)
    yield Items(points) if points else Words("None.")
    yield Heading("What clew itself lacks", 2)
    yield Items(tuple(f"{text}, {article}: {gap}" for text, article, gap in gaps()))


TODAY = "As it was on the day"
"""The section that no approval is of."""


def _today(config: Configuration) -> Iterator[Block]:
    yield Heading(TODAY)
    yield Rows(
        "Records", ("kind", "records"), tuple((kind, f"{count:,}") for kind, count in config.records.items() if count)
    )
    yield Rows("Accounts", ("role", "accounts"), tuple((role, str(count)) for role, count in config.accounts.items()))
    if config.releases:
        yield Rows("Releases made", ("title", "recipient", "guarantee"), config.releases)
