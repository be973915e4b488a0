"""The legal register written out."""

from __future__ import annotations

from collections.abc import Iterator

from clew.safeguards.document import Block, Document, Heading, Items, Words
from clew.standards.legal import LegalText, legal_register


def register_document() -> Document:
    """All of the register, in its order."""
    about = "What law and ethics ask, in our own words; where clew answers by a test; gaps; and what is yours to do. No legal advice: read the originals."
    return Document("Legal register", about, tuple(block for text in legal_register() for block in _blocks(text)))


def _blocks(text: LegalText) -> Iterator[Block]:
    yield Heading(text.name)
    yield Words(f"{text.cite}. {text.source}")
    for each in text.articles:
        yield Heading(f"{each.article} {each.title}: {each.standing}", 2)
        yield Words(each.asks)
        lines = [f"{answer.words} ({answer.test})" for answer in each.answers]
        yield Items((*lines, *(f"Gap: {gap}" for gap in each.gaps), *(f"Yours: {duty}" for duty in each.yours)))
