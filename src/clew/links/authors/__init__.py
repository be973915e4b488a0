"""Which texts one hand may have written, by habits and not by subject: proposals with reasons, never proof of who wrote.

What agrees is counted in marks, layout, capitals, numbers, emoji, joining words and spelling. Phones, prices, addresses and
names are left out. Copies of one template count once and are no evidence (`units`). See docs/authors.md.
"""

from clew.links.authors.explaining import HABIT_ROWS, Agreement, explain
from clew.links.authors.linking import AUTHORS, LINKS, AuthorOptions, Authors, author_links, authors
from clew.links.authors.ranking import Hands, hands

__all__ = [
    "AUTHORS",
    "HABIT_ROWS",
    "LINKS",
    "Agreement",
    "AuthorOptions",
    "Authors",
    "Hands",
    "author_links",
    "authors",
    "explain",
    "hands",
]
