"""A data sheet for each source, made from what is kept of it (questions after Gebru et al., Datasheets for Datasets, 2021)."""

from __future__ import annotations

from collections.abc import Mapping

from clew.safeguards.document import Block, Document, Heading, Items, Rows, Words
from clew.safeguards.dpia import Configuration, SourceTerms

_NOT_KNOWN = "Not known to clew: ask who gave the data."


def datasheets(config: Configuration, counts: Mapping[tuple[str, str], int]) -> Document:
    """All sources of a workspace. `counts`: source's id and kind -> records."""
    blocks: list[Block] = []
    for each in config.sources:
        blocks += _sheet(each, config, {kind: n for (source, kind), n in counts.items() if source == each.id})
    about = "What is kept of each source, from its own terms. What only people know is said to be not known."
    return Document("Data sheets", about, tuple(blocks) or (Words("No source yet."),))


def _sheet(source: SourceTerms, config: Configuration, counts: Mapping[str, int]) -> list[Block]:
    sealed = sorted({name for kind in source.kinds for name in config.kinds.get(kind, ((), ()))[0]})
    opened = sorted({name for kind in source.kinds for name in config.kinds.get(kind, ((), ()))[1]})
    nature = (
        "Invented: about nobody." if source.invented else "About persons, or such as may be: treat it as personal data."
    )
    return [
        Heading(source.name),
        Items((
            f"Why it is kept: {source.purpose}. Legal ground: {source.basis}.",
            f"What it is: {nature} Kinds: {', '.join(source.kinds) or 'none yet'}.",
            f"How long: {source.retention_days} days. How far it may travel: TLP {source.tlp.upper()}.",
            f"Sealed fields: {', '.join(sealed) or 'none'}. Open fields: {', '.join(opened) or 'none'}.",
            f"How it was collected, from whom, and who is missing in it: {_NOT_KNOWN}",
            "Never use it for: a score that a person is trafficked, or a decision by machine alone.",
        )),
        Rows("Records", ("kind", "records"), tuple((kind, f"{n:,}") for kind, n in sorted(counts.items()))),
    ]  # fmt: skip
