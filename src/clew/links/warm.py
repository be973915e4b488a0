"""Compiles every kernel ahead of time, so that no command pays for it: `python -m clew.links.warm`."""

from __future__ import annotations


def warm() -> None:
    """Runs the search, the templates and the sketches once on a few invented texts; what it compiles stays on disk."""
    from clew.links.increments import sketches
    from clew.links.near_texts import near_duplicates
    from clew.links.template_tables import aligned
    from clew.links.tokens import tokens

    texts = [f"room {i % 2} to let in the quiet old town near the river bridge {i}" for i in range(8)]
    near_duplicates(texts)
    aligned(texts)
    sketches(tokens(texts))


if __name__ == "__main__":
    warm()
