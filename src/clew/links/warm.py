"""Compiles every kernel ahead of time, so that no command pays for it: `python -m clew.links.warm`."""

from __future__ import annotations


def warm() -> None:
    """Runs each kernel once on a few invented texts and bits; what it compiles stays on disk."""
    import numpy as np

    from clew.links.increments import sketches
    from clew.links.persons.likeness import likeness, minhashes, pairs_of_blocks
    from clew.links.tokens import tokens

    of_clusters()
    of_templates()
    sketches(tokens(_alike()))
    words = np.arange(8, dtype=np.uint64).reshape(2, 4)
    first, second = np.array([0]), np.array([1])
    likeness(words, first, second)
    minhashes(words, 2, 1)
    pairs_of_blocks(np.arange(2), first, np.array([2]))


def of_clusters() -> None:
    """The kernels of `near_duplicates`."""
    from clew.links.near_texts import near_duplicates

    near_duplicates(_alike())
    near_duplicates([*_under_a_notice(), *_moved()])


def of_templates() -> None:
    """The kernels of templates and of who belongs to them."""
    import numpy as np

    from clew.links.refining import refined_rows
    from clew.links.template_tables import aligned

    aligned(_alike())
    refined_rows([*_alike(), *_moved()], np.repeat([0, 1], [8, 2]))


def _alike() -> list[str]:
    return [f"room {i % 2} to let in the quiet old town near the river bridge {i}" for i in range(8)]


def _under_a_notice() -> list[str]:
    notice = " ".join(f"notice{word}" for word in range(24))
    return [" ".join([notice, *(f"own{text}of{word}" for word in range(12))]) for text in range(8)]


def _moved() -> list[str]:
    sentences = [" ".join(f"said{word}in{sentence}" for word in range(7)) for sentence in range(6)]
    return [" ".join(sentences), " ".join(reversed(sentences))]


if __name__ == "__main__":
    warm()
